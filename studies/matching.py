"""Which papers may be the same: near-duplicates by title, first author and year. Pure.

Equal identifiers decide identity and are compared elsewhere; what is found here is a suspicion, reported to people and
never acted on.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

MOST_YEARS_APART = 1
SIMILAR = 0.8  # share of words that two titles have in common (Jaccard)

_WORD = re.compile(r"[a-z0-9]+")
_NOTICES = (
    (
        "retraction",
        re.compile(r"^\W*(?:retraction|retracted|retraction note|withdrawn)\b\W*(?:article|to)?\s*:", re.IGNORECASE),
    ),
    (
        "correction",
        re.compile(r"^\W*(?:author |publisher )?(?:correction|corrigendum|erratum)\b(?:\s+to\b|\s*:)", re.IGNORECASE),
    ),
    ("concern", re.compile(r"^\W*(?:editorial )?expression of concern\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Paper:
    """What matching compares. `key` is the caller's own name for the paper (a slug); `author` the first author, folded."""

    key: str
    title: str
    author: str
    year: int | None


@dataclass
class Shelf:
    """Papers already seen, laid out so that look-alikes of a new one are found without comparing it with all."""

    _by_title: dict[str, list[Paper]] = field(default_factory=lambda: defaultdict(list))
    _by_author: dict[tuple[str, int], list[Paper]] = field(default_factory=lambda: defaultdict(list))

    def add(self, paper: Paper) -> None:
        self._by_title[_title_key(paper.title)].append(paper)
        if paper.author and paper.year is not None:
            self._by_author[paper.author, paper.year].append(paper)

    def look_alikes(self, paper: Paper) -> list[Paper]:
        """Papers with the same folded title, or with a similar title, the same first author and a near year."""
        same = self._by_title.get(_title_key(paper.title), [])
        similar = [other for other in self._neighbours(paper) if similarity(other.title, paper.title) >= SIMILAR]
        return sorted({other.key: other for other in [*same, *similar]}.values(), key=lambda other: other.key)

    def _neighbours(self, paper: Paper) -> Iterable[Paper]:
        if not paper.author or paper.year is None:
            return
        for year in range(paper.year - MOST_YEARS_APART, paper.year + MOST_YEARS_APART + 1):
            yield from self._by_author.get((paper.author, year), [])


def fold(text: str) -> str:
    """The words of a text without case, accents, punctuation and markup, joined by spaces."""
    plain = unicodedata.normalize("NFKD", re.sub(r"</?[a-zA-Z]{1,6}>", " ", text)).casefold()
    return " ".join(_WORD.findall("".join(mark for mark in plain if not unicodedata.combining(mark))))


def _title_key(title: str) -> str:
    """Titles in another script have no words left after folding and are compared as they are."""
    return fold(title) or title.casefold()


def similarity(one: str, other: str) -> float:
    """Share of words in common, 0 to 1; titles without any word are not alike."""
    a, b = set(fold(one).split()), set(fold(other).split())
    return len(a & b) / len(a | b) if a | b else 0.0


def notice_kind(title: str) -> str:
    """`retraction`, `correction` or `concern` when a title reads as a notice about another paper, else nothing."""
    return next((kind for kind, pattern in _NOTICES if pattern.search(title)), "")
