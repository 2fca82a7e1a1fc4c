"""The evidence map as a table: one row for each field, in the order that a reader asked for, in pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studies import sorted_tables
from studies.evidence_map import NO_YEAR, Cell
from studies.paging import Pages, pages_of
from studies.sorted_tables import Column, Heading
from studies.vocabulary import Pem

ROWS_ON_A_PAGE = 100

TOPIC: Column[Cell] = Column("topic", "Topic", lambda cell: cell.line, "A to Z", "Z to A")
DESIGN: Column[Cell] = Column(
    "design", "Study design", lambda cell: cell.column, "reviews first, opinion last", "opinion first, reviews last"
)
YEARS: Column[Cell] = Column(
    "years",
    "Year of the paper",
    lambda cell: None if cell.label == NO_YEAR else cell.column,
    "newest first",
    "oldest first",
)
STUDIES: Column[Cell] = Column(
    "studies", "Studies", lambda cell: cell.count, "fewest first", "most first", largest_first=True
)
PEM: Column[Cell] = Column(
    "pem",
    "PEM criterion",
    lambda cell: cell.counts.get(Pem.REQUIRED, 0),
    "fewest that required PEM first",
    "most that required PEM first",
    largest_first=True,
)


@dataclass(frozen=True)
class Table:
    """`totals` are the rows of all studies, above the others; `rows` those of the page."""

    headings: Sequence[Heading]
    totals: Sequence[Cell]
    rows: Sequence[Cell]
    pages: Pages


def table(
    cells: Sequence[Cell],
    totals: Sequence[Cell],
    *,
    columns: Sequence[Column[Cell]],
    sort: str,
    page: int,
    address: Callable[[str, int], str],
) -> Table:
    """`address` gives the link to the table sorted in a way, at a page of it. Totals stand on the first page alone."""
    rows = sorted_tables.in_order(cells, columns, sort)
    pages = pages_of(number=page, total=len(rows), address=lambda number: address(sort, number), size=ROWS_ON_A_PAGE)
    return Table(
        headings=sorted_tables.headings(columns, sort, lambda order: address(order, 1)),
        totals=sorted_tables.in_order(totals, columns, sort) if pages.number == 1 else [],
        rows=rows[pages.start : pages.start + ROWS_ON_A_PAGE],
        pages=pages,
    )
