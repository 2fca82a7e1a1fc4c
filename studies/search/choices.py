"""The filters as a page offers them: what can be chosen with how many studies, what is chosen, and how to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from studies.languages import said
from studies.search.engine import Page
from studies.search.facets import FACETS
from studies.search.filters import LEGENDS, Filters
from studies.vocabulary import Sort

LONG = frozenset({"definition", "topic"})  # sorted by count and shortened
FIRST_SHOWN = 6
MOST_BARS = 10
BAR_WIDTH = 80


@dataclass(slots=True)  # not frozen: every page makes seventy of them
class Option:
    """A value to choose, with the number of studies that have it."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class Group:
    """One facet: `more` holds the options behind "more"; `chosen` is the number of checked ones."""

    facet: str
    legend: str
    options: list[Option]
    more: list[Option]
    chosen: int


@dataclass(frozen=True)
class Chip:
    """A step to another list: its words and its address. For a choice in force, the list without it."""

    text: str
    address: str


@dataclass(frozen=True)
class Bar:
    """Some years of the histogram. `width` is at most BAR_WIDTH; `address` chooses these years."""

    first: int
    last: int
    count: int
    width: int
    address: str

    @property
    def label(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}–{self.last}"


def groups(page: Page) -> list[Group]:
    """Every facet with a value to choose; a value without a study is left out unless it is chosen."""
    names = page.catalogue.labels
    made = (_group(facet, names[facet], page) for facet in FACETS)
    return [group for group in made if group.options]


def _group(facet: str, names: Mapping[str, str], page: Page) -> Group:
    counts, chosen = page.result.counts[facet], page.filters.values.get(facet, ())
    options = [Option(value, label, counts.get(value, 0), value in chosen) for value, label in names.items()]
    options = [option for option in options if option.count or option.checked]
    legend = said(LEGENDS[facet])
    if facet not in LONG:
        for option in options:
            option.label = said(option.label)
        return Group(facet, legend, options, [], len(chosen))
    options.sort(key=lambda option: (not option.checked, -option.count, option.label))
    shown = max(FIRST_SHOWN, len(chosen))
    return Group(facet, legend, options[:shown], options[shown:], len(chosen))


def chips(page: Page) -> list[Chip]:
    names, filters = page.catalogue.labels, page.filters
    made = [
        Chip(said(names[facet][value]), filters.without(facet, value).address)
        for facet in FACETS
        for value in filters.values.get(facet, ())
    ]
    return [*made, *([Chip(years_in_words(filters), filters.without_years().address)] if _has_years(filters) else [])]


def _has_years(filters: Filters) -> bool:
    return filters.year_from is not None or filters.year_to is not None


def years_in_words(filters: Filters) -> str:
    if filters.year_to is None:
        return gettext("%(year)s or later") % {"year": filters.year_from}
    if filters.year_from is None:
        return gettext("%(year)s or earlier") % {"year": filters.year_to}
    if filters.year_from == filters.year_to:
        return str(filters.year_from)
    return gettext("%(first)s to %(last)s") % {"first": filters.year_from, "last": filters.year_to}


def bars(page: Page) -> list[Bar]:
    """The years in at most MOST_BARS spans of equal length, the last ending with the newest year."""
    years = page.result.years
    if len(years) < 2:
        return []
    newest = max(years)
    span = -(-(newest - min(years) + 1) // MOST_BARS)
    firsts = range(newest - span + 1, min(years) - span, -span)
    sums = {first: sum(years.get(first + step, 0) for step in range(span)) for first in reversed(firsts)}
    highest = max(sums.values())
    addresses = page.filters.at_years((first, first + span - 1) for first in sums)
    return [
        Bar(first, first + span - 1, count, -(-count * BAR_WIDTH // highest), address)
        for (first, count), address in zip(sums.items(), addresses, strict=True)
    ]


def search_for(page: Page, text: str) -> Chip:
    """Another search text with the same filters."""
    return Chip(text, page.filters.asking(text).address)


def sorts(page: Page) -> list[tuple[Sort, str]]:
    """Every order that makes sense here with its address, "" for the present one."""
    possible = [sort for sort in Sort if sort != Sort.RELEVANCE or page.query.required]
    return [
        (sort, "" if sort == page.sort else replace(page.filters, sort=sort.value, page=1).address) for sort in possible
    ]
