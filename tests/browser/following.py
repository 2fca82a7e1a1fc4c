"""Steps in a browser that wait for what they bring about: Playwright's own return before the next page is there."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

PATIENCE = 120  # seconds for a page or a state that surely comes, on a machine that is busy with others
FOCUSED = "document.activeElement ? document.activeElement.innerText || '' : ''"
HAS_FOCUS = "one => one.isConnected ? one === document.activeElement : null"


@contextmanager
def following(page: Page) -> Iterator[None]:
    """What happens inside leads to another page; at the end that page has loaded."""
    with page.expect_navigation(wait_until="load"):
        yield


def follow(target: Locator) -> None:
    """Click on what leads to another page."""
    with following(target.page):
        target.click()


def enter(page: Page) -> None:
    """Press Enter where that leads to another page."""
    with following(page):
        page.keyboard.press("Enter")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus. It is looked for once, and again when a script has put another in its place."""
    wanted = target.element_handle()
    for _ in range(150):
        page.keyboard.press("Tab")
        has_focus = wanted.evaluate(HAS_FOCUS)
        if has_focus is None:
            wanted = target.element_handle()
            has_focus = wanted.evaluate(HAS_FOCUS)
        if has_focus:
            return
    raise AssertionError("Tab does not reach it")


def press(page: Page, name: str, *, role: str = "button") -> None:
    """Reach this by Tab and press Enter; it leads to another page."""
    tab_to(page, page.locator("main").get_by_role(role, name=name, exact=True).first)
    enter(page)


def choose(page: Page, box: Locator, beginning: str) -> None:
    """Reach this list by Tab and type what the choice begins with.

    A browser takes letters together that come within a second of each other; on a busy machine they may not.
    """
    tab_to(page, box)
    for _ in range(10):
        page.keyboard.type(beginning)
        if box.evaluate("one => one.selectedOptions[0].text.trim()").startswith(beginning):
            return
        page.wait_for_timeout(1500)
    raise AssertionError(f"{beginning} could not be chosen")


def expect_focus_on(page: Page, line: str) -> None:
    """What has the focus begins with this line. A page that loads gives the focus when it is first drawn."""
    until(page, lambda: page.evaluate(FOCUSED).split("\n")[0] == line)


def expect_place(page: Page, fragment: str) -> None:
    """The address ends with this place of the page."""
    expect(page).to_have_url(re.compile(re.escape(fragment) + "$"))


def expect_top(target: Locator, *, below: float) -> None:
    """It is seen, and its top stands in the window above this many pixels. A browser scrolls when it draws next."""
    until(target.page, lambda: (box := target.bounding_box()) is not None and -1 <= box["y"] < below)


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until it holds, while the page goes on."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        page.wait_for_timeout(50)
