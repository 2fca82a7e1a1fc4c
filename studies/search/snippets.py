"""Marked words in titles and in pieces of text, as safe HTML. Pure.

Done here and not in the database, so that both databases show the same and nothing is read from an abstract that may
not be shown.
"""

import re
import sys
from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache
from html import escape
from itertools import accumulate, chain
from typing import NamedTuple

from django.utils.safestring import SafeString

from studies.search.synonyms import Phrase
from studies.search.words import WORD, stems_of_word

MOST_CHUNKS = 20_000  # of 140 bytes each
LONGEST = 240  # characters of a piece of text

Place = tuple[int, int]  # where something begins and ends
Tokens = tuple[tuple[str, ...], tuple[Place, ...]]  # stems, and where the word of each stands

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class _Hit(NamedTuple):
    start: int
    end: int
    phrase: Phrase


class Read:
    """A text whose words were looked up beforehand, because it is marked again and again. Never changed after it is made."""

    __slots__ = ("_names", "_places", "_plain", "text")

    def __init__(self, text: str) -> None:
        names, places = _words(text)
        plain = SafeString(escape(text))
        self.text, self._plain = (plain if plain == text else text), plain  # most texts need no escaping: one object
        # Texts share their words, also once those are forgotten elsewhere; an array of a list is no longer than it has to be.
        self._names, self._places = tuple(map(sys.intern, names)), array("I", list(chain.from_iterable(places)))

    def marked(self, phrases: Collection[Phrase]) -> SafeString:
        """The whole text, escaped, with every phrase in <mark>."""
        firsts = _firsts(phrases)
        if firsts.isdisjoint(self._names):
            return self._plain
        ends = self._places
        return _marked(self.text, _found(self._names, lambda at: (ends[2 * at], ends[2 * at + 1]), firsts, phrases))

    @property
    def size(self) -> int:
        """Bytes that it takes, without the words, which texts share."""
        parts = {id(each): each for each in (self, self.text, self._plain, self._names, self._places)}
        return sum(map(sys.getsizeof, parts.values()))


def snippet(text: str, phrases: Collection[Phrase]) -> SafeString:
    """The sentence that has most of the phrases, marked and cut to LONGEST; "" where it has none."""
    if _firsts(phrases).isdisjoint(_stems(text)):  # most texts; sentence by sentence it would take longer to see
        return SafeString()
    best, hits, all_kinds = "", _hits("", phrases), len(set(phrases))
    for sentence in _SENTENCE_END.split(text):
        found = _hits(sentence, phrases)
        if _kinds(found) > _kinds(hits):
            best, hits = sentence, found
        if _kinds(hits) == all_kinds:
            break
    return _cut(best, hits) if hits else SafeString()


def has_any(text: str, phrases: Collection[Phrase]) -> bool:
    return bool(_hits(text, phrases))


def _hits(text: str, phrases: Collection[Phrase]) -> list[_Hit]:
    """Where the phrases stand, from left to right, without overlaps; of two at one place the longer."""
    firsts = _firsts(phrases)
    if firsts.isdisjoint(_stems(text)):
        return []
    names, places = _words(text)
    return _found(names, places.__getitem__, firsts, phrases)


def _firsts(phrases: Collection[Phrase]) -> set[str]:
    return {phrase[0] for phrase in phrases}


def _stems(text: str) -> Iterable[str]:
    """The stems of a text in order, without the places of their words, which take several times as long."""
    return chain.from_iterable(map(_stems_of.__getitem__, text.split(" ")))


def _words(text: str) -> tuple[list[str], list[Place]]:
    """The stems of a text in order, and where the word of each stands."""
    chunks = text.split(" ")
    tokens = list(map(_tokens, chunks))
    begins = accumulate([len(chunk) + 1 for chunk in chunks], initial=0)
    return list(chain.from_iterable([stems for stems, _ in tokens])), [
        (begin + start, begin + end) for begin, (_, spans) in zip(begins, tokens, strict=False) for start, end in spans
    ]


def _found(
    names: Sequence[str], place_of: Callable[[int], Place], firsts: Collection[str], phrases: Collection[Phrase]
) -> list[_Hit]:
    hits: list[_Hit] = []
    free = 0
    for at, name in enumerate(names):
        longest = max(_at(names, at, phrases), key=len, default=()) if name in firsts and at >= free else ()
        if longest:
            free = at + len(longest)
            hits.append(_Hit(place_of(at)[0], place_of(free - 1)[1], longest))
    return hits


@lru_cache(maxsize=10_000)  # of 600 bytes each
def _tokens(chunk: str) -> Tokens:
    """Of what stands between two blanks; kept because texts repeat their words."""
    found = [(stem, word.span()) for word in WORD.finditer(chunk) for stem in stems_of_word(word[0])]
    return tuple(stem for stem, _ in found), tuple(place for _, place in found)


class _StemsOf(dict[str, tuple[str, ...]]):
    """The stems of what stands between two blanks. No function of Python's is as fast as to look into a dictionary."""

    def __missing__(self, chunk: str) -> tuple[str, ...]:
        if len(self) >= MOST_CHUNKS:
            self.clear()
        found = (stem for word in WORD.finditer(chunk) for stem in stems_of_word(word[0]))
        stems = self[chunk] = tuple(found)
        return stems


_stems_of = _StemsOf()


def _at(names: Sequence[str], place: int, phrases: Iterable[Phrase]) -> Iterable[Phrase]:
    return (phrase for phrase in phrases if tuple(names[place : place + len(phrase)]) == phrase)


def _kinds(hits: list[_Hit]) -> int:
    return len({hit.phrase for hit in hits})


def _cut(text: str, hits: list[_Hit]) -> SafeString:
    """At most LONGEST characters round the first hit, cut between words."""
    if len(text) <= LONGEST:
        return _marked(text, hits)
    start = max(0, min(hits[0].start - LONGEST // 3, len(text) - LONGEST))
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = len(text) if start + LONGEST >= len(text) else max(text.rfind(" ", start, start + LONGEST), hits[0].end)
    inside = [
        _Hit(hit.start - start, hit.end - start, hit.phrase) for hit in hits if start <= hit.start < hit.end <= end
    ]
    piece = _marked(text[start:end], inside)
    return SafeString(("… " if start else "") + piece + (" …" if end < len(text) else ""))


def _marked(text: str, hits: list[_Hit]) -> SafeString:
    pieces, place = [], 0
    for hit in hits:
        if hit.start < place:  # a word that is several tokens was marked with the one before it
            continue
        pieces += [escape(text[place : hit.start]), "<mark>", escape(text[hit.start : hit.end]), "</mark>"]
        place = hit.end
    return SafeString("".join([*pieces, escape(text[place:])]))
