"""Parts that are drawn once: each set of values has its own, and nothing stale is shown."""

import re

import pytest
from django.template.loader import render_to_string
from django.urls import set_script_prefix

from studies.templatetags.drawn import drawn

SECTIONS = ("evidence", "topics", "definitions", "pem", "retractions", "changes", "about", "")


def current(menu: str) -> list[str]:
    return re.findall(r'aria-current="true">([^<]+)<', menu)


def test_a_kept_part_is_what_its_template_gives():
    for _ in range(2):
        for section in SECTIONS:
            plain = render_to_string("includes/navigation.html", {"section": section})
            assert drawn("includes/navigation.html", section=section) == plain


def test_each_set_of_values_has_its_own_part():
    menus = [drawn("includes/navigation.html", section=section) for section in SECTIONS]
    assert sorted(map(len, map(current, menus))) == [0] + [1] * 7
    assert len({name for menu in menus for name in current(menu)}) == 7


def test_addresses_begin_where_the_site_does():
    plain = drawn("includes/search_form.html", id="q-top")
    set_script_prefix("/atlas/")
    try:
        moved = drawn("includes/search_form.html", id="q-top")
    finally:
        set_script_prefix("/")
    assert moved == plain.replace('"/evidence/"', '"/atlas/evidence/"') != plain


@pytest.mark.parametrize(("debug", "same"), [(True, False), (False, True)])
def test_a_developer_sees_changes_at_once(settings, tmp_path, debug, same):
    settings.DEBUG = debug
    settings.TEMPLATES = [
        {"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path], "OPTIONS": {"loaders": [
            "django.template.loaders.filesystem.Loader"]}}
    ]  # fmt: skip
    name = f"changing-{debug}.html"
    (tmp_path / name).write_text("One.")
    before = drawn(name)
    (tmp_path / name).write_text("Two.")
    assert (drawn(name) == before) is same
