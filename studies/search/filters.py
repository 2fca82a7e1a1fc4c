"""What a reader asks the list for: the parameters of its address, read, checked and written again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import urlencode

from django.utils.translation import gettext_noop as _

from studies.search.facets import FACETS, Selection
from studies.search.query import clean
from studies.vocabulary import Sort

LEGENDS = {
    "pem": _("PEM criterion"),
    "design": _("Study design"),
    "definition": _("Case definition"),
    "topic": _("Topic"),
    "level": _("Evidence level"),
    "peer_review": _("Peer review"),
    "retraction": _("Retraction"),
    "text": _("Summary"),
}
FIRST_YEAR, LAST_YEAR = 1000, 9999
_MOST_VALUES = 100
_LONGEST_SHOWN = 40
_LONGEST_PAGE = 9  # digits; more would not be a page of anything

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Filters:
    """The state of the list. Only what was understood is in it. `sort` is "" where the reader chose none."""

    q: str = ""
    synonyms: bool = True
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year_from: int | None = None
    year_to: int | None = None
    sort: str = ""
    page: int = 1

    @property
    def selection(self) -> Selection:
        return Selection(self.values, self.year_from, self.year_to)

    @property
    def is_empty(self) -> bool:
        """Whether all studies are asked for."""
        return not self.q and not self.selection

    def without(self, facet: str, value: str) -> Filters:
        """Without one chosen value, from the first page on."""
        kept = tuple(each for each in self.values.get(facet, ()) if each != value)
        return replace(self, values={**self.values, facet: kept}, page=1)

    def without_years(self) -> Filters:
        return replace(self, year_from=None, year_to=None, page=1)

    def without_choices(self) -> Filters:
        """The same search text without any filter."""
        return replace(self, values={}, year_from=None, year_to=None, page=1)

    @property
    def exact(self) -> Filters:
        """With each word standing for itself alone."""
        return replace(self, synonyms=False, page=1)

    @property
    def widened(self) -> Filters:
        return replace(self, synonyms=True, page=1)

    def asking(self, q: str) -> Filters:
        """With another search text."""
        return replace(self, q=q, page=1)

    @property
    def address(self) -> str:
        """The query part of the list's address with its question mark; "?" alone where nothing is chosen."""
        return self.page_address(self.page)

    def page_address(self, page: int) -> str:
        """The address of another page of the same list."""
        return _address(self._asked, self._years, self._shown, f"page={page}" if page > 1 else "")

    def at_years(self, spans: Iterable[tuple[int, int]]) -> list[str]:
        """The addresses of the first page with each span of years in the place of the chosen one."""
        asked, shown = self._asked, self._shown
        return [_address(asked, f"year_from={first}&year_to={last}", shown) for first, last in spans]

    @cached_property
    def _asked(self) -> str:
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet in FACETS for value in self.values.get(facet, ())]
        return urlencode(pairs)

    @cached_property
    def _years(self) -> str:
        years = {"year_from": self.year_from, "year_to": self.year_to}
        return urlencode({name: year for name, year in years.items() if year is not None})

    @cached_property
    def _shown(self) -> str:
        pairs = [("synonyms", "off")] if not self.synonyms else []
        pairs += [("sort", self.sort)] if self.sort else []
        return urlencode(pairs)


def _address(*parts: str) -> str:
    return "?" + "&".join(filter(None, parts))


def read(parameters: Parameters, known: Mapping[str, Collection[str]]) -> tuple[Filters, list[str]]:
    """The filters and a sentence for everything that was ignored. `known` holds the values of each facet."""
    q, notices = clean(_last(parameters, "q"))
    values = {facet: _values(facet, parameters.get(facet, ()), known[facet], notices) for facet in FACETS}
    years = [_year(name, parameters, notices) for name in ("year_from", "year_to")]
    if None not in years and years != sorted(years, key=int):  # type: ignore[arg-type]
        years.reverse()
        notices.append("The first year was after the last. They were swapped.")
    filters = Filters(
        q=q,
        synonyms=_last(parameters, "synonyms") != "off",
        values={facet: chosen for facet, chosen in values.items() if chosen},
        year_from=years[0],
        year_to=years[1],
        sort=_sort(parameters, notices),
        page=_page(parameters, notices),
    )
    return filters, notices


def shown(text: str) -> str:
    """A value from an address as a notice quotes it."""
    text = clean(text)[0] or "…"
    return f"“{text[:_LONGEST_SHOWN]}…”" if len(text) > _LONGEST_SHOWN else f"“{text}”"


def _last(parameters: Parameters, name: str) -> str:
    """The last value that is not empty."""
    return next((value for value in reversed(parameters.get(name, ())) if value.strip()), "")


def _values(facet: str, given: Sequence[str], known: Collection[str], notices: list[str]) -> tuple[str, ...]:
    given = [value for value in dict.fromkeys(given[:_MOST_VALUES]) if value]
    unknown = [value for value in given if value not in known]
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        notices.append(f"The filter {LEGENDS[facet]} does not have {shown(unknown[0])}{more}; that was ignored.")
    return tuple(value for value in given if value in known)


def _year(name: str, parameters: Parameters, notices: list[str]) -> int | None:
    text = _last(parameters, name).strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and len(text) == 4 and int(text) >= FIRST_YEAR:
        return int(text)
    notices.append(f"{shown(text)} is not a year with four digits; it was ignored.")
    return None


def _sort(parameters: Parameters, notices: list[str]) -> str:
    text = _last(parameters, "sort")
    if text and text not in Sort.values:
        notices.append(f"The list cannot be sorted by {shown(text)}; that was ignored.")
    return text if text in Sort.values else ""


def _page(parameters: Parameters, notices: list[str]) -> int:
    text = _last(parameters, "page").strip()
    if not text:
        return 1
    digits = text.lstrip("0")
    if text.isascii() and text.isdigit() and digits:
        return int(digits[:_LONGEST_PAGE])
    notices.append(f"There is no page {shown(text)}. The first page is shown.")
    return 1
