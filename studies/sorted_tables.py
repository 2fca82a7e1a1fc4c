"""A table that readers sort by the links in its headings: its columns, the order asked for, its headings. Pure.

`sort` is what stands in the address: a column's slug, with a minus for the other direction; anything else sorts by the
first column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """`rising` and `falling` say each order in words; `largest_first`: the one in which it is sorted first.

    Rows whose `order` is None have no place in the column and come last in both.
    """

    slug: str
    label: str
    order: Callable[[Row], Any]
    rising: str
    falling: str
    largest_first: bool = False


@dataclass(frozen=True)
class Heading:
    """A column's heading as drawn. `aria_sort` is "" where the table is not sorted by it; `address` sorts by it."""

    label: str
    aria_sort: str
    in_words: str
    address: str


def in_order(rows: Iterable[Row], columns: Sequence[Column[Row]], sort: str) -> list[Row]:
    """The rows sorted; those that are equal there stand in the order of the first column."""
    column, turned = _read(columns, sort)
    rows = sorted(rows, key=lambda row: (columns[0].order(row) is None, columns[0].order(row)))
    placed = [row for row in rows if column.order(row) is not None]
    placed.sort(key=column.order, reverse=column.largest_first != turned)
    return placed + [row for row in rows if column.order(row) is None]


def headings(
    columns: Sequence[Column[Any]], sort: str, address: Callable[[str], str] = "?sort={}".format
) -> list[Heading]:
    """`address` gives the link to the table sorted in a way. The link of the present column turns its order round."""
    sorted_by, turned = _read(columns, sort)
    drawn = []
    for column in columns:
        current = column is sorted_by
        falls = column.largest_first != turned
        order = ("descending" if falls else "ascending", column.falling if falls else column.rising)
        to = address(f"{'-' if current and not turned else ''}{column.slug}")
        drawn.append(Heading(column.label, *(order if current else ("", "")), to))
    return drawn


def _read(columns: Sequence[Column[Row]], sort: str) -> tuple[Column[Row], bool]:
    named = (column for column in columns if column.slug == sort.removeprefix("-"))
    return next(named, columns[0]), sort.startswith("-")
