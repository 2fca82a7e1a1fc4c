"""Reading, as a tired person does it: small screens, dark rooms, no JavaScript, keyboard only.

What every page owes its readers is measured in test_every_page.py.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.following import enter, expect_place

SAMPLE = "/evidence/vernon-2025-incidence-prevalence/"
COHORTS = "/evidence/mansoubi-2025-understanding-symptom/"
ANSWERS = {
    "what": ".found",
    "in whom": ".facts div:nth-child(1)",
    "how sure": ".facts div:nth-child(2)",
    "what not": ".not-shown",
}


def boxes(page) -> dict[str, dict[str, float]]:
    return {name: page.locator(selector).first.bounding_box() for name, selector in ANSWERS.items()}


@pytest.mark.parametrize("path", [SAMPLE, COHORTS])
def test_first_screen_of_a_desktop_holds_all_four_answers(visit, path):
    page = visit(path, width=1280, height=800)
    outside = {name: box for name, box in boxes(page).items() if box["y"] + box["height"] > 800}
    assert outside == {}


def test_first_screen_of_a_small_phone_reaches_all_four_answers(visit):
    page = visit(SAMPLE, width=320, height=640)
    line = 27
    late = {name: box for name, box in boxes(page).items() if box["y"] + 2 * line > 640}
    assert late == {}


def test_first_screen_of_a_common_phone_holds_all_four_answers(visit):
    page = visit(SAMPLE, width=360, height=740)
    outside = {name: box for name, box in boxes(page).items() if box["y"] + box["height"] > 740}
    assert outside == {}


def test_limitation_stands_beside_the_finding_on_a_desktop(visit):
    page = visit(SAMPLE)
    found, limit = boxes(page)["what"], boxes(page)["what not"]
    assert found["y"] == limit["y"]
    assert found["x"] + found["width"] <= limit["x"]


def test_search_box_of_every_page_leads_to_the_list(visit):
    page = visit(SAMPLE, js=False)
    page.get_by_label("Search studies").first.fill("orthostatic")
    enter(page)
    assert page.url.endswith("/evidence/?q=orthostatic")


def test_keyboard_reaches_the_main_text_with_two_keys(visit):
    page = visit(SAMPLE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the main text"
    assert page.locator(".skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_menu_of_a_small_screen_is_at_the_end_of_the_page(visit):
    page = visit(SAMPLE, width=320, height=640, js=False)
    assert page.locator("header nav").is_visible() is False
    page.get_by_role("link", name="Menu").click()
    expect_place(page, "#menu")
    assert page.locator("#menu").get_by_role("link", name="Case definitions").is_visible()


def test_badge_leads_to_its_proof_in_one_step(visit):
    page = visit(SAMPLE, js=False)
    page.locator("a.pem").click()
    expect_place(page, "#pem")
    assert page.locator("#pem blockquote").first.is_visible()


def test_text_is_never_smaller_than_eighteen_pixels(visit):
    page = visit(SAMPLE)
    sizes = page.evaluate(
        "[...new Set([...document.body.querySelectorAll('*')].map(one => parseFloat(getComputedStyle(one).fontSize)))]"
    )
    assert min(sizes) >= 18


def test_print_is_black_on_white_and_hides_nothing(visit):
    page = visit(SAMPLE, scheme="dark")
    page.emulate_media(media="print")
    colours = page.evaluate("(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))")
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert page.locator("nav:visible, form:visible, footer a:visible").count() == 0
    assert page.locator("article details p").first.is_visible()
