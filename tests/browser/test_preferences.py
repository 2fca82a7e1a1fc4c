"""Display settings in a browser: what is chosen is in the first picture, without a script, and everything still fits."""

import pytest

from atlas_site.preferences import COOKIE, FRAMES
from tests.browser.following import follow

STUDY = "/evidence/vernon-2025-incidence-prevalence/"
# Of every page in test_every_page.py, with the panel closed and in a taller window.
PAGES = [STUDY, "/preferences/"]
PAPER = "getComputedStyle(document.body).backgroundColor"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOW = """[...document.querySelectorAll('main label, main button, .display button, summary')]
  .filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""


@pytest.fixture
def look(atlas):
    """look("theme-dim"): what `visit` wants to come with this choice in its cookie."""

    def look(value: str) -> dict:
        cookie = {"name": COOKIE, "value": value, "url": atlas.url, "sameSite": "Lax"}
        return {"storage_state": {"cookies": [_stored(cookie)], "origins": []}}

    def _stored(cookie: dict) -> dict:
        own = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False}
        return {name: value for name, value in cookie.items() if name != "url"} | own

    return look


def as_rgb(colour: str) -> str:
    digits = "".join(digit * 2 for digit in colour[1:]) if len(colour) == 4 else colour[1:]
    return f"rgb({', '.join(str(int(digits[at : at + 2], 16)) for at in (0, 2, 4))})"


@pytest.mark.parametrize("theme", FRAMES)
def test_chosen_theme_needs_no_script_and_outranks_the_device(visit, look, theme):
    scheme = "light" if FRAMES[theme][1] == "dark" else "dark"
    page = visit(STUDY, js=False, scheme=scheme, **look(f"theme-{theme}"))
    assert page.evaluate(PAPER) == as_rgb(FRAMES[theme][0])


def test_theme_is_chosen_in_two_steps_from_any_page(visit):
    page = visit("/evidence/?q=sleep", js=False, width=320, height=640)
    page.locator(".display summary").click()
    follow(page.get_by_role("button", name="Dim", exact=True))
    assert (page.url.partition("/evidence/")[2], page.evaluate(PAPER)) == ("?q=sleep", as_rgb(FRAMES["dim"][0]))
    page.locator(".display summary").click()
    assert page.get_by_role("button", name="Dim", exact=True).get_attribute("aria-pressed") == "true"


def test_settings_are_saved_and_taken_back_without_script(visit):
    page = visit(STUDY, js=False)
    page.locator(".display summary").click()
    follow(page.get_by_role("button", name="All display settings"))
    page.get_by_label("Dark", exact=True).check()
    page.get_by_label("Largest").check()
    page.get_by_label("With serifs, as in books").check()
    follow(page.get_by_role("button", name="Save"))
    assert page.get_by_role("status").inner_text().startswith("Saved.")
    assert page.get_by_label("Largest").is_checked()
    follow(page.get_by_role("link", name="Go back to the page you came from"))
    assert page.url.endswith(STUDY)
    size = "parseFloat(getComputedStyle(document.documentElement).fontSize)"
    assert (page.evaluate(PAPER), page.evaluate(size)) == (as_rgb(FRAMES["dark"][0]), 27)
    assert page.evaluate("getComputedStyle(document.body).fontFamily.split(',')[0]") == "Charter"
    page.goto("/preferences/")
    follow(page.get_by_role("button", name="Back to the defaults"))
    assert (page.evaluate(PAPER), page.context.cookies()) == ("rgb(246, 242, 233)", [])


@pytest.mark.parametrize("path", PAGES)
def test_largest_text_with_all_room_fits_a_small_phone(visit, look, path):
    page = visit(path, width=320, height=640, **look("size-largest.spacing-wider.width-wide.font-easy"))
    page.locator(".display summary").click() if page.locator(".display").count() else None
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("path", PAGES)
def test_zoom_of_four_hundred_percent_needs_no_sideways_scroll(visit, look, path):
    """A window of 1280 × 1024 pixels at 400 % has 320 × 256 of the style sheet's."""
    page = visit(path, width=320, height=256, device_scale_factor=4, **look("theme-dark"))
    assert page.evaluate(SIDEWAYS) == 0


def test_plain_mode_shows_the_table_and_no_drawing(visit, look):
    page = visit("/", **look("plain-on"))
    assert (page.locator(".drawing").is_visible(), page.locator("main table").is_visible()) == (False, True)


def test_reader_s_own_colours_win_over_a_chosen_theme(visit, look):
    page = visit("/", forced_colors="active", scheme="dark", **look("theme-light"))
    assert page.evaluate(PAPER) != as_rgb(FRAMES["light"][0])


@pytest.mark.parametrize("theme", ["system", *(pytest.param(theme, marks=pytest.mark.full) for theme in FRAMES)])
def test_settings_page_and_open_panel_have_no_accessibility_fault(visit, axe, look, theme):
    page = visit("/preferences/", width=320, **look(f"theme-{theme}"))
    axe(page)
    assert page.evaluate(LOW) == []
    page.goto("/about/")
    page.locator(".display summary").click()
    axe(page)
    assert page.evaluate(LOW) == []


def test_settings_page_is_valid_html(visit, nu):
    nu(visit("/preferences/?saved=yes&back=/evidence/").content())
