"""Which study fits a query best. Pure, so that both databases give the same order.

The databases only say which studies match. For the studies of a short list the search documents are compared here: a
word counts most in the title, then in the key point, then elsewhere; a word found again counts less each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from studies.search.query import Part, Query
from studies.search.synonyms import Phrase

# In the order of a document's columns: title, key, body, people, abstract.
WEIGHTS = (8.0, 4.0, 1.5, 3.0, 1.0)
TITLE, KEY = 0, 1
TOGETHER_IN_TITLE, TOGETHER_IN_KEY = 6.0, 3.0
SHORT_TITLE = 2.0

GAP = "  "

Document = Sequence[str]


class Sought(NamedTuple):
    """A phrase in the forms in which it is looked for in a column."""

    letters: str  # its tokens, which may be parts of other words
    whole: str  # between blanks
    twice: str  # two of them in a row share a blank, so that only one would be counted
    spread: str  # as it stands where every blank is two


def in_order(ids: Sequence[int], documents: Mapping[int, Document], query: Query) -> list[int]:
    """The ids, best first; equal ones stay in the order given. A study without a document comes last."""
    parts = [_sought_part(part) for part in query.required]
    together = _together(query)
    scores = {each: _score(documents[each], parts, together) for each in ids if each in documents}
    return sorted(ids, key=lambda each: -scores.get(each, -1.0))


def _together(query: Query) -> Phrase:
    """The words of the query one after the other, as typed."""
    return tuple(token for part in query.required for phrase in part.alternatives[0] for token in phrase)


def _sought_part(part: Part) -> list[list[Sought]]:
    return [[_sought(phrase) for phrase in alternative] for alternative in part.alternatives]


def _sought(phrase: Phrase) -> Sought:
    letters = " ".join(phrase)
    return Sought(letters, f" {letters} ", f" {letters} {letters} ", f" {GAP.join(phrase)} ")


def _score(document: Document, parts: Sequence[Sequence[Sequence[Sought]]], together: Phrase) -> float:
    """How well a document fits; only the comparison of two scores means anything."""
    total = 0.0
    for part in parts:
        total += (
            _alternative(document, part[0]) if len(part) == 1 else max(_alternative(document, each) for each in part)
        )
    if len(together) > 1:
        phrase = _sought(together)
        in_title, in_key = _stands_in(document[TITLE], phrase), _stands_in(document[KEY], phrase)
        total += TOGETHER_IN_TITLE * in_title + TOGETHER_IN_KEY * in_key
    words = document[TITLE].count(" ") + 1
    return total + SHORT_TITLE * min(1.0, len(together) / words)


def _alternative(document: Document, alternative: Sequence[Sought]) -> float:
    """The mean of its phrases; nothing where one of them is missing."""
    if len(alternative) == 1:
        return _phrase(document, alternative[0])
    scores = [_phrase(document, phrase) for phrase in alternative]
    return sum(scores) / len(scores) if all(scores) else 0.0


def _phrase(document: Document, phrase: Sought) -> float:
    """Only the few columns that have these letters at all are looked at closely."""
    letters = phrase.letters
    total = 0.0
    for weight, column in zip(WEIGHTS, document, strict=True):
        if letters in column and (times := _times(column, phrase)):
            total += weight * times / (times + 0.5)
    return total


def _times(column: str, phrase: Sought) -> int:
    padded = f" {column} "
    if phrase.twice in padded:
        return padded.replace(" ", GAP).count(phrase.spread)
    return padded.count(phrase.whole)


def _stands_in(column: str, phrase: Sought) -> bool:
    return phrase.letters in column and phrase.whole in f" {column} "
