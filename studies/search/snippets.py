"""Marked words in titles and in pieces of text, as safe HTML. Pure.

Done here and not in the database, so that both databases show the same and nothing is read from an abstract that may
not be shown.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from studies.search.synonyms import Phrase
from studies.search.words import WORD, stems_of_word

LONGEST = 240  # characters of a piece of text

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True)
class _Hit:
    start: int
    end: int
    phrase: Phrase


def mark(text: str, phrases: Collection[Phrase]) -> SafeString:
    """The whole text, escaped, with every phrase in <mark>."""
    return _marked(text, _hits(text, phrases))


def snippet(text: str, phrases: Collection[Phrase]) -> SafeString:
    """The sentence that has most of the phrases, marked and cut to LONGEST; "" where it has none."""
    best, hits = "", _hits("", phrases)
    for sentence in _SENTENCE_END.split(text):
        found = _hits(sentence, phrases)
        if _kinds(found) > _kinds(hits):
            best, hits = sentence, found
    return _cut(best, hits) if hits else SafeString()


def has_any(text: str, phrases: Collection[Phrase]) -> bool:
    return bool(_hits(text, phrases))


def _hits(text: str, phrases: Collection[Phrase]) -> list[_Hit]:
    """Where the phrases stand, from left to right, without overlaps; of two at one place the longer."""
    tokens = [(stem, word) for word in WORD.finditer(text) for stem in stems_of_word(word[0])]
    names = [stem for stem, _ in tokens]
    starts = {phrase[0] for phrase in phrases}
    hits: list[_Hit] = []
    place = 0
    while place < len(names):
        longest = max(_at(names, place, phrases), key=len, default=()) if names[place] in starts else ()
        if longest:
            hits.append(_Hit(tokens[place][1].start(), tokens[place + len(longest) - 1][1].end(), longest))
        place += len(longest) or 1
    return hits


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
        pieces += [conditional_escape(text[place : hit.start]), "<mark>", conditional_escape(text[hit.start : hit.end])]
        pieces.append("</mark>")
        place = hit.end
    return mark_safe("".join([*pieces, conditional_escape(text[place:])]))  # noqa: S308 - every piece is escaped
