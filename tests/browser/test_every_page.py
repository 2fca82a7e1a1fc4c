"""Every kind of page in every theme: what WCAG 2.2 and reading with little energy ask for, measured in the browser.

The short run looks at each page in one theme, in turn; the full run at each in all of them.
"""

import pytest
from playwright.sync_api import Page

from tests.browser.looking import cookie, faults_of_looks, faults_of_width, shift_of
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
def test_page_has_no_fault_in_its_theme(visit, axe, path, theme):
    page = visit(path, storage_state=cookie(theme=theme))
    assert shift_of(page) == 0
    axe(page)
    assert faults_of_looks(page) == {}
    page.set_viewport_size(PHONE)
    page.reload()
    assert shift_of(page) == 0
    assert faults_of_looks(page) == {}
    assert faults_of_width(page) == {}


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_has_no_fault_with_the_largest_text_and_in_plain_mode(visit, axe, path):
    chosen = cookie(size="largest", spacing="wider", font="easy", plain="on")
    page = visit(path, storage_state=chosen, **PHONE)
    axe(page)
    assert faults_of_looks(page) == {}
    assert faults_of_width(page) == {}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_page_is_sound_html_and_loses_nothing_without_javascript(visit, nu, path):
    """Every link of the page with scripts is there without them; scripts only add buttons."""
    plain, scripted = visit(path, js=False), visit(path)
    nu(plain.content())
    assert links(scripted) - links(plain) == set()
    assert plain.locator("main h1").count() == 1


def links(page: Page) -> set[str]:
    return {one.get_attribute("href") or "" for one in page.locator("a[href]").all()}


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
    assert (faults, len(seen)) == ([], len(seen))
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
        """() => [...document.querySelectorAll('.pem, button, input:not([type=hidden]), select')].filter(one => one.checkVisibility()
        && getComputedStyle(one).borderTopStyle === 'none').map(one => one.outerHTML.slice(0, 80))"""
    )
    assert bare == []


def test_badge_and_facets_have_names_for_screen_readers(visit):
    """Their roles and names as the browser tells them to assistive technology."""
    page = visit(SAMPLE)
    assert page.get_by_role("link", name="PEM").first.is_visible()
    badge = page.locator(".glance .badges").first.aria_snapshot()
    assert "PEM" in badge
    page = visit("/evidence/?pem=required")
    for legend in ("PEM criterion", "Study design", "Case definition", "Topic", "Evidence level"):
        assert page.get_by_role("group", name=legend).count() == 1, legend
    chosen = page.get_by_role("checkbox", name="PEM required", checked=True)
    assert chosen.count() == 1
    assert (
        page.get_by_role("status")
        .first.inner_text()
        .startswith(page.get_by_role("status").first.inner_text().split()[0])
    )


FIRST_VISIT = 60 * 1024


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_first_visit_is_light(visit, path):
    """Bytes over the wire as this server sends them, and the number of answers (performance targets)."""
    page = visit("/robots.txt")
    answers = []
    page.on("response", answers.append)
    page.goto(path)
    page.wait_for_load_state("load")
    sizes = [answer.request.sizes() for answer in answers]
    weight = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert (len(answers) <= 6, weight <= FIRST_VISIT) == (True, True), (len(answers), weight)
