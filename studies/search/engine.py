"""The search as a whole: from the filters of an address to one page of studies with all counts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from atlas_site.replicas.choice import connection_to_read
from studies.paging import PAGE_SIZE, Pages, pages_of
from studies.search import common_words, index, public_words, ranking
from studies.search import filters as filters_module
from studies.search.adapters import adapter
from studies.search.bitmaps import Order, from_ids
from studies.search.facets import Result
from studies.search.filters import Filters, Parameters
from studies.search.index import Catalogue
from studies.search.memory import Memory
from studies.search.query import MOST_PARTS, Part, Query, parse
from studies.search.spellings import SLIP_BELOW
from studies.search.suggestions import corrected, unquoted, words_of
from studies.search.words import stems
from studies.vocabulary import Sort

# Up to this many hits all are compared with the query; of more, the newest whose title has its words.
RANKED_WHOLE = 300
RANKED_TITLES = 100

MOST_ALONE = 3
FEW = 3  # up to so many studies the reader is asked whether another word was meant

Key = tuple[Hashable, ...]

_found: Memory[int] = Memory(most=512, largest=8_000_000, size=lambda bitmap: bitmap.bit_length() // 8 + 64)
_ranked: Memory[list[int]] = Memory(most=256, largest=100_000, size=len)


@dataclass(frozen=True)
class Page:
    """One page of the list.

    `ids` are the studies shown, in order; `result` holds the total and the counts; `unfiltered` is how many studies the
    words alone find.
    """

    filters: Filters
    query: Query
    notices: list[str]
    catalogue: Catalogue
    result: Result
    sort: Sort
    pages: Pages
    ids: Sequence[int]
    unfiltered: int


def read(parameters: Parameters, catalogue: Catalogue | None = None) -> tuple[Filters, list[str]]:
    """The filters in an address, with a sentence for everything that was ignored."""
    return filters_module.read(parameters, (catalogue or index.catalogue()).labels)


@dataclass(frozen=True)
class Found:
    """What the filters find, before any part of it is put in order. `unfiltered` as in `Page`."""

    filters: Filters
    query: Query
    catalogue: Catalogue
    result: Result
    sort: Sort
    unfiltered: int

    def ids(self, start: int, size: int = PAGE_SIZE) -> Sequence[int]:
        """The studies from place `start` on, counted from 0, in the order that was asked for."""
        return _slice(self, start, size)


def look(filters: Filters, catalogue: Catalogue | None = None) -> Found:
    """What the filters find with all counts.

    Queries: the public state unless the catalogue is given, and with words in the box one for the studies they are in;
    to put them in order takes one for the documents to compare and one for the titles of a long list.
    """
    catalogue = catalogue or index.catalogue()
    query = parse(filters.q, catalogue.synonyms if filters.synonyms else None)
    within = _matches(catalogue, query)
    return Found(
        filters=filters,
        query=query,
        catalogue=catalogue,
        result=catalogue.index.select(filters.selection, within),
        sort=_sort(filters, query),
        unfiltered=(catalogue.index.everything if within is None else catalogue.index.everything & within).bit_count(),
    )


def find(filters: Filters, catalogue: Catalogue | None = None) -> Page:
    """The page that the filters ask for; the last one where they ask for one beyond it. Queries as of `look`."""
    found = look(filters, catalogue)
    pages = pages_of(number=filters.page, total=found.result.total, address=filters.page_address)
    return Page(
        filters=filters,
        query=found.query,
        notices=[*found.query.notices, *_beyond(filters.page, pages)],
        catalogue=found.catalogue,
        result=found.result,
        sort=found.sort,
        pages=pages,
        ids=found.ids(pages.start),
        unfiltered=found.unfiltered,
    )


def _beyond(asked: int, pages: Pages) -> list[str]:
    return [] if asked == pages.number else [f"There is no page {asked}. The last page is shown."]


def forget() -> None:
    """Drop all that the process keeps of the search, as at its start."""
    index.forget()
    public_words.forget()
    common_words.forget()
    _found.clear()
    _ranked.clear()


@dataclass(frozen=True)
class WaysOn:
    """What helps where few studies or none have all the words: the text with its spelling corrected; parts found alone."""

    corrected: str | None = None
    alone: tuple[str, ...] = ()


def ways_on(page: Page) -> WaysOn:
    """Two queries at most, and those of the spellings the first time; of a list with studies the latter alone."""
    if page.unfiltered > FEW or not page.query.required:
        return WaysOn()
    if page.unfiltered:
        return WaysOn(corrected=_more_usual(page))
    words = words_of(page.filters.q)[:MOST_PARTS]
    parts = [Part(word, (((stem,),),)) for word in words for stem in stems(word)]
    unknown = {part.typed for part in _known(parts, False)}
    several = page.query.required if len(page.query.required) > 1 else ()
    return WaysOn(
        corrected=corrected(
            page.filters.q,
            unknown=unknown,
            known=set(words_of(unquoted(page.filters.q))[:MOST_PARTS]) - unknown,
            spellings=public_words.spellings(page.catalogue),
        ),
        alone=tuple(part.text for part in _known(several, True))[:MOST_ALONE],
    )


def _more_usual(page: Page) -> str | None:
    """The search text with each rare word that may be a slip replaced; in a small atlas every word is rare."""
    words = words_of(unquoted(page.filters.q))[:MOST_PARTS]
    if not words or page.catalogue.index.everything.bit_count() < SLIP_BELOW:
        return None
    return corrected(page.filters.q, unknown=(), known=words, spellings=public_words.spellings(page.catalogue))


def _known(parts: Sequence[Part], wanted: bool) -> list[Part]:
    found = adapter().known(connection_to_read(), parts)
    return [part for part, known in zip(parts, found, strict=True) if known == wanted]


def _matches(catalogue: Catalogue, query: Query) -> int | None:
    """The studies in which the query's words are; None where it has none."""
    if not query:
        return None
    key = (catalogue.key, query.key)
    bitmap = _found.get(key)
    return _found.keep(key, _looked_up(catalogue, query)) if bitmap is None else bitmap


def _looked_up(catalogue: Catalogue, query: Query) -> int:
    if query.required:
        known = common_words.holding(catalogue, query, common_words.ANYWHERE)
        if known is not None:
            return known
        bitmap = from_ids(adapter().match(connection_to_read(), query))
        common_words.keep(catalogue, query, common_words.ANYWHERE, bitmap)
        return bitmap
    return catalogue.index.everything & ~from_ids(adapter().match_any(connection_to_read(), query.excluded))


def _sort(filters: Filters, query: Query) -> Sort:
    """Best match needs words to match; without a choice the list is sorted by it where it can, else by date."""
    if filters.sort in {"", Sort.RELEVANCE}:
        return Sort.RELEVANCE if query.required else Sort.NEWEST
    return Sort(filters.sort)


def _slice(found: Found, start: int, size: int) -> Sequence[int]:
    if found.sort == Sort.RELEVANCE:
        return _best(found, start, size)
    return order_of(found.catalogue, found.sort).take(found.result.bitmap, start, size)


def order_of(catalogue: Catalogue, sort: Sort) -> Order:
    """All public studies in an order that no query has a part in."""
    orders = {
        Sort.NEWEST: lambda: catalogue.index.newest,
        Sort.CHANGED: lambda: catalogue.index.changed,
        Sort.TITLE: lambda: catalogue.by_title,
    }
    return orders[sort]()


def _best(found: Found, start: int, size: int) -> Sequence[int]:
    """Best match first. Beyond the studies that were compared, newest first: those with the words in the title, then
    all others."""
    catalogue, query, result = found.catalogue, found.query, found.result
    key = (catalogue.key, query.key, found.filters.selection.key)
    newest = catalogue.index.newest
    if result.total <= RANKED_WHOLE:
        return _compared(key, newest, query, result.bitmap)[start : start + size]
    titles = _in_titles(catalogue, query) & result.bitmap
    top = from_ids(newest.take(titles, 0, RANKED_TITLES))
    compared = _compared(key, newest, query, top)
    best = list(compared[start : start + size])
    start -= len(compared)
    for piece in (titles & ~top, result.bitmap & ~titles):
        best += newest.take(piece, max(0, start), size - len(best))
        start -= piece.bit_count()
    return best


def _compared(key: Key, newest: Order, query: Query, bitmap: int) -> list[int]:
    kept = _ranked.get(key)
    if kept is not None:
        return kept
    ids = newest.take(bitmap, 0, bitmap.bit_count())
    return _ranked.keep(
        key, ranking.in_order(ids, adapter().documents(connection_to_read(), ids) if ids else {}, query)
    )


def _in_titles(catalogue: Catalogue, query: Query) -> int:
    key = (catalogue.key, query.key, "title")
    bitmap = _found.get(key)
    return _found.keep(key, _looked_up_in_titles(catalogue, query)) if bitmap is None else bitmap


def _looked_up_in_titles(catalogue: Catalogue, query: Query) -> int:
    """What a query excludes it excludes elsewhere."""
    wanted = replace(query, excluded=())
    known = common_words.holding(catalogue, wanted, common_words.TITLE)
    if known is not None:
        return known
    bitmap = from_ids(adapter().match_titles(connection_to_read(), query))
    common_words.keep(catalogue, wanted, common_words.TITLE, bitmap)
    return bitmap
