"""Revisions: the public history for staff, with the two acts on it: take a change back, remove a value for good."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from studies import proposals, publishing, versions
from studies.admin.base import ReadOnlyAdmin
from studies.admin.showing import shortened
from studies.admin.steps import Step, StepForm, Told, buttons, note_field, proposed, step_urls
from studies.field_words import label
from studies.models import Revision
from studies.vocabulary import State


class RevertForm(StepForm):
    note = note_field()


class RedactForm(StepForm):
    field = forms.ChoiceField(label="The value to remove")
    note = note_field(
        label="Why it is removed",
        help_text="Public: it stands in the history in place of the value. Do not repeat what is removed.",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kept = self.subject.values.filter(value__isnull=False).values_list("field", flat=True)
        self.fields["field"].choices = [("", "Choose"), *((name, label(name)) for name in kept)]


def revert(revision: Revision, by: Any, values: Any) -> Told:
    return proposed(proposals.revert(revision=revision, by=by, note=values["note"]))


def redact(revision: Revision, by: Any, values: Any) -> Told:
    return proposed(publishing.redact(revision=revision, field=values["field"], note=values["note"], by=by))


def present_digest(revision: Revision) -> str:
    """The newest version of the study: what a page about an old one was written beside."""
    return revision.study.newest_hash


def _not_public(revision: Revision) -> str:
    return "" if revision.study.state == State.PUBLISHED else "The study is not public now."


def _first(revision: Revision) -> str:
    if revision.number == 1:
        return "The first version cannot be taken back. Withdraw the study instead."
    return _not_public(revision)


def changed(revision: Revision) -> dict[str, Any]:
    study = revision.study
    old = versions.read(study, revision.number - 1)
    return {"differences": shortened(versions.differences(old, versions.read(study, revision.number)))}


REVISION_STEPS = [
    Step(
        slug="revert",
        label="Take this change back",
        permission="studies.propose",
        closed=_first,
        explain="This writes a proposal that restores what the version replaced. A second person must apply it. "
        "The version itself stays in the history.",
        act=revert,
        digest=present_digest,
        form=RevertForm,
        shows=changed,
        log="Proposed to take it back.",
    ),
    Step(
        slug="redact",
        label="Remove a value from the history",
        permission="studies.lead",
        closed=lambda revision: "",
        explain="For what should never have been public, such as private words. The value is deleted for good and the "
        "history says that it was removed, when and why. This only writes a proposal: a second person must apply it.",
        act=redact,
        digest=present_digest,
        form=RedactForm,
        shows=changed,
        log="Proposed to remove a value.",
    ),
]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyAdmin):
    empty_text = "Nothing was published yet. Each public change of a study stands here."
    list_display = ["version_of", "made_at", "kind", "reason", "approver_role", "second_role"]
    list_filter = ["kind", "reason", "approver_role"]
    list_select_related = ["study"]
    ordering = ["-sequence"]
    sortable_by: list[str] = []

    @admin.display(description="Version")
    def version_of(self, revision: Revision) -> str:
        return f"Version {revision.number} of {revision.study}"

    def log_name(self, obj: Any) -> str:
        return f"version {obj.number} of {obj.study.slug}"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("study")

    def get_urls(self) -> list[Any]:
        return [*step_urls(self, REVISION_STEPS), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one version: what it changed, who stood behind it, and the acts that are open."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        revision = self.load(request, object_id)
        return self.page(
            request,
            "admin/studies/revision.html",
            title=self.version_of(revision),
            crumb=f"Version {revision.number}",
            revision=revision,
            steps=buttons(self, request, revision, REVISION_STEPS),
            approvals=revision.approvals.select_related("user"),
            **changed(revision),
        )
