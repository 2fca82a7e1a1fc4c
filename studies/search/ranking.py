"""Which study fits a query best. Pure, so that both databases give the same order.

The databases only say which studies match. For the studies of a short list the search documents are compared here: a
word counts most in the title, then in the key point, then elsewhere; a word found again counts less each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from studies.search.query import Alternative, Part, Query
from studies.search.synonyms import Phrase

# In the order of a document's columns: title, key, body, people, abstract.
WEIGHTS = (8.0, 4.0, 1.5, 3.0, 1.0)
TITLE, KEY = 0, 1
TOGETHER_IN_TITLE, TOGETHER_IN_KEY = 6.0, 3.0
SHORT_TITLE = 2.0

GAP = "  "  # two, so that a word twice in a row is counted twice

Document = Sequence[str]


def in_order(ids: Sequence[int], documents: Mapping[int, Document], query: Query) -> list[int]:
    """The ids, best first; equal ones stay in the order given. A study without a document comes last."""
    together = _together(query)
    scores = {each: score(documents[each], query, together) for each in ids if each in documents}
    return sorted(ids, key=lambda each: -scores.get(each, -1.0))


def score(document: Document, query: Query, together: Phrase = ()) -> float:
    """How well a document fits; only the comparison of two scores means anything."""
    columns = [f" {column.replace(' ', GAP)} " for column in document]
    total = sum(_part(columns, part) for part in query.required)
    if len(together) > 1:
        phrase = _padded(together)
        total += TOGETHER_IN_TITLE * (phrase in columns[TITLE]) + TOGETHER_IN_KEY * (phrase in columns[KEY])
    words = document[TITLE].count(" ") + 1
    return total + SHORT_TITLE * min(1.0, len(together) / words)


def _together(query: Query) -> Phrase:
    """The words of the query one after the other, as typed."""
    return tuple(token for part in query.required for phrase in part.alternatives[0] for token in phrase)


def _part(columns: list[str], part: Part) -> float:
    return max(_alternative(columns, alternative) for alternative in part.alternatives)


def _alternative(columns: list[str], alternative: Alternative) -> float:
    """The mean of its phrases; nothing where one of them is missing."""
    scores = [_phrase(columns, _padded(phrase)) for phrase in alternative]
    return sum(scores) / len(scores) if all(scores) else 0.0


def _phrase(columns: list[str], phrase: str) -> float:
    total = 0.0
    for weight, column in zip(WEIGHTS, columns, strict=True):
        if phrase in column:
            times = column.count(phrase)
            total += weight * times / (times + 0.5)
    return total


def _padded(phrase: Phrase) -> str:
    return f" {GAP.join(phrase)} "
