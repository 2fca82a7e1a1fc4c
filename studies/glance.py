"""PEM at a glance: how many of the assessed studies with participants required it, by year."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.utils.translation import gettext

from studies.search.facets import Index
from studies.vocabulary import Pem

# What counts: a study somebody assessed, with participants who could have had PEM.
COUNTED = (Pem.REQUIRED, Pem.PARTIAL, Pem.MIXED, Pem.NOT_REQUIRED, Pem.UNCLEAR)
MOST_YEARS = 12


@dataclass(frozen=True)
class Year:
    """One row: `label` is the year, the span of the older years that share a row, or "no year"."""

    label: str
    required: int
    assessed: int


@dataclass(frozen=True)
class PemAtAGlance:
    """Rows newest first, last a row for papers without a year where there are any; the sums are of all rows."""

    rows: list[Year]
    required: int
    assessed: int


def pem_at_a_glance(index: Index) -> PemAtAGlance:
    """Counted from the facet index, without a query."""
    pem = index.values.get("pem", {})
    required, assessed = pem.get(Pem.REQUIRED, 0), union(pem)
    dated = sorted(index.years.items(), reverse=True)
    rows = folded([row(str(year), bits & assessed, required) for year, bits in dated if bits & assessed])
    undated = assessed & ~reduce(or_, index.years.values(), 0)
    if undated:
        rows.append(row(gettext("no year"), undated, required))
    return PemAtAGlance(rows, required.bit_count(), assessed.bit_count())


def row(label: str, assessed: int, required: int) -> Year:
    return Year(label, (assessed & required).bit_count(), assessed.bit_count())


def union(pem: Mapping[str, int]) -> int:
    """The set of all counted studies."""
    return reduce(or_, (pem.get(value, 0) for value in COUNTED), 0)


def folded(rows: list[Year]) -> list[Year]:
    """At most twelve rows: the years before the newest eleven share the last one."""
    if len(rows) <= MOST_YEARS:
        return rows
    newest, older = rows[: MOST_YEARS - 1], rows[MOST_YEARS - 1 :]
    label = gettext("%(first)s to %(last)s") % {"first": older[-1].label, "last": older[0].label}
    return [*newest, Year(label, sum(row.required for row in older), sum(row.assessed for row in older))]
