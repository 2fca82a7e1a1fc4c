"""Every kind of page in every theme: what WCAG 2.2 and reading with little energy ask for, measured in the browser.

The short run looks at each page in one theme, in turn; the full run at each in all of them.
"""

import re

import pytest

from tests.browser.looking import (
    MOST_BYTES,
    cookie,
    faults_of_looks,
    faults_of_shift,
    faults_of_weight,
    faults_of_width,
    links_missing_from,
)
from tests.browser.test_reading import COHORTS, SAMPLE

BARE = "/evidence/inderyas-2026-distinct-functional/"
PAGES = {
    "home": "/",
    "list": "/evidence/?q=sleep&pem=required",
    "empty list": "/evidence/?q=xyzzyqwert",
    "study": SAMPLE,
    "study of several groups": COHORTS,
    "study without texts": BARE,
    "one page": SAMPLE + "?print=one-page",
    "history": SAMPLE + "history/",
    "version": SAMPLE + "v/1/",
    "definitions": "/definitions/",
    "definition": "/definitions/fukuda-1994/",
    "PEM": "/pem/",
    "topics": "/topics/",
    "topic": "/topics/sleep/",
    "map": "/map/",
    "retractions": "/retractions/",
    "changes": "/changes/?kind=all",
    "guides": "/guides/",
    "guide": "/guides/what-is-pem/",
    "start": "/start/",
    "start path": "/start/newly-ill/",
    "glossary": "/glossary/",
    "questions": "/questions/",
    "data": "/data/",
    "columns": "/data/columns/",
    "feeds": "/feeds/",
    "API": "/api/v1/",
    "about": "/about/",
    "policy": "/policies/privacy/",
    "preferences": "/preferences/",
    "reading list": "/reading-list/",
    "contribute": "/contribute/",
    "contribute to a study": SAMPLE.replace("/evidence/", "/contribute/"),
    "my contribution": "/my-contribution/",
    "figures": "/figures/",
    "not found": "/nothing/here/",
}
THEMES = ("light", "dim", "dark", "contrast")
AXE_ON_WIDE = ("light", "dark")  # in the other themes axe looks at the phone's page
FACETS = [
    "PEM criterion", "Study design", "Case definition", "Topic", "Evidence level", "Peer review", "Retraction", "Summary",
    "Year of the paper",
]  # fmt: skip
# Nothing between this server and the browser compresses pages, as a proxy before a public site does. The page for people
# who write programs holds the whole API and comes to 20 kB there.
LONG = {"/api/v1/": 150 * 1024}
PHONE = {"width": 320, "height": 640}


def turns() -> list:
    """Each page in each theme; one theme of each page, another one for the next page, is in the short run."""
    return [
        pytest.param(
            path, theme, id=f"{name}-{theme}", marks=[] if place % len(THEMES) == number else [pytest.mark.full]
        )
        for place, (name, path) in enumerate(PAGES.items())
        for number, theme in enumerate(THEMES)
    ]


@pytest.mark.parametrize(("path", "theme"), turns())
def test_page_has_no_fault_in_its_theme(visit, axe, nu, path, theme):
    """One visit for all: weight, shift, looks, then the same at 320 px, and what the server sends to who has no scripts."""
    page = visit(path, storage_state=cookie(theme=theme))
    faults = faults_of_weight(page, LONG.get(path, MOST_BYTES)) | faults_of_shift(page) | faults_of_looks(page)
    if theme in AXE_ON_WIDE:
        axe(page)
    page.set_viewport_size(PHONE)
    page.reload()
    faults |= {f"phone: {name}": found for name, found in (faults_of_shift(page) | faults_of_looks(page)).items()}
    if theme not in AXE_ON_WIDE:
        axe(page)
    assert faults | faults_of_width(page) == {}
    html = page.request.get(path, headers={"Accept": "text/html"}).text()
    nu(html)
    assert (links_missing_from(html, page), html.count("<h1")) == (set(), 1)


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_has_no_fault_with_the_largest_text_and_in_plain_mode(visit, axe, path):
    chosen = cookie(size="largest", spacing="wider", font="easy", plain="on")
    page = visit(path, storage_state=chosen, **PHONE)
    axe(page)
    assert faults_of_looks(page) | faults_of_width(page) == {}


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_is_whole_without_javascript(visit, axe, path):
    page = visit(path, js=False, **PHONE)
    assert page.locator("main h1").is_visible()
    assert page.locator("button:visible").count() == page.locator("form button:visible").count()


@pytest.mark.parametrize(
    "path", [PAGES[name] for name in ("home", "list", "study", "map", "preferences", "contribute")]
)
def test_whole_page_is_gone_through_by_keyboard_in_its_order(visit, path):
    """Each stop comes later in the page than the one before, is outlined and in view; nothing holds the keyboard."""
    page = visit(path)
    stops = page.evaluate("() => { window.all = [...document.querySelectorAll('*')]; return window.all.length; }")
    seen, faults = [], []
    for _ in range(stops):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["place"] < 0 or (seen and stop["place"] <= seen[-1]):
            break
        seen.append(stop["place"])
        faults += [stop["name"]] if not (stop["outlined"] and stop["inView"]) else []
    assert faults == []
    assert len(seen) > 10
    assert seen[-1] == page.evaluate(LAST_STOP)


STOP = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {
    place: one === document.body ? -1 : window.all.indexOf(one), name: one.outerHTML.slice(0, 90),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    inView: box.bottom > 0 && box.top < innerHeight,
  };
}"""
# The last that the keyboard reaches: of buttons of one choice only the chosen one, or the first where none is.
LAST_STOP = """() => Math.max(...window.all
  .filter(one => one.matches('a[href], button, input:not([type=hidden]), select, textarea, summary') && one.checkVisibility())
  .map(one => window.all.indexOf(one)))"""


@pytest.mark.parametrize("path", [PAGES[name] for name in ("home", "list", "study", "map")])
def test_page_keeps_its_shape_in_forced_colours(visit, axe, path):
    """Badges and buttons keep an edge where the browser takes all colours away."""
    page = visit(path, forced_colors="active")
    axe(page)
    bare = page.evaluate(
        """() => [...document.querySelectorAll('.pem, button, input:not([type=hidden]), select')]
        .filter(one => one.checkVisibility() && getComputedStyle(one).borderTopStyle === 'none')
        .map(one => one.outerHTML.slice(0, 80))"""
    )
    assert bare == []


def test_badge_and_facets_have_names_for_screen_readers(visit):
    """Roles and names as the browser tells them to assistive technology; those of the map are asked in test_map.py."""
    page = visit(SAMPLE)
    badge = page.locator(".glance").get_by_role("link", name="PEM required", exact=True)
    assert badge.count() == 1
    page = visit("/evidence/?pem=required")
    page.locator("details.filters > summary").click()
    groups = [one.inner_text() for one in page.locator("fieldset:visible > legend").all()]
    assert groups == FACETS
    assert [page.get_by_role("group", name=legend, exact=True).count() for legend in FACETS] == [1] * len(FACETS)
    chosen = page.get_by_role("checkbox", checked=True)
    assert [one.evaluate("one => one.value") for one in chosen.all()] == ["required"]
    assert chosen.evaluate("one => one.labels[0].innerText.trim()").startswith("PEM required")
    found = page.locator("main > p").and_(page.get_by_role("status"))
    assert re.fullmatch(r"\d+ studies", found.inner_text())
