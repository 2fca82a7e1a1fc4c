"""Addresses with a slug are those of `reverse`, and are looked up once."""

import pytest
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix

from studies import addresses

ADDRESSES = [
    ("studies:study",),
    ("studies:definition",),
    ("studies:topic",),
    ("studies:citation", "csl.json"),
    ("studies:citation", "ris"),
]


@pytest.fixture(params=["/", "/atlas/"])
def prefix(request):
    before = get_script_prefix()
    set_script_prefix(request.param)
    yield request.param
    set_script_prefix(before)


@pytest.mark.parametrize("slug", ["smith-2020-sleep", "a-slug", "A_b-9", "e"])
@pytest.mark.parametrize(("name", "more"), [(name, more) for name, *more in ADDRESSES])
def test_an_address_is_the_one_of_the_site(prefix, name, more, slug):
    assert addresses.with_slug(name, slug, *more) == reverse(name, args=[slug, *more])
    assert addresses.with_slug(name, slug, *more).startswith(prefix)


@pytest.mark.parametrize("word", ["", "two words", "a/b", "a\n", '"><script>', "ä"])
def test_what_is_no_slug_has_no_address(word):
    with pytest.raises(NoReverseMatch):
        addresses.with_slug("studies:study", word)


def test_the_site_is_searched_once_for_all_slugs(monkeypatch):
    sought = []
    monkeypatch.setattr(addresses, "reverse", lambda name, args: sought.append(name) or reverse(name, args=args))
    addresses._around.cache_clear()
    assert [addresses.with_slug("studies:topic", slug) for slug in ("sleep", "pain", "work")] == [
        "/topics/sleep/", "/topics/pain/", "/topics/work/",
    ]  # fmt: skip
    assert sought == ["studies:topic"]
