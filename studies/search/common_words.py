"""Which studies hold a common word, as sets of bits in the process, like those of the facets.

A common word is what costs a database most: it looks at every row that holds it. So the set of a word in many studies is
kept once it was found. When the public state moves, the documents of the changed studies alone are read again, so that no
set is older than the database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import and_, or_
from typing import NamedTuple

from studies.search.index import Catalogue, Move
from studies.search.memory import Memory
from studies.search.query import Part, Query

COMMON = 1 / 200  # share of all studies that hold a word

Columns = int | None  # how many columns of a search document, from the first on
ANYWHERE, TITLE = None, 1
Sets = Callable[[str], int | None]


class _Kept(NamedTuple):
    """The set as of a public counter, in the line of a catalogue."""

    line: int
    counter: int
    bitmap: int


_kept: Memory[_Kept] = Memory(most=4096, largest=32_000_000, size=lambda kept: kept.bitmap.bit_length() // 8 + 100)


def holding(catalogue: Catalogue, query: Query, columns: Columns) -> int | None:
    """What `match` or `match_titles` of a database finds; None where the set of a word in the query is not kept."""
    return found(query.required, query.excluded, lambda word: _set_of(word, catalogue, columns))


def keep(catalogue: Catalogue, query: Query, columns: Columns, bitmap: int) -> None:
    """Keep what a database found for this query, if the query is one common word. Only of such are titles asked for."""
    word = only_word(query)
    if word and (columns == TITLE or bitmap.bit_count() >= COMMON * catalogue.index.everything.bit_count()):
        _kept.keep((word, columns), _Kept(catalogue.line, catalogue.state[0], bitmap))


def forget() -> None:
    _kept.clear()


def only_word(query: Query) -> str:
    """The one word that the query asks for; "" where it asks for more, for less or for a phrase."""
    match query.required, query.excluded:
        case (Part(alternatives=(((str(word),),),)),), ():
            return word
    return ""


def found(required: Iterable[Part], excluded: Iterable[Part], sets: Sets) -> int | None:
    """The studies with all that is required and nothing excluded, by the sets of words; None where one is missing."""
    try:
        bitmap = reduce(and_, (_any(part, sets) for part in required))
        return reduce(and_, (~_any(part, sets) for part in excluded), bitmap)
    except LookupError:
        return None


def _any(part: Part, sets: Sets) -> int:
    return reduce(or_, (_all(alternative, sets) for alternative in part.alternatives))


def _all(alternative: Iterable[tuple[str, ...]], sets: Sets) -> int:
    return reduce(and_, (_one(phrase, sets) for phrase in alternative))


def _one(phrase: tuple[str, ...], sets: Sets) -> int:
    bitmap = sets(phrase[0]) if len(phrase) == 1 else None
    if bitmap is None:
        raise LookupError
    return bitmap


def _set_of(word: str, catalogue: Catalogue, columns: Columns) -> int | None:
    """As of the catalogue. A set that is newer is of no use to whoever reads an older state."""
    key = (word, columns)
    kept = _kept.get(key)
    if kept is None or kept.line != catalogue.line:
        return None
    if kept.counter == catalogue.state[0]:
        return kept.bitmap
    moves = catalogue.moves_since(kept.counter)
    if moves is None:
        return None
    bitmap = reduce(lambda before, move: _moved(before, move, word, columns), moves, kept.bitmap)
    return _kept.keep(key, _Kept(catalogue.line, catalogue.state[0], bitmap)).bitmap


def _moved(bitmap: int, move: Move, word: str, columns: Columns) -> int:
    """The set after a move: of the changed studies those are in it whose document holds the word now."""
    sought = f" {word} "
    for each in move.ids:
        bitmap &= ~(1 << each)
        if any(sought in f" {column} " for column in move.documents.get(each, ())[:columns]):
            bitmap |= 1 << each
    return bitmap
