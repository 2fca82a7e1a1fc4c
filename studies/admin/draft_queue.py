"""Drafts by age: what waits to be written, coded or published, the oldest first, and who drafted it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse

from studies.admin.base import StaffAdmin
from studies.models import Arrival, Study, StudyDefinition, TextProvenance
from studies.vocabulary import Drafter, State
from studies.vocabulary_desk import ArrivalState

PER_PAGE = 50


def drafts_page(admin: StaffAdmin, request: HttpRequest) -> HttpResponse:
    """A page of the list, `page` in the address; `by=machine` leaves only what a machine drafted."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    by_machine = request.GET.get("by") == Drafter.MACHINE
    rows = drafts(by_machine=by_machine)
    return admin.page(
        request,
        "admin/studies/study/drafts.html",
        title="Drafts by age",
        crumb="Drafts by age",
        page=Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        by_machine=by_machine,
    )


def drafts(*, by_machine: bool = False) -> QuerySet[Study]:
    """Drafts and studies in review, oldest first, without those that wait in the inbox.

    Each has `machine` (the model that drafted one of its texts, or nothing) and `is_coded`.
    """
    waiting = Arrival.objects.filter(study=OuterRef("pk"), state=ArrivalState.WAITING)
    machine: Any = TextProvenance.objects.filter(study=OuterRef("pk"), drafter=Drafter.MACHINE).values("model")[:1]
    found = Study.objects.filter(state__in=[State.DRAFT, State.IN_REVIEW]).exclude(Exists(waiting))
    found = found.annotate(
        machine=Subquery(machine), is_coded=Exists(StudyDefinition.objects.filter(study=OuterRef("pk")))
    )
    found = found.exclude(machine=None) if by_machine else found
    return found.select_related("drafted_by").order_by("created_at", "pk")
