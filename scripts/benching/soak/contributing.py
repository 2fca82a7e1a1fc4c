"""Contributors without scripts: they read, fill in the form, look at it, send it, and come back with their six words."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.benching.sender import FORM, MESSAGE, words_on
from scripts.benching.soak.browser import BrokenPromise, Browser, Page, Values, whole
from scripts.benching.soak.notes import EXPECTED, Receipt
from scripts.benching.soak.reading import Shelf

KINDS = ("correction", "coding", "other", "missing_paper", "retraction")
NEED_NO_STUDY = {"missing_paper"}
FREE_A_DAY = 256 * 256  # places that one contributor has to send from


@dataclass
class Contributor:
    """`moves`: sends each message from another place, as many people would; else it comes to the limit of one place."""

    browser: Browser
    shelf: Shelf
    chance: random.Random
    number: int
    think: Callable[[], None]  # the pause in which a person writes
    moves: bool = True
    _sent: int = 0

    def visit(self) -> None:
        """Send one message and open it again. Raises BrokenPromise where a text or a receipt is lost."""
        self._sit_down()
        kind = self.chance.choice(KINDS)
        path = FORM if kind in NEED_NO_STUDY else f"{FORM}{self.chance.choice(self.shelf.slugs)}/"
        form = whole(self.browser.get(f"{path}?kind={kind}", "form")).form(holding="form")
        text = f"Message {self._sent} of contributor {self.number}: the value in table {self.chance.randint(1, 9999)}."
        self.think()
        values: Values = {**form.values, "text": text}
        if self.chance.random() < 0.5:
            values |= self._checked(path, values, text)
        answer = self.browser.post(path, values | {"step": "send"}, "send a message")
        words = words_on(answer.text) if answer.status == 200 else ""
        if not words:
            self._require(answer, text)
            return
        self.browser.notes.received(Receipt(words, text))
        self._come_back(words, text)

    def _sit_down(self) -> None:
        """A new person in a part of the network of their own: /24 is what counts as one place."""
        self._sent += 1
        if self.moves:
            place = (self.number * 4096 + self._sent) % FREE_A_DAY
            self.browser.address = f"10.{place // 256}.{place % 256}.7"
        self.browser.forget()

    def _checked(self, path: str, values: Values, text: str) -> Values:
        """The form as the page with the preview gives it back."""
        page = whole(self.browser.post(path, values | {"step": "check"}, "check a message"))
        self._require(page, text)
        return dict(page.form(holding="form").values)

    def _require(self, page: Page, text: str) -> None:
        """Whatever the answer says, what was typed is in it."""
        if text not in page.text:
            raise BrokenPromise(f"the text is not on the page after sending ({page.status} for {page.path})")

    def _come_back(self, words: str, text: str) -> None:
        self.think()
        thread = open_thread(self.browser, words)
        self._require(thread, text)
        if self.chance.random() < 0.3 and 'action="/my-contribution/add/"' in thread.text:  # not once it was decided
            added = f"One more thing, at {time.monotonic_ns()}."
            form = thread.form(to="/add/")
            answer = self.browser.post(f"{MESSAGE}add/", {**form.values, "text": added}, "add to a message")
            # Refused, since staff were faster or too much came from this place: then the answer itself holds the text.
            self._require(answer if answer.status in EXPECTED else self.browser.get(MESSAGE, "thread"), added)


def open_thread(browser: Browser, words: str) -> Page:
    """The page behind these six words."""
    form = browser.get(MESSAGE, "thread").form(holding="words")
    answer = browser.post(MESSAGE, {**form.values, "words": words}, "open by six words")
    return whole(browser.get(MESSAGE, "thread")) if answer.status == 302 else answer
