"""A contributor's whole path in a real browser: by keyboard, without JavaScript, on a small screen."""

import hmac
import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.following import PATIENCE, choose, enter, expect_focus_on, follow, following, press, tab_to, until

STUDY = "/evidence/vernon-2025-incidence-prevalence/"
FORM = "/contribute/vernon-2025-incidence-prevalence/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OPEN = "all => all.forEach(one => { one.open = true })"
TEXT = "Table 2 says 41 patients, the page says 14."
VIEWS = [
    pytest.param({"width": 1280}, id="desktop"),
    pytest.param({"width": 320, "scheme": "dark"}, id="320px-dark"),
]
_neighbours = count(1)


@pytest.fixture
def write(visit):
    """`visit` from a neighbourhood of the network of its own, so that no test uses up what another may send."""

    def write(path: str, **options: object) -> Page:
        address = f"198.51.{next(_neighbours)}.7"
        return visit(path, extra_http_headers={"X-Forwarded-For": address}, **options)

    return write


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def receipt(page: Page) -> str:
    return page.locator("#words").inner_text()


def sent(page: Page) -> str:
    """Fill the form that is open, wait as long as a person needs, send it; the six words."""
    page.locator("#id_text").fill(TEXT)
    page.wait_for_timeout(3100)
    follow(page.get_by_role("button", name="Send", exact=True).first)
    expect(page.locator("h1")).to_have_text("Your message has arrived")
    return receipt(page)


def test_whole_path_by_keyboard_without_scripts_on_a_small_screen(write):
    page = write(STUDY, js=False, width=320, height=640)
    press(page, "Tell us about an error", role="link")
    assert heading(page) == "Tell us about an error"

    # An empty form says what is missing, has the focus there and leads to the box.
    press(page, "Send")
    assert page.title().startswith("Error: ")
    expect_focus_on(page, "There is a problem")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_text")).to_be_focused()
    page.keyboard.type(TEXT)

    # The place: what stands there now, beside what it should say.
    choose(page, page.get_by_label("Which part of the page is it?"), "Key point")
    press(page, "Show what stands there now")
    expect_focus_on(page, "Key point now")
    proposed = page.get_by_label("What should it say instead?")
    tab_to(page, proposed)
    page.keyboard.press("Control+End")
    page.keyboard.type(" Nobody has repeated it.")

    # Enter in a box of one line checks; it never sends. The form stays as it is in its tab: no Back can empty it.
    tab_to(page, page.get_by_label("A link or another source"))
    page.keyboard.type("https://example.org/paper")
    assert "The check opens in a new tab" in page.locator("noscript").text_content()
    with page.expect_popup() as opened:
        page.keyboard.press("Enter")
    form, page = page, opened.value
    expect_focus_on(page, "Check before you send")
    expect(form.locator("#id_text")).to_have_value(TEXT)
    assert page.evaluate("history.length") == 1
    expect(page.locator("ins")).to_have_text(re.compile(r"^\s*added:\s+Nobody has repeated it\. \(end of added\)$"))
    assert page.evaluate(SIDEWAYS) == 0
    assert page.get_by_text("Nothing is sent yet.").is_visible()

    press(page, "Send")
    expect_focus_on(page, "Your message has arrived")
    words = receipt(page)
    assert re.fullmatch(r"[a-z]+( [a-z]+){5}", words)
    assert page.url.endswith(FORM)

    # Later, from the end of any page: the words open the message.
    page.goto(page.url.replace(FORM, STUDY))
    link = page.locator("footer").get_by_role("link", name="Open your message")
    tab_to(page, link)
    enter(page)
    tab_to(page, page.get_by_label("Your six words"))
    page.keyboard.type(words.upper().replace(" ", "-"))
    enter(page)
    assert heading(page) == "Your message"
    assert page.url.endswith("/my-contribution/")
    assert page.get_by_text("https://example.org/paper").is_visible()

    tab_to(page, page.get_by_label("Your text"))
    page.keyboard.type("And table 3.")
    press(page, "Send")
    assert page.locator(".thread li").count() == 2

    press(page, "Leave this page")
    expect_focus_on(page, "You have left your message")
    page.go_back()
    page.goto(page.url.split("/my-contribution/")[0] + "/my-contribution/")
    assert heading(page) == "Open your message"

    # Deleting is asked for once more, and then it is so.
    page.get_by_label("Your six words").fill(words)
    press(page, "Open")
    press(page, "Take it back", role="link")
    press(page, "Delete everything now")
    expect_focus_on(page, "Your message is deleted")
    page.goto(page.url.replace("/delete/", "/"))
    page.get_by_label("Your six words").fill(words)
    press(page, "Open")
    expect(page.locator("#id_words_error")).to_contain_text("No message belongs to these words.")


def test_missing_paper_is_found_and_the_text_goes_along(write):
    page = write("/contribute/", js=False)
    follow(page.get_by_role("link", name="A missing paper"))
    page.get_by_label("Which paper is it?").fill("The RECOVER paper on how common it is. One number is wrong.")
    page.get_by_label("Its number or link, if you have it").fill("https://doi.org/10.1007/s11606-024-09290-9")
    follow(page.get_by_role("button", name="Send", exact=True))
    expect_focus_on(page, "The atlas has this paper")
    follow(page.get_by_role("button", name="Take my text to that study"))
    assert heading(page) == "Tell us about an error"
    expect(page.get_by_label("What is wrong?")).to_have_value(re.compile("^The RECOVER paper on how common it is."))


def test_another_subject_keeps_the_text(write):
    page = write(FORM, js=False)
    page.get_by_label("What is wrong?").fill(TEXT)
    page.get_by_text("It is about something else").click()
    follow(page.get_by_role("button", name="PEM or a case definition"))
    assert heading(page) == "Tell us about PEM or a case definition"
    expect(page.get_by_label("What should it say, and why?")).to_have_value(TEXT)


def check(page: Page) -> None:
    page.get_by_role("button", name="Check before sending").last.click()
    expect(page.get_by_role("heading", name="Check before you send")).to_be_focused()


def test_back_from_the_check_shows_the_form_as_it_was_and_stores_nothing(write):
    page = write(FORM)
    page.locator("#id_text").fill(TEXT)
    page.get_by_label("A link or another source").fill("https://example.org/paper")
    check(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Check before you send")).to_have_count(0)
    expect(page.get_by_role("button", name="Check before sending").last).to_be_focused()
    expect(page.locator("#id_text")).to_have_value(TEXT)
    expect(page.get_by_label("A link or another source")).to_have_value("https://example.org/paper")
    assert page.evaluate("[{...localStorage}, {...sessionStorage}, history.state]") == [{}, {}, None]
    page.go_forward()
    expect(page.get_by_role("heading", name="Check before you send")).to_be_visible()
    # What was sent comes back to nobody.
    follow(page.get_by_role("button", name="Send", exact=True).first)
    expect(page.locator("h1")).to_have_text("Your message has arrived")
    page.go_back()
    expect(page.locator("#id_text")).to_have_value("")


def test_back_from_a_place_and_another_subject_shows_the_form_as_it_was(write):
    page = write(FORM)
    page.locator("#id_text").fill(TEXT)
    page.get_by_label("Which part of the page is it?").select_option("key_point")
    page.get_by_role("button", name="Show what stands there now").click()
    expect(page.get_by_role("heading", name="Key point now")).to_be_focused()
    page.get_by_label("What should it say instead?").fill("Nobody has repeated it.")
    page.get_by_text("It is about something else").click()
    page.get_by_role("button", name="PEM or a case definition").click()
    expect(page.locator("h1")).to_have_text("Tell us about PEM or a case definition")
    page.go_back()
    expect(page.get_by_label("What should it say instead?")).to_have_value("Nobody has repeated it.")
    page.go_back()
    expect(page.get_by_label("What should it say instead?")).to_have_count(0)
    expect(page.locator("#id_text")).to_have_value(TEXT)


WAITING = "Please wait a moment. Your text stays as it is."
UNANSWERED = (
    "No answer came. Your text is still here, and your message is not sent. See if you are online. "
    "Then press the button again: the answer opens in a new tab."
)


def hold_steps(page: Page) -> list[Route]:
    """Steps that are asked for from within the page, none of them answered yet."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            held.append(route)
        else:
            route.continue_()

    page.route(f"**{FORM}", hold)
    return held


def words_about_it(page: Page) -> list[str]:
    """What the page says about a step, wherever it does."""
    return [text for text in page.locator("main .work[role=status]").all_text_contents() if text]


def test_step_that_takes_long_says_so_and_takes_neither_focus_nor_button(write):
    page = write(FORM)
    page.locator("#id_text").fill(TEXT)
    held = hold_steps(page)
    button = page.get_by_role("button", name="Check before sending").last
    button.click()
    until(page, lambda: words_about_it(page) == [WAITING])
    expect(page.locator("form.contribution > .work")).to_be_visible()
    expect(button).to_be_focused()
    expect(button).to_be_enabled()
    button.click()  # the same once more asks for nothing new
    until(page, lambda: bool(held))
    held[0].continue_()
    expect(page.get_by_role("heading", name="Check before you send")).to_be_focused()
    page.go_back()
    expect(button).to_be_focused()
    assert (words_about_it(page), len(held)) == ([], 1)


def test_another_step_that_is_pressed_meanwhile_takes_the_place_of_the_first(write):
    page = write(FORM)
    page.locator("#id_text").fill(TEXT)
    page.get_by_label("Which part of the page is it?").select_option("key_point")
    held = hold_steps(page)
    page.get_by_role("button", name="Show what stands there now").click()
    expect(page.locator("#place > .work")).to_have_text(WAITING)
    page.get_by_role("button", name="Check before sending").last.click()
    until(page, lambda: len(held) > 1)
    expect(page.locator("#place > .work")).to_have_text("")
    held[1].continue_()
    expect(page.get_by_role("heading", name="Check before you send")).to_be_focused()
    assert page.evaluate("history.state") == {"step": 1}


def test_message_is_sent_while_its_check_is_still_asked_for(write):
    page = write(FORM)
    held = hold_steps(page)
    page.locator("#id_text").fill(TEXT)
    page.get_by_role("button", name="Check before sending").last.click()
    until(page, lambda: bool(held))
    assert len(sent(page).split()) == 6


def test_step_without_an_answer_says_what_to_do_and_keeps_the_text(write):
    page = write(FORM)
    page.route(
        f"**{FORM}", lambda route: route.abort() if route.request.resource_type == "fetch" else route.continue_()
    )
    page.locator("#id_text").fill(TEXT)
    button = page.get_by_role("button", name="Check before sending").last
    button.click()
    until(page, lambda: words_about_it(page) == [UNANSWERED])
    expect(button).to_be_focused()
    expect(page.locator("#id_text")).to_have_value(TEXT)
    # Pressed again, the browser asks itself: the form stays in its tab, whatever comes.
    with page.expect_popup() as opened:
        button.click()
    expect_focus_on(opened.value, "Check before you send")
    expect(opened.value.locator("#id_text")).to_have_value(TEXT)
    expect(page.locator("#id_text")).to_have_value(TEXT)
    assert words_about_it(page) == []


def test_step_whose_answer_never_comes_is_given_up(write):
    page = write(FORM)
    page.clock.install()
    page.locator("#id_text").fill(TEXT)
    held = hold_steps(page)
    page.get_by_role("button", name="Show what stands there now").click()
    until(page, lambda: bool(held))
    page.clock.fast_forward(31_000)
    expect(page.locator("#place > .work")).to_have_text(UNANSWERED)
    expect(page.locator("#id_text")).to_have_value(TEXT)


def test_browser_asks_before_it_leaves_a_text_that_was_not_sent(write):
    page = write(FORM)
    page.locator("#id_text").press_sequentially("41")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="ME/CFS Study Atlas").first.click(no_wait_after=True)
    until(page, lambda: asked == ["beforeunload"])
    expect(page.locator("#id_text")).to_have_value("41")


def test_text_survives_without_cookies(write):
    page = write(FORM, js=False)
    page.context.clear_cookies()
    page.get_by_label("What is wrong?").fill(TEXT)
    follow(page.get_by_role("button", name="Send", exact=True))
    expect_focus_on(page, "Please press Send again")
    expect(page.get_by_label("What is wrong?")).to_have_value(TEXT)
    follow(page.get_by_role("button", name="Send", exact=True))
    expect(page.locator("h1")).to_have_text("Your message has arrived")


def test_double_click_gives_one_receipt(write):
    """The form arrives twice. The answer is held until both clicks are done: else the second might fall on the next page."""
    page = write(FORM, js=False)
    page.locator("#id_text").fill(TEXT)
    held: list[Route] = []
    arrived = 0

    def hold(route: Route) -> None:
        held.append(route)
        if arrived:  # of two clicks the second came late, and its request took the place of the first
            route.continue_()

    page.route(f"**{FORM}", hold)
    page.get_by_role("button", name="Send", exact=True).first.dblclick()
    until(page, lambda: bool(held))
    arrived = page.request.fetch(held[0].request).status
    assert arrived == 200
    with following(page):
        held[-1].continue_()
    page.unroute(f"**{FORM}", hold)
    expect(page.locator("h1")).to_have_text("Your message has arrived")
    first = receipt(page)
    page.reload()  # sends the same form once more
    assert receipt(page) == first


def test_receipt_is_saved_copied_and_printed(write):
    page = write(FORM, permissions=["clipboard-read", "clipboard-write"])
    words = sent(page)
    page.get_by_role("button", name="Copy the six words").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == words
    with page.expect_download() as download:
        page.get_by_role("button", name="Save them as a file").click()
    assert words in Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert download.value.url.endswith("/my-contribution/receipt/")
    page.emulate_media(media="print")
    assert page.locator("#words").is_visible()
    assert page.locator(".no-print:visible").count() == 0


@pytest.mark.parametrize("view", VIEWS)
def test_pages_are_accessible_and_fit(write, axe, nu, view):
    def good(page: Page) -> None:
        axe(page)
        assert page.evaluate(SIDEWAYS) == 0
        nu(page.content())

    page = write("/contribute/", **view)
    good(page)
    for kind in ("missing_paper", "coding", "lived_experience"):
        page.goto(page.url.split("?")[0] + f"?kind={kind}")
        good(page)
    page.goto(page.url.split("/contribute/")[0] + FORM + "?field=key_point")
    page.locator("details").evaluate_all(OPEN)
    good(page)
    page.get_by_label("Your mail address").fill("no address")
    follow(page.get_by_role("button", name="Send", exact=True))
    good(page)
    page.get_by_label("Your mail address").fill("")
    page.get_by_label("What should it say instead?").fill("Something else.")
    page.locator("#id_text").fill(TEXT)
    follow(page.get_by_role("button", name="Check before sending").last)
    good(page)
    page.wait_for_timeout(3100)
    follow(page.get_by_role("button", name="Send", exact=True).first)
    expect(page.locator("h1")).to_have_text("Your message has arrived")
    good(page)
    follow(page.get_by_role("button", name="Open your message now"))
    good(page)
    follow(page.get_by_role("link", name="Take it back"))
    good(page)
    follow(page.get_by_role("button", name="Take my message back"))
    good(page)
    follow(page.get_by_role("button", name="Leave this page"))
    good(page)
    page.goto(page.url.replace("leave/", ""))
    good(page)
    page.goto(page.url.replace("my-contribution", "figures"))
    good(page)


def test_targets_are_large_enough_for_shaky_hands(write):
    page = write(FORM + "?field=key_point", width=320)
    page.locator("details").evaluate_all(OPEN)
    low = page.evaluate(
        """[...document.querySelectorAll(
            'main button, main input:not([type=checkbox]), main select, main label:has(input), summary')]
        .filter(one => one.offsetParent && !one.closest('.hidden') && !one.classList.contains('hidden'))
        .filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"""
    )
    assert low == []


@pytest.fixture
def flood(atlas, day_key) -> Iterator[None]:
    """The count of the whole site as it stands after very many messages in ten minutes, and in the ten minutes after them."""
    database = sqlite3.connect(Path(atlas.process.args[-1]) / "atlas.sqlite3", timeout=PATIENCE)
    now = datetime.now(UTC)
    window = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    (key,) = database.execute("SELECT key FROM contributions_daykey WHERE id = 1").fetchone()
    name = hmac.digest(key, b"send-site/site", "sha256").hex()
    buckets = [(name, (window + timedelta(minutes=ahead)).strftime("%Y-%m-%d %H:%M:%S")) for ahead in (0, 10)]
    with database:
        database.executemany("DELETE FROM contributions_bucket WHERE key = ? AND window = ?", buckets)
        database.executemany("INSERT INTO contributions_bucket (key, window, count) VALUES (?, ?, 150)", buckets)
    yield
    with database:
        database.executemany("DELETE FROM contributions_bucket WHERE key = ? AND window = ?", buckets)
    database.close()


def wait_for_a_day_that_lasts() -> None:
    """The key under which the site counts changes at midnight."""
    now = datetime.now(UTC)
    left = (now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - now).total_seconds()
    if left < PATIENCE:
        time.sleep(left + 1)


@pytest.fixture
def day_key(write) -> None:
    """Whatever is counted makes the key of the day, as a message is; opening a form writes nothing."""
    wait_for_a_day_that_lasts()
    sent(write("/contribute/?kind=other"))


@pytest.mark.parametrize("js", [True, False])
def test_flood_asks_scripts_for_a_proof_and_refuses_nobody(flood, write, js):
    page = write("/contribute/?kind=other", js=js)
    words = sent(page)
    follow(page.get_by_role("button", name="Open your message now"))
    state = page.locator("section[aria-labelledby=state] b").inner_text()
    waiting = "Your message is waiting to be read."
    looked_at = "Your message has arrived. A person has to check it before it joins the queue."
    assert (len(words.split()), state) == (6, waiting if js else looked_at)
