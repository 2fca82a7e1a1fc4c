"""The list of studies in a browser: filters without JavaScript, on small screens, read aloud."""

import re

import pytest

from tests.browser.following import follow

LISTS = ["/evidence/", "/evidence/?q=LDN+-mice&pem=unclear&year_from=2000", "/evidence/?q=naltrexoen&pem=required"]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def status(page) -> str:
    return page.get_by_role("status").inner_text()


@pytest.mark.parametrize("path", LISTS)
def test_list_has_no_accessibility_fault_with_open_filters(visit, axe, path):
    page = visit(path, width=320)
    page.locator("details.filters > summary").click()
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("path", LISTS)
def test_list_is_sound_html(visit, nu, path):
    nu(visit(path, js=False).content())


def test_filters_are_chosen_and_taken_back_without_javascript(visit):
    page = visit("/evidence/?q=fatigue", js=False, width=320)
    before = status(page)
    page.locator("details.filters > summary").click()
    page.get_by_role("checkbox", name=re.compile("^PEM unclear")).check()
    assert status(page) == before
    follow(page.get_by_role("button", name="Apply filters"))
    assert "q=fatigue" in page.url and "pem=unclear" in page.url
    assert status(page) != before
    follow(page.get_by_role("link", name="Remove filter: PEM unclear"))
    assert status(page) == before


def test_results_come_before_the_fold_of_a_phone(visit):
    page = visit("/evidence/?q=fatigue", width=320, height=900)
    assert page.locator(".results .card-title").first.bounding_box()["y"] < 900


def test_the_arrow_keys_are_not_needed_to_reach_the_first_study(visit):
    page = visit("/evidence/?q=fatigue")
    page.locator("#q").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.results') !== null"):
            return
    raise AssertionError("the first study is more than twelve steps away")
