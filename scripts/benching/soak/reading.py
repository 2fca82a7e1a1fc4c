"""Readers and searchers: pages of every kind, in the proportions of a public site."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from scripts.benching.soak.browser import BrokenPromise, Browser, Page, whole


@dataclass(frozen=True)
class Shelf:
    """What there is to ask for. `searches` are query strings of the list."""

    slugs: Sequence[str]
    topics: Sequence[str]
    definitions: Sequence[str]
    searches: Sequence[str]
    words: Sequence[str]


@dataclass
class Reader:
    """One person who reads; `shares` says how often what."""

    browser: Browser
    shelf: Shelf
    chance: random.Random
    shares: dict[str, int]
    _last: Page | None = field(default=None, repr=False)

    def visit(self) -> None:
        """Ask for one thing and look at it. Raises BrokenPromise."""
        (kind,) = self.chance.choices(list(self.shares), list(self.shares.values()))
        if kind == "again":
            self._again()
            return
        page = self.browser.get(PATHS[kind](self.shelf, self.chance), kind)
        if page.status == 200:
            self._last = whole(page)

    def _again(self) -> None:
        """The page before once more, as a browser that kept it asks."""
        if self._last is None or not self._last.etag:
            return
        page = self.browser.get(self._last.path, "again, kept by the browser", etag=self._last.etag)
        if page.status == 304 and page.text:
            raise BrokenPromise(f"304 with a body for {page.path}")


def _study(shelf: Shelf, chance: random.Random) -> str:
    """Some studies are read far more than others."""
    place = min(int(chance.expovariate(1 / 400)), len(shelf.slugs) - 1)
    return f"/evidence/{shelf.slugs[place if chance.random() < 0.7 else chance.randrange(len(shelf.slugs))]}"


def _list_file(shelf: Shelf, chance: random.Random) -> str:
    """Of the studies on one topic that hold a word, as somebody saves them for their own collection."""
    chosen = {"topic": chance.choice(shelf.topics), "q": chance.choice(shelf.words)}
    return f"/evidence.{chance.choice(['ris', 'bib', 'csv', 'json'])}?{urlencode(chosen)}"


def _api(shelf: Shelf, chance: random.Random) -> str:
    if chance.random() < 0.5:
        return f"/api/v1/studies/{_study(shelf, chance).rpartition('/')[2]}"
    return f"/api/v1/studies?{urlencode({'limit': 20, 'q': chance.choice(shelf.words)})}"


def _definition(shelf: Shelf, chance: random.Random) -> str:
    return chance.choice(["/definitions/", "/pem/", f"/definitions/{chance.choice(shelf.definitions)}/"])


PATHS: dict[str, Callable[[Shelf, random.Random], str]] = {
    "home": lambda shelf, chance: "/",
    "search and list": lambda shelf, chance: f"/evidence/?{chance.choice(shelf.searches)}",
    "study": lambda shelf, chance: f"{_study(shelf, chance)}/",
    "history": lambda shelf, chance: f"{_study(shelf, chance)}/history/",
    "map": lambda shelf, chance: "/map/",
    "definitions": _definition,
    "topics": lambda shelf, chance: chance.choice(["/topics/", f"/topics/{chance.choice(shelf.topics)}/"]),
    "file of a study": lambda shelf, chance: f"{_study(shelf, chance)}.{chance.choice(['ris', 'bib', 'json', 'txt'])}",
    "file of a list": _list_file,
    "API": _api,
    "feed": lambda shelf, chance: f"/feeds/{chance.choice(['new.atom', 'changed.json', 'corrections.atom'])}",
    "OAI-PMH": lambda shelf, chance: "/oai/?verb=ListRecords&metadataPrefix=oai_dc",
    "changes": lambda shelf, chance: "/changes/",
    "guides": lambda shelf, chance: chance.choice(["/guides/", "/questions/", "/glossary/", "/about/"]),
}
READING = {
    "home": 8, "search and list": 12, "study": 34, "history": 3, "map": 5, "definitions": 8, "topics": 5,
    "file of a study": 5, "file of a list": 2, "API": 6, "feed": 3, "OAI-PMH": 1, "changes": 2, "guides": 4, "again": 6,
}  # fmt: skip
SEARCHING = {"search and list": 80, "study": 20}
