"""Where somebody is in the inbox: the filters of its list, and the next paper in the same place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode

from studies.models import Arrival, PossibleDuplicate
from studies.records import Collective, Record
from studies.sources import SOURCES
from studies.stored_papers import record_from
from studies.vocabulary_desk import ArrivalState, PairState, Source

KEPT = "_changelist_filters"  # Django's own name for the filters that a page keeps
OLDEST = "oldest"
MOST_WORDS = 10


def chosen(rows: QuerySet[Arrival], filters: Mapping[str, str]) -> QuerySet[Arrival]:
    """The rows that these filters leave; a value that no filter knows leaves none."""
    found = rows.filter(state=filters.get("state") or ArrivalState.WAITING)
    if source := filters.get("source"):
        found = found.filter(source=source)
    if filters.get("twins") == "yes":
        found = found.filter(has_twin())
    return found


def searched(rows: QuerySet[Arrival], words: str) -> QuerySet[Arrival]:
    """Every word stands in the title, or the whole is the paper's number at the source."""
    found = rows
    for word in words.split()[:MOST_WORDS]:
        found = found.filter(Q(title__icontains=word) | Q(source_id__iexact=words.strip()))
    return found


def ordering(filters: Mapping[str, str]) -> tuple[str, str]:
    return ("arrived_at", "pk") if filters.get("order") == OLDEST else ("-arrived_at", "-pk")


def has_twin() -> Exists:
    """Whether the draft may be the same paper as another study, as far as nobody decided that."""
    study = OuterRef("study")
    return Exists(PossibleDuplicate.objects.filter(Q(one=study) | Q(other=study), state=PairState.OPEN))


def kept_filters(request: HttpRequest) -> dict[str, str]:
    """The filters of the list from which somebody came to this page."""
    return dict(QueryDict(request.GET.get(KEPT, "")).items())


def keeping(request: HttpRequest) -> str:
    """The end of an address that keeps the filters; nothing where there are none."""
    kept = request.GET.get(KEPT, "")
    return f"?{urlencode({KEPT: kept})}" if kept else ""


def next_one(arrival: Arrival, request: HttpRequest) -> Arrival | None:
    """The next paper of the same list after this one, which may have left it; from the top again after the last."""
    filters = kept_filters(request)
    rows = searched(chosen(Arrival.objects.exclude(pk=arrival.pk), filters), filters.get("q", ""))
    order, at = ordering(filters), arrival.arrived_at
    if order[0] == "arrived_at":
        after = Q(arrived_at__gt=at) | Q(arrived_at=at, pk__gt=arrival.pk)
    else:
        after = Q(arrived_at__lt=at) | Q(arrived_at=at, pk__lt=arrival.pk)
    ordered = rows.order_by(*order).only("pk", "title", "arrived_at")
    return ordered.filter(after).first() or ordered.first()


def paper_of(arrival: Arrival) -> Record:
    """The bibliography as it came."""
    return record_from(arrival.record.get("record") or {"title": arrival.title})


def short_authors(record: Record) -> str:
    """“Adams”, “Adams and Brown”, “Adams and 4 others”."""
    names = [author.name if isinstance(author, Collective) else author.family for author in record.authors]
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} others"
    return " and ".join(names)


class InboxFilter(SimpleListFilter):
    """A filter whose rows `chosen` works out, as for the next paper; `StateFilter` does it for all of them at once."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


class StateFilter(InboxFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(ArrivalState.choices)

    def choices(self, changelist: Any) -> Any:
        """Without "All": the list is always about one state, the waiting ones unless another is chosen."""
        choices = list(super().choices(changelist))[1:]
        choices[0]["selected"] = self.value() in {None, ArrivalState.WAITING}
        yield from choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return chosen(queryset, dict(request.GET.items()))


class SourceFilter(InboxFilter):
    title = "source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, Source(name).label) for name in SOURCES]


class TwinFilter(InboxFilter):
    title = "possible duplicates"
    parameter_name = "twins"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Only possible duplicates")]


class OrderFilter(InboxFilter):
    title = "order"
    parameter_name = "order"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(OLDEST, "Oldest first")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield first | {"display": "Newest first"}
        yield from rest
