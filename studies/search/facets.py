"""The facet index: which studies have which value, as sets of bits. Pure.

Selection is OR inside a facet and AND between facets. The counts of a facet leave out its own selection, so that they
say how many studies each further choice would show.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import and_, or_
from typing import TypeVar

from studies.search.bitmaps import Order, filled, from_ids, to_ids
from studies.search.columns import Column, Pair

FACETS = ("pem", "design", "definition", "topic", "level", "peer_review", "retraction", "text")
YEAR = "year"
WITH_TEXT, WITHOUT_TEXT = "with", "without"

FEW = 1 / 200  # below this share of all studies, looking at each of them is faster than counting the bits of every set

Counts = dict[str, dict[str, int]]
Facets = tuple[str, ...]
Value = TypeVar("Value", str, int)  # of a facet, or a year

# Facets that share a column: those of which a study has one value each have few sets together.
_ONE_EACH = tuple(facet for facet in FACETS if facet not in {"definition", "topic"})
TOGETHER = dict.fromkeys(_ONE_EACH, _ONE_EACH) | {facet: (facet,) for facet in ("definition", "topic", YEAR)}


@dataclass(frozen=True)
class Row:
    """A study as the index sees it. `values` names every facet.

    `day` is the paper's date as a day number and 0 without one; `changed` is the last public change in whole seconds;
    `counter` the public counter of that change.
    """

    id: int
    values: Mapping[str, Iterable[str]]
    year: int | None
    day: int
    changed: int
    counter: int


@dataclass(frozen=True)
class Selection:
    """The chosen values; an empty facet or year means no choice. The years are inclusive."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """Equal for equal selections, and hashable."""
        return (tuple(sorted(self.values.items())), self.year_from, self.year_to)

    def __bool__(self) -> bool:
        return any(self.values.values()) or self.year_from is not None or self.year_to is not None


@dataclass(frozen=True)
class Result:
    """The studies that fit, and the counts of every facet and year; a year is missing where nothing fits.

    `undated` is how many the histogram lacks because their paper has no year.
    """

    bitmap: int
    counts: Counts
    years: dict[int, int]
    undated: int

    @property
    def total(self) -> int:
        return self.bitmap.bit_count()


@dataclass(frozen=True)
class Index:
    """All public studies. Never changed after it is made, so that threads may share it."""

    everything: int = 0
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    years: Mapping[int, int] = field(default_factory=dict)
    newest: Order = field(default_factory=Order)
    changed: Order = field(default_factory=Order)
    counters: array[int] = field(default_factory=lambda: array("q"))
    columns: Mapping[Facets, Column] = field(default_factory=dict)

    @cached_property
    def whole(self) -> Result:
        """What `select` answers where nothing is chosen."""
        return self._result({}, self.everything)

    def select(self, selection: Selection, within: int | None = None) -> Result:
        """The studies of a selection; `within` is the set that a text query found, None without one."""
        if not selection and within is None:
            return self.whole
        base = self.everything if within is None else self.everything & within
        return self._result(self._chosen(selection), base)

    def _chosen(self, selection: Selection) -> dict[str, int]:
        """The studies of each facet's own choice, for facets with one."""
        chosen = {
            facet: reduce(or_, (self.values.get(facet, {}).get(value, 0) for value in values))
            for facet, values in selection.values.items()
            if values
        }
        low, high = selection.year_from, selection.year_to
        if low is not None or high is not None:
            years = (bits for year, bits in self.years.items() if (low or 0) <= year <= (high or 9999))
            chosen[YEAR] = reduce(or_, years, 0)
        return chosen

    def _result(self, chosen: dict[str, int], base: int) -> Result:
        bitmap = reduce(and_, chosen.values(), base)
        among = _Among(bitmap)
        # Only a facet with a choice of its own counts among other studies than those that fit.
        others = {
            facet: _Among(reduce(and_, (bits for name, bits in chosen.items() if name != facet), base))
            for facet in chosen
        }
        dated = others.get(YEAR, among)
        years = {year: number for year, number in dated.counts(YEAR, self.years, self.columns).items() if number}
        return Result(
            bitmap=bitmap,
            counts={
                facet: others.get(facet, among).counts(facet, self.values.get(facet, {}), self.columns)
                for facet in FACETS
            },
            years=years,
            undated=dated.number - sum(years.values()),
        )


class _Among:
    """The studies among which is counted: one by one where they are few, else set by set."""

    def __init__(self, bitmap: int) -> None:
        self._bitmap, self.number = bitmap, bitmap.bit_count()
        self._ids = to_ids(bitmap) if self.number < bitmap.bit_length() * FEW else None
        self._found: dict[Facets, dict[Pair, int]] = {}

    def counts(self, facet: str, values: Mapping[Value, int], columns: Mapping[Facets, Column]) -> dict[Value, int]:
        if self._ids is None:
            return {value: (bits & self._bitmap).bit_count() for value, bits in values.items()}
        together = TOGETHER[facet]
        if together not in self._found:
            self._found[together] = columns[together].counts(self._ids) if together in columns else {}
        found = self._found[together]
        return {value: found.get((facet, value), 0) for value in values}


def build(rows: Iterable[Row]) -> Index:
    """An index of these studies alone."""
    return update(Index(), rows, changed=())


def update(index: Index, rows: Iterable[Row], changed: Iterable[int]) -> Index:
    """A new index in which the `changed` studies are replaced by their `rows`; one without a row is gone."""
    rows = list(rows)
    gone = {*changed, *(row.id for row in rows)}
    if not gone:
        return index
    keep = ~from_ids(gone)
    return Index(
        everything=index.everything & keep | from_ids(row.id for row in rows),
        values={facet: _merged(index.values.get(facet, {}), keep, _members(rows, facet)) for facet in FACETS},
        years=_merged(index.years, keep, _years(rows)),
        newest=index.newest.replaced(gone, {row.id: row.day for row in rows}),
        changed=index.changed.replaced(gone, {row.id: row.changed for row in rows}),
        counters=filled(index.counters, {row.id: row.counter for row in rows}),
        columns=_columns(index, gone, rows),
    )


def _columns(index: Index, gone: set[int], rows: list[Row]) -> dict[Facets, Column]:
    return {
        together: index.columns.get(together, Column()).updated(gone, {row.id: _pairs(row, together) for row in rows})
        for together in dict.fromkeys(TOGETHER.values())
    }


def _pairs(row: Row, facets: Facets) -> Iterable[Pair]:
    for facet in facets:
        values: Iterable[str | int] = row.values.get(facet, ())
        if facet == YEAR:
            values = () if row.year is None else (row.year,)
        yield from ((facet, value) for value in values)


def _members(rows: list[Row], facet: str) -> dict[str, list[int]]:
    members: dict[str, list[int]] = {}
    for row in rows:
        for value in row.values[facet]:
            members.setdefault(value, []).append(row.id)
    return members


def _years(rows: list[Row]) -> dict[int, list[int]]:
    members: dict[int, list[int]] = {}
    for row in rows:
        if row.year is not None:
            members.setdefault(row.year, []).append(row.id)
    return members


def _merged(old: Mapping[Value, int], keep: int, new: Mapping[Value, list[int]]) -> dict[Value, int]:
    """Bitmaps by value: the old ones without the changed studies, with the new members; empty ones are dropped."""
    merged = {value: bits & keep for value, bits in old.items()}
    for value, ids in new.items():
        merged[value] = merged.get(value, 0) | from_ids(ids)
    return {value: bits for value, bits in merged.items() if bits}
