"""Staff with a second factor: moderators who read the queue, propose, apply and decide, editors who publish drafts."""

from __future__ import annotations

import hmac
import itertools
import random
import re
import struct
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.benching.soak.browser import BrokenPromise, Browser, Page, Values

ADMIN = "/admin/"
QUEUE, STUDIES = f"{ADMIN}contributions/contribution/", f"{ADMIN}studies/study/"
_MESSAGE = re.compile(r"/admin/contributions/contribution/(\d+)/change/")
_STUDY = re.compile(r'href="(/evidence/[-\w]+/)">public page<')
_counter = itertools.count(1)


@dataclass(frozen=True)
class Account:
    """`key` is the secret of the app on the phone, in hexadecimal digits."""

    username: str
    password: str
    key: str


def code_now(key: str) -> str:
    """The six digits that the app shows (RFC 6238, 30 seconds, SHA-1)."""
    digest = hmac.digest(bytes.fromhex(key), struct.pack(">Q", int(time.time()) // 30), "sha1")
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(browser: Browser, account: Account) -> None:
    """Name and password, then the second factor. Raises BrokenPromise where the admin stays closed."""
    page = browser.get(f"{ADMIN}login/?next={ADMIN}", "sign in")
    form = page.form(holding="username")
    answer = browser.post(
        f"{ADMIN}login/?next={ADMIN}",
        {**form.values, "username": account.username, "password": account.password},
        "sign in",
    )
    while answer.status == 302:
        answer = browser.get(_path(answer), "sign in")
    form = answer.form(holding="code")
    given = browser.post(answer.path, {**form.values, "code": code_now(account.key)}, "sign in")
    opened = browser.get(ADMIN, "first page of staff")
    if given.status != 302 or opened.status != 200:
        raise BrokenPromise(f"{account.username} could not sign in ({given.status}, {opened.status})")


def _path(answer: Page) -> str:
    place = urlsplit(answer.headers["Location"])
    return f"{place.path}?{place.query}" if place.query else place.path


@dataclass
class Moderator:
    browser: Browser
    chance: random.Random
    think: Callable[[], None]

    def visit(self) -> None:
        """Read the queue, take one message and decide about it."""
        queue = self.browser.get(QUEUE, "queue")
        waiting = sorted(set(map(int, _MESSAGE.findall(queue.text))))
        if not waiting:
            return
        one = f"{QUEUE}{self.chance.choice(waiting)}/"
        page = self._acted(one, "claim", self.browser.get(f"{one}change/", "message"))
        if page is None:
            return
        self.think()
        decide = self._change if self.chance.random() < 0.6 else self._answer
        decide(one, page)

    def _acted(self, one: str, act: str, page: Page, **typed: str) -> Page | None:
        """Press a button of the message's page; the page afterwards, None where somebody else was faster or it is not there."""
        try:
            form = page.form(to=f"/{act}/")
        except BrokenPromise:
            return None  # another moderator holds it, or it was decided
        answer = self.browser.post(f"{one}{act}/", {**form.values, **typed}, "act on a message")
        if answer.status == 409:
            return None
        if answer.status != 302:
            raise BrokenPromise(f"{act} was not done ({answer.status}) {_why(answer)}")
        self.browser.notes.did(act)
        return self.browser.get(f"{one}change/", "message")

    def _answer(self, one: str, page: Page) -> None:
        act = self.chance.choice(["decline", "note", "ask", "duplicate"])
        more = {"reason": "no_source"} if act == "decline" else {}
        self._acted(one, act, page, text="Thank you. We looked into it.", **more)

    def _change(self, one: str, page: Page) -> None:
        """Propose another journal, apply it, and see it on the public page at once."""
        study = _STUDY.search(page.text)
        if not study:
            self._answer(one, page)
            return
        journal = f"Journal of soaking {next(_counter)}"
        form = self.browser.get(f"{one}propose/", "proposal").form(holding="base")
        self.think()
        typed: Values = {**form.values, "journal": journal, "reason": "correction", "note": "As the paper shows."}
        answer = self.browser.post(f"{one}propose/", typed | {"save": "pressed"}, "proposal")
        if answer.status == 409:
            return
        if answer.status != 302:
            raise BrokenPromise(f"a proposal was not saved ({answer.status}) {_why(answer)}")
        page = self.browser.get(f"{one}change/", "message")
        if self._acted(one, "apply", page, text="Thank you. It is changed."):
            shown = self.browser.get(study[1], "study, just changed")
            if journal not in shown.text:
                raise BrokenPromise(f"an applied change is not on {study[1]}")


@dataclass
class Editor:
    """Submits drafts of a pile that all editors share, and publishes what another editor submitted.

    `inbox` holds what this editor is to publish, `other` is the inbox of the next one.
    """

    browser: Browser
    think: Callable[[], None]
    pile: deque[int]
    inbox: deque[int]
    other: deque[int]

    def visit(self) -> None:
        if self.inbox:
            self._publish(self.inbox.popleft())
        elif self.pile:
            draft = self.pile.pop()
            self._step(draft, "submit")
            self.other.append(draft)
        self.think()
        self.browser.get(f"{STUDIES}?q=fatigue", "studies of staff")

    def _step(self, draft: int, step: str) -> None:
        page = self.browser.get(f"{STUDIES}{draft}/{step}/", f"{step} a study")
        form = page.form(holding="digest")
        self.think()
        answer = self.browser.post(f"{STUDIES}{draft}/{step}/", {**form.values}, f"{step} a study")
        if answer.status != 302:
            raise BrokenPromise(f"{step} was not done ({answer.status}) {_why(answer)}")
        self.browser.notes.did(step)

    def _publish(self, draft: int) -> None:
        """Publish it; its page is there at once."""
        self._step(draft, "publish")
        page = self.browser.get(f"{STUDIES}{draft}/change/", "study of staff")
        address = re.search(r"/evidence/[-\w]+/", page.text)
        if address is None or self.browser.get(address[0], "study, just published").status != 200:
            raise BrokenPromise(f"a published study has no page ({draft})")


def _why(page: Page) -> str:
    """The first sentences of the errors on a page, for the list of faults."""
    found = re.findall(r'class="error(?:list|note)[^>]*>(.*?)</(?:ul|p|div)>', page.text, re.DOTALL)
    return " ".join(" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in found)[:200]
