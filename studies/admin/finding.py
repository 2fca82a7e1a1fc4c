"""What sources say against published studies: the list of tasks, and the page of one with what it leads to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern

from studies import integrity
from studies.admin.base import ReadOnlyAdmin
from studies.admin.showing import Shown
from studies.admin.steps import Step, StepForm, Told, buttons, note_field, proposed, step_urls
from studies.admin.waiting import WaitingFilter
from studies.diff import Change, pieces
from studies.field_words import Names, label, shown
from studies.models import Finding
from studies.vocabulary_desk import FindingState

# The name that a record's field has as a field of a study.
FIELD_OF = {"year": "published_on"}


class TaskFilter(WaitingFilter):
    states = FindingState

    def waiting(self, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        return queryset.filter(pk__in=integrity.waiting().values("pk"))


class ProposeForm(StepForm):
    note = note_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        finding = self.subject
        self.fields["note"].initial = f"{finding.get_source_display()}: {finding.get_kind_display().lower()}."


class DismissForm(StepForm):
    note = forms.CharField(
        label="Why the atlas is right",
        max_length=300,
        help_text="For staff. The same words of the source do not come up again.",
        widget=forms.Textarea(attrs={"rows": 2, "cols": 80}),
    )


def propose(finding: Finding, by: Any, values: Any) -> Told:
    version = int(values["digest"])
    proposal = integrity.propose(finding=finding, version=version, note=values["note"], by=by)
    if proposal.high_impact:
        return proposed(proposal)
    return f"Nothing is public yet. Proposal {proposal.pk} waits to be applied."


def dismiss(finding: Finding, by: Any, values: Any) -> Told:
    integrity.dismiss(finding=finding, version=int(values["digest"]), note=values["note"], by=by)
    return "Dismissed. The atlas stays as it is."


def closed(finding: Finding) -> str:
    return "" if finding.state == FindingState.OPEN else f"This is {finding.get_state_display().lower()} already."


def not_to_be_proposed(finding: Finding) -> str:
    if finding.kind in integrity.NOT_PROPOSED:
        return "Nothing follows from this by itself. Look into it, and propose what you find on the page of the study."
    return closed(finding)


STEPS = [
    Step(
        slug="propose",
        label="Propose what the source says",
        permission="studies.propose",
        explain="Writes a proposal with these values and the source as its evidence. Nothing public changes before it is "
        "applied; a retraction needs a second person.",
        act=propose,
        digest=lambda finding: str(finding.version),
        closed=not_to_be_proposed,
        form=ProposeForm,
        shows=lambda finding: {"differences": differences(finding)},
        log="Proposed what the source says.",
    ),
    Step(
        slug="dismiss",
        label="Dismiss",
        permission="studies.propose",
        explain="Closes the task because the atlas is right.",
        act=dismiss,
        digest=lambda finding: str(finding.version),
        closed=closed,
        form=DismissForm,
        shows=lambda finding: {"differences": differences(finding)},
        log="Dismissed.",
    ),
]


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    empty_text = "No task waits. What a source says against a published study stands here."
    list_display = ["what", "study", "source", "state", "found_at"]
    list_filter = [TaskFilter, "kind", "source"]
    list_select_related = ["study"]
    search_fields = ["study__slug"]
    sortable_by: list[str] = []

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """A retraction must not stand behind a page of typing errors."""
        return [integrity.by_urgency(), "-found_at", "-id"]

    @admin.display(description="Task")
    def what(self, finding: Finding) -> str:
        """What it is, and of a difference in which field."""
        kind = finding.get_kind_display()
        return f"{kind}: {label(FIELD_OF.get(finding.field, finding.field))}" if finding.kind == "differs" else kind

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        return [*step_urls(self, STEPS), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one task. It only shows; its buttons lead to steps."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        finding = self.load(request, object_id)
        return self.page(
            request,
            "admin/studies/finding.html",
            title=f"{self.what(finding)}: {finding.study}",
            crumb=f"Task {finding.pk}",
            obj=finding,
            finding=finding,
            differences=differences(finding),
            steps=buttons(self, request, finding, STEPS),
        )


def differences(finding: Finding) -> list[Shown]:
    """What the study says now beside what the source says, word by word, in reading order."""
    now, theirs = integrity.values_now(finding), finding.theirs or {}
    found = [Change(name, _words(name, now.get(name)), _words(name, theirs.get(name))) for name in {**now, **theirs}]
    return [
        Shown(label(each.field), pieces(each), isinstance(each.new, list) or isinstance(each.old, list), 0)
        for each in found
        if each.old != each.new
    ]


def _words(name: str, value: Any) -> Any:
    return "" if value is None else shown(name, value, Names())
