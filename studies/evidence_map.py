"""The evidence map: how many studies each topic has of each design, or of each span of years, split by PEM value.

Counted from the facet index, without a query. Every number is that of the list of studies with the same filters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_

from studies.glance import union
from studies.search.facets import Index
from studies.search.filters import FIRST_YEAR, LAST_YEAR, Filters
from studies.search.index import Catalogue
from studies.vocabulary import Design, Pem

MOST_SPANS = 12
SPANS = (1, 2, 5, 10, 20, 50, 100, 1000)  # years in a span
ALL = "All studies"
NO_YEAR = "No year recorded"

Values = dict[str, tuple[str, ...]]  # chosen values by facet


@dataclass(frozen=True)
class Choice:
    """One line or column: `narrow` adds it to the filters of the list; None where no filter finds the same studies."""

    label: str
    bitmap: int
    narrow: Callable[[Values], Filters] | None
    slug: str = ""


@dataclass(frozen=True)
class Part:
    """The studies of a cell that have one PEM value; `address` is "" where these are all, or no list shows the same."""

    pem: Pem
    count: int
    address: str


@dataclass(frozen=True)
class Cell:
    """A field of the map with at least one study. `line` and `column` are places, counted from 0.

    Addresses are made when they are asked for: a page shows a part of the cells of a large map.
    """

    line: int
    column: int
    over: Choice
    side: Choice
    counts: Mapping[Pem, int]

    @property
    def topic(self) -> str:
        return self.over.label

    @property
    def label(self) -> str:
        return self.side.label

    @cached_property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def address(self) -> str:
        """The query of the list of these studies; "" where no filter finds the same."""
        return self._narrowed({})

    @property
    def parts(self) -> list[Part]:
        split = len(self.counts) > 1
        return [
            Part(pem, count, self._narrowed({"pem": (pem.value,)}) if split else "")
            for pem, count in self.counts.items()
        ]

    def split(self, *, without: Pem | None = None) -> dict[str, int]:
        """Its studies by PEM value."""
        return {pem.value: count for pem, count in self.counts.items() if pem != without}

    def _narrowed(self, values: Values) -> str:
        topic = {"topic": (self.over.slug,)} if self.over.slug else {}
        return self.side.narrow(topic | values).address if self.side.narrow else ""


@dataclass(frozen=True)
class EvidenceMap:
    """`within` holds the studies of all its lines."""

    lines: Sequence[Choice]
    columns: Sequence[Choice]
    cells: Sequence[Cell]
    within: int

    @cached_property
    def pems(self) -> list[Pem]:
        """The PEM values that occur, in the order of the vocabulary."""
        found = {pem for cell in self.cells for pem in cell.counts}
        return [pem for pem in Pem if pem in found]

    @cached_property
    def empty_lines(self) -> list[Choice]:
        """Lines without a study: what nobody has published on, or nobody has sorted yet."""
        filled = {cell.line for cell in self.cells}
        return [line for place, line in enumerate(self.lines) if place not in filled]

    @cached_property
    def largest(self) -> Cell | None:
        """The cell with most studies, of several the first; what nobody has sorted by design is no finding."""
        sorted_ones = [cell for cell in self.cells if cell.label != Design.NOT_CLASSIFIED.label]
        return max(sorted_ones, key=lambda cell: cell.count, default=None)


def made(lines: Sequence[Choice], columns: Iterable[Choice], index: Index) -> EvidenceMap:
    """The map of these lines and of those columns that share a study with them."""
    within = reduce(or_, (line.bitmap for line in lines), 0)
    columns = [column for column in columns if column.bitmap & within]
    pems = [(pem, index.values.get("pem", {}).get(pem.value, 0)) for pem in Pem]
    cells = [
        Cell(at, place, line, column, _split(members, pems))
        for at, line in enumerate(lines)
        for place, column in enumerate(columns)
        if (members := line.bitmap & column.bitmap)
    ]
    return EvidenceMap(lines, columns, cells, within)


def _split(members: int, pems: Iterable[tuple[Pem, int]]) -> dict[Pem, int]:
    return {pem: count for pem, bits in pems if (count := (bits & members).bit_count())}


def all_studies(index: Index) -> Choice:
    return Choice(ALL, index.everything, None)


def topics(catalogue: Catalogue, chosen: str = "") -> list[Choice]:
    """Every topic by its label, or the chosen one alone."""
    members = catalogue.index.values.get("topic", {})
    return [
        Choice(label, members.get(slug, 0), None, slug)
        for slug, label in catalogue.topics.items()
        if not chosen or slug == chosen
    ]


def designs(index: Index) -> list[Choice]:
    """Every design with a study, in the order of the vocabulary, which ends with what is not yet classified."""

    def narrowing(design: Design) -> Callable[[Values], Filters]:
        return lambda values: Filters(values=values | {"design": (design.value,)})

    members = index.values.get("design", {})
    return [
        Choice(design.label, members[design.value], narrowing(design), design.value)
        for design in Design
        if design.value in members
    ]


def years(index: Index, within: int) -> list[Choice]:
    """The years of these studies in at most twelve spans of equal length, newest first; then those without a year."""

    def narrowing(first: int, last: int) -> Callable[[Values], Filters]:
        return lambda values: Filters(values=values, year_from=max(first, FIRST_YEAR), year_to=min(last, LAST_YEAR))

    dated = {year: bits for year, bits in index.years.items() if bits & within}
    span = span_of(dated)
    members: dict[int, int] = {}
    for year in sorted(dated, reverse=True):
        first = year - year % span
        members[first] = members.get(first, 0) | dated[year]
    newest = max(dated, default=0)
    spans = [(first, min(first + span - 1, newest), bits) for first, bits in members.items()]
    found = [Choice(_span_in_words(first, last), bits, narrowing(first, last)) for first, last, bits in spans]
    undated = index.everything & ~reduce(or_, index.years.values(), 0)
    return [*found, Choice(NO_YEAR, undated, None)]


def span_of(dated: Iterable[int]) -> int:
    """How many years share a span: as few as leave at most twelve."""
    dated = list(dated)
    return next(span for span in SPANS if len({year // span for year in dated}) <= MOST_SPANS)


def _span_in_words(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Standing:
    """How far the studies behind a map are sorted: all of them, with a topic, with a design, assessed for PEM.

    `assessed` are those with participants who could have had PEM; `required` is a part of them.
    """

    total: int
    with_topic: int
    not_classified: int
    assessed: int
    required: int
    not_coded: int


def standing(index: Index, within: int) -> Standing:
    pem = index.values.get("pem", {})
    unsorted = index.values.get("design", {}).get(Design.NOT_CLASSIFIED.value, 0)
    with_topic = reduce(or_, index.values.get("topic", {}).values(), 0)
    return Standing(
        total=within.bit_count(),
        with_topic=(with_topic & within).bit_count(),
        not_classified=(unsorted & within).bit_count(),
        assessed=(union(pem) & within).bit_count(),
        required=(pem.get(Pem.REQUIRED.value, 0) & within).bit_count(),
        not_coded=(pem.get(Pem.NOT_CODED.value, 0) & within).bit_count(),
    )
