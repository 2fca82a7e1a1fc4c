"""Marked words in titles and in pieces of text, as safe HTML. Pure.

Done here and not in the database, so that both databases show the same and nothing is read from an abstract that may
not be shown.
"""

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from html import escape
from itertools import accumulate, chain
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from studies.search.synonyms import Phrase
from studies.search.words import WORD, stems_of_word

LONGEST = 240  # characters of a piece of text

Tokens = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]  # stems, and where the word of each stands

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


class _Hit(NamedTuple):
    start: int
    end: int
    phrase: Phrase


def mark(text: str, phrases: Collection[Phrase]) -> SafeString:
    """The whole text, escaped, with every phrase in <mark>."""
    return _marked(text, _hits(text, phrases))


def snippet(text: str, phrases: Collection[Phrase]) -> SafeString:
    """The sentence that has most of the phrases, marked and cut to LONGEST; "" where it has none."""
    best, hits = "", _hits("", phrases)
    for sentence in _SENTENCE_END.split(text) if text else ():
        found = _hits(sentence, phrases)
        if _kinds(found) > _kinds(hits):
            best, hits = sentence, found
    return _cut(best, hits) if hits else SafeString()


def has_any(text: str, phrases: Collection[Phrase]) -> bool:
    return bool(_hits(text, phrases))


def _hits(text: str, phrases: Collection[Phrase]) -> list[_Hit]:
    """Where the phrases stand, from left to right, without overlaps; of two at one place the longer."""
    if not text:
        return []
    firsts = {phrase[0] for phrase in phrases}
    chunks = text.split(" ")
    tokens = list(map(_tokens, chunks))
    names = list(chain.from_iterable([stems for stems, _ in tokens]))
    if firsts.isdisjoint(names):
        return []
    begins = accumulate([len(chunk) + 1 for chunk in chunks], initial=0)
    places = [
        (begin + start, begin + end) for begin, (_, spans) in zip(begins, tokens, strict=False) for start, end in spans
    ]
    hits: list[_Hit] = []
    free = 0
    for place, name in enumerate(names):
        longest = max(_at(names, place, phrases), key=len, default=()) if name in firsts and place >= free else ()
        if longest:
            free = place + len(longest)
            hits.append(_Hit(places[place][0], places[free - 1][1], longest))
    return hits


@lru_cache(maxsize=30_000)
def _tokens(chunk: str) -> Tokens:
    """Of what stands between two blanks; kept because texts repeat their words."""
    found = [(stem, word.span()) for word in WORD.finditer(chunk) for stem in stems_of_word(word[0])]
    return tuple(stem for stem, _ in found), tuple(place for _, place in found)


def _at(names: list[str], place: int, phrases: Iterable[Phrase]) -> Iterable[Phrase]:
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
    return mark_safe(("… " if start else "") + piece + (" …" if end < len(text) else ""))  # noqa: S308 - escaped in _marked


def _marked(text: str, hits: list[_Hit]) -> SafeString:
    pieces, place = [], 0
    for hit in hits:
        if hit.start < place:  # a word that is several tokens was marked with the one before it
            continue
        pieces += [escape(text[place : hit.start]), "<mark>", escape(text[hit.start : hit.end])]
        pieces.append("</mark>")
        place = hit.end
    return mark_safe("".join([*pieces, escape(text[place:])]))  # noqa: S308 - every piece is escaped
