"""The sortable table of case definitions: its columns, and the rows in the order that a reader asked for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from studies.models import CaseDefinition
from studies.vocabulary import DefinitionPem

STRICT_FIRST = [
    DefinitionPem.REQUIRED,
    DefinitionPem.PARTIAL,
    DefinitionPem.OPTIONAL,
    DefinitionPem.NOT_MENTIONED,
    DefinitionPem.VARIABLE,
]


@dataclass(frozen=True)
class Row:
    definition: CaseDefinition
    studies: int


@dataclass(frozen=True)
class Column:
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


def _strictness(row: Row) -> int:
    return STRICT_FIRST.index(DefinitionPem(row.definition.pem))


COLUMNS = [
    Column("name", "Name", lambda row: row.definition.name.casefold(), "A to Z", "Z to A"),
    Column("year", "Year", lambda row: row.definition.year, "oldest first", "newest first"),
    Column("pem", "What it says of PEM", _strictness, "strictest first", "loosest first"),
    Column(
        "studies", "Studies that used it", lambda row: row.studies, "fewest first", "most first", largest_first=True
    ),
]
BY_SLUG = {column.slug: column for column in COLUMNS}


def definition_rows(definitions: Iterable[CaseDefinition], studies: Mapping[str, int], sort: str) -> list[Row]:
    """Rows sorted by `sort`: a column's slug, with a minus for the other direction; anything else sorts by name.

    `studies` counts them by the definition's slug.
    """
    column, turned = _read(sort)
    rows = sorted((Row(each, studies.get(each.slug, 0)) for each in definitions), key=BY_SLUG["name"].order)
    placed = [row for row in rows if column.order(row) is not None]
    placed.sort(key=column.order, reverse=column.largest_first != turned)
    return placed + [row for row in rows if column.order(row) is None]


def headings(sort: str) -> list[Heading]:
    sorted_by, turned = _read(sort)
    drawn = []
    for column in COLUMNS:
        current = column is sorted_by
        falls = column.largest_first != turned
        order = ("descending" if falls else "ascending", column.falling if falls else column.rising)
        address = f"?sort={'-' if current and not turned else ''}{column.slug}"
        drawn.append(Heading(column.label, *(order if current else ("", "")), address))
    return drawn


def _read(sort: str) -> tuple[Column, bool]:
    return BY_SLUG.get(sort.removeprefix("-"), BY_SLUG["name"]), sort.startswith("-")
