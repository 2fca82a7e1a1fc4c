"""Pairs of studies that may be one paper: the list, both records side by side, and the two answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html

from studies import duplicates
from studies.admin.base import ReadOnlyAdmin
from studies.admin.showing import in_words
from studies.admin.steps import Step, StepForm, Told, buttons, note_field, step_urls
from studies.admin.waiting import WaitingFilter
from studies.diff import Piece, words
from studies.models import PossibleDuplicate, Study
from studies.snapshots import current
from studies.vocabulary_desk import PairState


class PairFilter(WaitingFilter):
    states = PairState

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Open pairs are what the list opens on, under the same word."""
        return [choice for choice in super().lookups(request, model_admin) if choice[0] != PairState.OPEN]

    def waiting(self, queryset: QuerySet[PossibleDuplicate]) -> QuerySet[PossibleDuplicate]:
        return queryset.filter(pk__in=duplicates.waiting().values("pk"))


class JoinForm(StepForm):
    stays = forms.TypedChoiceField(coerce=int, label="Which one stays", widget=forms.RadioSelect)
    note = note_field(
        required=False,
        help_text="Needed where both are published, and public then: it says why this study leads to the other one.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        may_stay = duplicates.may_stay(self.subject)
        self.fields["stays"].choices = [(study.pk, named(study)) for study in may_stay]
        self.fields["stays"].initial = may_stay[0].pk if len(may_stay) == 1 else None


def named(study: Study) -> str:
    return f"{study.title} ({study.get_state_display().lower()}, {study.slug})"


def join(pair: PossibleDuplicate, by: Any, values: Any) -> Told:
    into = Study.objects.get(pk=values["stays"])
    proposal = duplicates.join(pair=pair, into=into, version=pair.version, note=values["note"], by=by)
    if proposal is None:
        return format_html('Joined. <a href="{}">{}</a> stays.', address(into), into.title)
    link = reverse("admin:studies_proposal_change", args=[proposal.pk])
    return format_html('Nothing public has changed yet. <a href="{}">Proposal {}</a> waits.', link, proposal.pk)


def dismiss(pair: PossibleDuplicate, by: Any, values: Any) -> Told:
    duplicates.dismiss(pair=pair, version=pair.version, by=by)
    return "Noted: two different papers. They will not be offered again."


def decided(pair: PossibleDuplicate) -> str:
    return "" if pair.state == PairState.OPEN else f"This was decided: {pair.get_state_display().lower()}."


def address(study: Study) -> str:
    return reverse("admin:studies_study_change", args=[study.pk])


def obstacles(pair: PossibleDuplicate) -> list[str]:
    reason = duplicates.why_not(pair)
    return [reason] if reason else []


STEPS = [
    Step(
        slug="join",
        label="The same paper: join them",
        permission=duplicates.PERMISSION,
        explain="A draft goes into the other study at once: what that one lacks is kept, then the draft is deleted. "
        "What a published study would gain becomes a proposal. Two published studies are merged by a proposal "
        "of a lead, which a second person must apply; the address of the one that goes leads to the one that stays.",
        act=join,
        digest=duplicates.shown,
        closed=decided,
        problems=obstacles,
        form=JoinForm,
        log="Joined them, or proposed to.",
        goes_on="changelist",
    ),
    Step(
        slug="different",
        label="Not the same paper",
        permission=duplicates.PERMISSION,
        explain="Both stay as they are, and this pair is not offered again.",
        act=dismiss,
        digest=duplicates.shown,
        closed=decided,
        log="Two different papers.",
        goes_on="changelist",
    ),
]


@dataclass(frozen=True)
class Row:
    """One field of two studies, with what is in one of them alone marked in it."""

    label: str
    one: list[Piece]
    other: list[Piece]


@admin.register(PossibleDuplicate)
class PossibleDuplicateAdmin(ReadOnlyAdmin):
    empty_text = "No pair waits. Two records that may be the same paper stand here."
    list_display = ["pair", "why", "score", "state", "found_at"]
    list_display_links = ["pair"]
    list_filter = [PairFilter]
    list_select_related = ["one", "other"]
    ordering = ["-score", "id"]
    sortable_by: list[str] = []

    @admin.display(description="Two studies")
    def pair(self, pair: PossibleDuplicate) -> str:
        return format_html("{}<br>{}", named(pair.one), named(pair.other))

    @admin.display(description="What is alike and what is not")
    def why(self, pair: PossibleDuplicate) -> str:
        return " ".join(pair.reasons)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PossibleDuplicate]:
        return super().get_queryset(request).select_related("one", "other", "decided_by")

    def get_urls(self) -> list[URLPattern]:
        return [*step_urls(self, STEPS), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Both records side by side. It only shows; its buttons lead to steps."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pair = self.load(request, object_id)
        return self.page(
            request,
            "admin/studies/possibleduplicate.html",
            title="May be the same paper",
            crumb=f"Pair {pair.pk}",
            obj=pair,
            pair=pair,
            rows=side_by_side(pair),
            why_not=duplicates.why_not(pair),
            proposal=duplicates.open_merge(pair),
            steps=buttons(self, request, pair, STEPS),
        )


def side_by_side(pair: PossibleDuplicate) -> list[Row]:
    """Every public field that one of the two has, in reading order, with the differing words marked on each side."""
    both = current([pair.one_id, pair.other_id])
    columns = [{field.name: field for field in in_words(both[pk])} for pk in (pair.one_id, pair.other_id)]
    order = {field.name: field.label for field in in_words({**both[pair.one_id], **both[pair.other_id]})}
    return [Row(label, *_marked(*(_text(column.get(name)) for column in columns))) for name, label in order.items()]


def _text(field: Any) -> str:
    if field is None:
        return ""
    return field.words if isinstance(field.words, str) else "\n".join(field.words)


def _marked(one: str, other: str) -> tuple[list[Piece], list[Piece]]:
    found = words(one, other)
    ours = [piece for piece in found if piece.kind != "added"]
    theirs = [
        Piece("same" if piece.kind == "same" else "removed", piece.text) for piece in found if piece.kind != "removed"
    ]
    return ours, theirs
