"""The list of studies in a browser: filters without JavaScript, on small screens, read aloud."""

import re

from tests.browser.following import follow
from tests.browser.looking import faults_of_looks, faults_of_width

# With a corrected word, a word left out and a year: what the list says about a search.
TOLD = "/evidence/?q=LDN+-mice&pem=unclear&year_from=2000"


def status(page) -> str:
    return page.get_by_role("status").inner_text()


def test_open_filters_have_no_fault_on_a_phone(visit, axe, nu):
    page = visit(TOLD, width=320)
    page.locator("details.filters > summary").click()
    axe(page)
    assert faults_of_looks(page) | faults_of_width(page) == {}
    nu(page.request.get(TOLD, headers={"Accept": "text/html"}).text())


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
