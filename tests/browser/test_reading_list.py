"""The reading list in a browser: added, moved, removed, taken back, kept in this browser alone; and without JavaScript."""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.following import follow, following, press, tab_to, until
from tests.browser.looking import shift_of

LIST = "/reading-list/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def slugs(visit) -> list[str]:
    """Three studies of the atlas with texts."""
    page = visit("/evidence/?text=with&sort=title")
    found = [link.get_attribute("href") for link in page.locator(".results .card-title a").all()]
    return [href.split("/")[2] for href in found[:3]]


def kept(page: Page) -> list[str]:
    return json.loads(page.evaluate("localStorage.getItem('reading-list') || '[]'"))


def keep(page: Page, value: object) -> None:
    page.evaluate(
        "text => localStorage.setItem('reading-list', text)", value if isinstance(value, str) else json.dumps(value)
    )


def shown(page: Page) -> list[str]:
    return page.eval_on_selector_all("#list li[data-slug]", "all => all.map(one => one.dataset.slug)")


def open_list(visit, slugs: object, **options: object) -> Page:
    """The page of the list in a browser that has these on it."""
    page = visit(LIST, **options)
    keep(page, slugs)
    page.reload()
    return page


def expect_shown(page: Page, slugs: list[str]) -> None:
    until(page, lambda: shown(page) == slugs)


def expect_told(page: Page, words: str) -> None:
    expect(page.locator("#list-told")).to_have_text(words)


# --- With JavaScript


def test_study_is_added_read_and_removed(visit, slugs):
    page = visit(f"/evidence/{slugs[0]}/")
    button = page.get_by_role("button", name="Add to my reading list")
    tab_to(page, button)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="On my list: remove")).to_be_focused()
    assert kept(page) == [slugs[0]]
    follow(page.get_by_role("link", name="See your list"))
    expect_shown(page, [slugs[0]])
    page.go_back()
    page.get_by_role("button", name="On my list: remove").click()
    expect(page.get_by_role("button", name="Add to my reading list")).to_be_visible()
    assert page.evaluate("localStorage.getItem('reading-list')") is None


def test_card_has_a_button_that_names_its_study(visit):
    page = visit("/evidence/?text=with")
    card = page.locator(".results .card").first
    title = card.locator(".card-title").inner_text()
    button = card.get_by_role("button")
    expect(button).to_have_accessible_name(f"Add to my list: {title}")
    button.click()
    expect(button).to_have_accessible_name(f"On my list: remove: {title}")
    assert len(kept(page)) == 1


def test_list_says_what_is_known_today(visit, slugs):
    page = open_list(visit, [slugs[1], slugs[0]])
    expect_shown(page, [slugs[1], slugs[0]])
    entry = page.locator("#list li").first
    expect(entry.locator(".pem")).to_be_visible()
    expect(entry).to_contain_text("Main limit:")


def test_nothing_is_sent_by_having_a_list(visit, slugs):
    page = open_list(visit, slugs)
    expect_shown(page, slugs)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    page.goto("/evidence/?q=fatigue")
    page.goto("/about/")
    assert [line for line in asked if any(slug in line for slug in slugs)] == []
    assert page.context.cookies() == []
    page.goto(LIST)
    expect_shown(page, slugs)
    assert [line for line in asked if any(slug in line.split()[0] for slug in slugs)] == []  # never in an address


def test_list_is_put_in_order_by_keyboard(visit, slugs):
    page = open_list(visit, slugs)
    expect_shown(page, slugs)
    down = page.locator("#list li").first.get_by_role("button", name=re.compile("^Move down"))
    tab_to(page, down)
    page.keyboard.press("Enter")
    expect_shown(page, [slugs[1], slugs[0], slugs[2]])
    expect_told(page, "Moved to place 2 of 3.")
    expect(
        page.locator(f"li[data-slug={slugs[0]}]").get_by_role("button", name=re.compile("^Move down"))
    ).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect_told(page, "It is the last already.")
    assert kept(page) == [slugs[1], slugs[2], slugs[0]]
    assert page.locator("#list input[name=studies]").input_value().split() == kept(page)


def test_removed_study_comes_back(visit, slugs):
    page = open_list(visit, slugs)
    expect_shown(page, slugs)
    page.locator("#list li").nth(1).get_by_role("button", name=re.compile("^Remove")).click()
    expect_shown(page, [slugs[0], slugs[2]])
    expect(page.locator("#list li").nth(1)).to_be_focused()
    page.get_by_role("button", name="Undo").click()
    expect_shown(page, slugs)


def test_whole_list_is_deleted_and_comes_back(visit, slugs):
    page = open_list(visit, slugs)
    page.get_by_role("button", name="Delete the whole list").click()
    expect_told(page, "Your list is deleted. You can undo this until you leave this page.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert page.evaluate("Object.keys(localStorage)") == []
    page.keyboard.press("Enter")
    expect_shown(page, slugs)
    assert kept(page) == slugs


@pytest.mark.parametrize("stored", ["{", "7", '"text"', "null", '{"a": 1}', '[1, "<img src=x>", null]'])
def test_spoilt_storage_is_an_empty_list(visit, stored):
    page = open_list(visit, stored)
    expect(page.locator("#list")).to_contain_text("Your list is empty.")
    expect_told(page, "A part of your list could not be read. It was left out.")


def test_what_is_sound_in_spoilt_storage_is_kept(visit, slugs):
    page = open_list(visit, [slugs[0], 5, slugs[0], "NOT A SLUG", slugs[1]])
    expect_shown(page, slugs[:2])
    assert kept(page) == slugs[:2]


def test_two_tabs_hold_one_list(visit, slugs):
    page = open_list(visit, slugs[:1])
    expect_shown(page, slugs[:1])
    second = page.context.new_page()
    second.goto(f"/evidence/{slugs[1]}/")
    second.get_by_role("button", name="Add to my reading list").click()
    expect_shown(page, slugs[:2])
    page.locator("#list li").nth(1).get_by_role("button", name=re.compile("^Remove")).click()
    expect(second.get_by_role("button", name="Add to my reading list")).to_be_visible()


def test_full_list_says_so(visit, slugs):
    page = open_list(visit, [f"adams-2020-paper-{number}" for number in range(200)])
    page.goto(f"/evidence/{slugs[0]}/")
    page.get_by_role("button", name="Add to my reading list").click()
    expect(page.get_by_text("Your list is full: it holds 200 studies. Remove one first.")).to_be_visible()
    assert len(kept(page)) == 200


def test_unknown_study_can_be_removed(visit, slugs):
    page = open_list(visit, ["no-such-study", slugs[0]])
    expect_shown(page, ["no-such-study", slugs[0]])
    page.get_by_role("button", name="Remove: Not found").click()
    expect_shown(page, slugs[:1])


def test_atlas_out_of_reach_leaves_a_list_of_links(visit, slugs):
    page = visit(LIST)
    keep(page, slugs)
    page.route("**/reading-list/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.reload()
    expect_told(page, "The atlas could not be reached. Your list is still here. Load this page again later.")
    assert page.locator("#list a").first.get_attribute("href") == f"/evidence/{slugs[0]}/"
    assert kept(page) == slugs


def test_list_is_downloaded(visit, slugs):
    page = open_list(visit, slugs[:2])
    for name, suffix in (("Plain text", "txt"), ("RIS", "ris"), ("CSL-JSON", "csl.json")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=name, exact=True).click()
        assert waiting.value.suggested_filename == f"reading-list.{suffix}"
        assert waiting.value.path().stat().st_size > 500


def test_pasted_list_is_kept_only_when_asked(visit, slugs):
    page = visit(LIST)
    page.get_by_text("Make a list from addresses or DOIs").click()
    page.get_by_label(re.compile("^Addresses of studies")).fill("\n".join(slugs[:2]))
    follow(page.get_by_role("button", name="Show these studies"))
    assert (shown(page), kept(page)) == (slugs[:2], [])
    page.get_by_role("button", name="Put these on my reading list").click()
    assert kept(page) == slugs[:2]


def test_list_stays_when_a_contributor_leaves(visit, slugs):
    """`Clear-Site-Data` of the pages for messages takes copies of pages, not what a reader keeps."""
    page = open_list(visit, slugs)
    page.goto("/contribute/?kind=other")
    with following(page):
        page.evaluate(
            "form => { form.action = '/my-contribution/leave/'; HTMLFormElement.prototype.submit.call(form); }",
            page.locator("main form[method=post]").first.element_handle(),
        )
    expect(page.get_by_role("heading", level=1)).to_have_text("You have left your message")
    assert kept(page) == slugs


@pytest.mark.parametrize("width", [320, 1280])
def test_list_has_no_fault(visit, axe, slugs, width):
    page = open_list(visit, [*slugs, "no-such-study"], width=width)
    expect_shown(page, [*slugs, "no-such-study"])
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    assert shift_of(page) == 0


@pytest.mark.parametrize("path", ["/evidence/", "/evidence/{}/"])
@pytest.mark.parametrize("width", [320, 1280])
def test_buttons_move_nothing(visit, axe, slugs, path, width):
    page = visit(path.format(slugs[0]), width=width)
    expect(page.get_by_role("button", name=re.compile("^Add to my")).first).to_be_visible()
    assert shift_of(page) == 0
    assert page.evaluate(SIDEWAYS) == 0
    axe(page)


def test_paper_shows_the_list_alone(visit, slugs):
    page = open_list(visit, slugs)
    expect_shown(page, slugs)
    page.emulate_media(media="print")
    expect(page.locator("#list .card").first).to_be_visible()
    for part in (".paste", ".files", "#list .act >> nth=0"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.locator(".on-paper").first).to_have_text(re.compile("^https://doi.org/10"))


# --- Without JavaScript


def test_study_page_leads_to_the_explanation_without_javascript(visit, slugs):
    page = visit(f"/evidence/{slugs[0]}/", js=False)
    expect(page.get_by_role("button", name="Add to my reading list")).to_have_count(0)
    follow(page.locator("main").get_by_role("link", name="Your reading list"))
    expect(page.get_by_text("You can still keep studies: set a bookmark for each one.")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_list_is_made_of_what_is_pasted_without_javascript(visit, nu, slugs, width):
    page = visit(LIST, js=False, width=width)
    nu(page.content())
    page.get_by_text("Make a list from addresses or DOIs").click()
    box = page.get_by_label(re.compile("^Addresses of studies"))
    box.fill(f"https://example.org/evidence/{slugs[1]}/\n10.1000/nothing-here\n{slugs[0]}")
    press(page, "Show these studies")
    assert page.url.endswith(LIST)
    assert page.locator("#list .card-title").count() == 3
    expect(page.get_by_text("The atlas has no study for “10.1000/nothing-here”.")).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0
    nu(page.content())
    with page.expect_download() as waiting:
        page.get_by_role("button", name="BibTeX").click()
    assert waiting.value.suggested_filename == "reading-list.bib"
