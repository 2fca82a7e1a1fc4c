"""Where somebody is in the queue: the filters of the list, and the next item in the same place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator

from contributions.models import Contribution
from contributions.querysets import ContributionQuerySet
from contributions.vocabulary import Kind, State
from studies.models import Study

KEPT = "_changelist_filters"  # Django's own name for the filters that a page keeps
PLACE = "place"
OFFERED_STUDIES = 8
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Rows = ContributionQuerySet
# Group: label, and which rows it holds for this person now. The first is what the queue opens on.
GROUPS: dict[str, tuple[str, Callable[[Rows, Any, datetime], Rows]]] = {
    "waiting": ("Waiting for staff", lambda rows, user, at: rows.awaiting_review(at)),
    "mine": ("Mine", lambda rows, user, at: rows.filter(holder=user)),
    "held": (
        "Held by somebody",
        lambda rows, user, at: rows.filter(state=State.IN_REVIEW, lease_until__gt=at),
    ),
    "asked": ("Waiting for the contributor", lambda rows, user, at: rows.filter(state=State.ASKED)),
    "second": ("Waiting for a second person", lambda rows, user, at: rows.filter(state=State.AWAITING_SECOND)),
    "quarantine": ("Quarantine", lambda rows, user, at: rows.filter(state=State.QUARANTINED)),
    "ended": ("Ended", lambda rows, user, at: rows.ended()),
}
FIRST = next(iter(GROUPS))


def chosen(rows: Rows, filters: Mapping[str, str], *, user: Any, at: datetime) -> Rows:
    """The rows that these filters leave; a value that no filter knows leaves none."""
    _, of_group = GROUPS.get(filters.get("state") or FIRST, ("", lambda rows, user, at: rows.none()))
    found = of_group(rows, user, at)
    if kind := filters.get("kind"):
        found = found.filter(kind=kind)
    if study := filters.get("study"):
        found = found.filter(study=int(study)) if _is_number(study) else found.none()
    return found


def kept_filters(request: HttpRequest) -> dict[str, str]:
    """The filters of the list from which somebody came to this page."""
    return dict(QueryDict(request.GET.get(KEPT, "")).items())


def place_of(contribution: Contribution) -> str:
    """Where a contribution stands in the order of the queue: microseconds since 1970, and its number."""
    return f"{(contribution.waiting_since - EPOCH) // timedelta(microseconds=1)}-{contribution.pk}"


def next_item(contribution: Contribution, request: HttpRequest) -> Contribution | None:
    """The next one in the same list, from where this one stood; from the top again after the last. Two queries at most."""
    others = Contribution.objects.exclude(pk=contribution.pk)
    rows = chosen(others, kept_filters(request), user=request.user, at=timezone.now())
    since, number = _read_place(request.GET.get(PLACE, "")) or (contribution.waiting_since, contribution.pk)
    after = Q(waiting_since__gt=since) | Q(waiting_since=since, pk__gt=number)
    ordered = rows.only("pk", "alias", "waiting_since").order_by("waiting_since", "pk")
    return ordered.filter(after).first() or ordered.first()


def keeping(request: HttpRequest, contribution: Contribution | None = None) -> str:
    """The end of an address that keeps filters, and the place of this contribution; nothing where there is nothing."""
    kept = {KEPT: request.GET[KEPT]} if request.GET.get(KEPT) else {}
    if contribution is not None:
        known = _read_place(request.GET.get(PLACE, ""))
        kept[PLACE] = request.GET[PLACE] if known else place_of(contribution)
    return f"?{urlencode(kept)}" if kept else ""


def _read_place(text: str) -> tuple[datetime, int] | None:
    since, _, number = text.partition("-")
    if not (_is_number(since) and _is_number(number)):
        return None
    return EPOCH + timedelta(microseconds=int(since)), int(number)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


class PlaceFilter(SimpleListFilter):
    """A filter whose rows are worked out by `chosen`, as for the next item."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset  # StateFilter chooses for all three at once


class StateFilter(PlaceFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in GROUPS.items()]

    def choices(self, changelist: Any) -> Any:
        """Without "All": the queue is always about one group, the first unless another is chosen."""
        choices = list(super().choices(changelist))[1:]
        choices[0]["selected"] = self.value() in {None, FIRST}
        yield from choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        filters = {name: request.GET.get(name, "") for name in ("state", "kind", "study")}
        return chosen(queryset, filters, user=request.user, at=timezone.now())


class KindFilter(PlaceFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(Kind.choices)


class StudyFilter(PlaceFilter):
    """The studies with the most open messages, and the one that is chosen."""

    title = "study"
    parameter_name = "study"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        counted = (
            Contribution.objects.open().exclude(study=None).order_by().values("study").annotate(number=Count("pk"))
        )
        numbers = {row["study"]: row["number"] for row in counted.order_by("-number", "study")[:OFFERED_STUDIES]}
        asked = request.GET.get("study", "")
        wanted = {*numbers, *([int(asked)] if _is_number(asked) else [])}
        titles = dict(Study.objects.filter(pk__in=wanted).values_list("pk", "title"))
        ordered = sorted(titles, key=lambda pk: (-numbers.get(pk, 0), pk))
        return [(str(pk), Truncator(titles[pk]).chars(50)) for pk in ordered]
