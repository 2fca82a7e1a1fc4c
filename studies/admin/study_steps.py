"""The steps of a study: submit, publish, send back; withdraw, restore, merge, rename."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html

from studies import ordering, publishing, rules
from studies.admin import wording
from studies.admin.proposal_fields import find_study
from studies.admin.reviewing import review
from studies.admin.showing import public_content
from studies.admin.steps import Step, StepForm, Told, evidence_field, note_field, proposed
from studies.models import PublishingOrder, Study, StudyDefinition
from studies.roles import NotAllowed, one_person, require_another
from studies.snapshots import current
from studies.snapshots import digest as digest_of
from studies.vocabulary import Pem, Reason, State


def rests_on_a_sentence(study: Study) -> bool:
    """Whether a badge that says "required" stands on the paper's own words, so that there may be no row to check."""
    return study.pem == Pem.REQUIRED and bool(study.pem_claim)


class PublishForm(StepForm):
    """The approver may put their name to case definition rows that another person coded and nobody has checked yet."""

    note = note_field(required=False, label="Public note", help_text="May stay empty. Public, and it stays.")
    checked = forms.ModelMultipleChoiceField(
        queryset=StudyDefinition.objects.none(),
        required=False,
        label="Case definitions that nobody has checked yet",
        help_text="Tick what you have checked against the paper. A badge that says PEM was required needs it.",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        rows = self.subject.definitions.filter(checked_by=None).select_related("definition")
        if not one_person():
            rows = rows.exclude(coded_by=self.by)
        self.fields["checked"].queryset = rows
        self.fields["checked"].label_from_instance = lambda row: f"{row.definition.name}: {row.get_role_display()}"
        if not rows:
            del self.fields["checked"]
        if rests_on_a_sentence(self.subject):
            self.fields["sentence"] = forms.BooleanField(
                label="I checked the sentence about PEM against the paper",
                help_text="The badge says that PEM was required, and this sentence is its only proof.",
            )


class OrderForm(PublishForm):
    """The day and the hour at which the study becomes public, in UTC."""

    day = forms.DateField(label="Day", help_text="As 2021-03-14.", widget=forms.DateInput(attrs={"type": "date"}))
    hour = forms.TimeField(
        label="Hour, in UTC", help_text="As 06:30.", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    field_order = ("digest", "day", "hour", "note", "checked")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("day") and cleaned.get("hour"):
            cleaned["publish_at"] = datetime.combine(cleaned["day"], cleaned["hour"], tzinfo=UTC)
            if cleaned["publish_at"] <= timezone.now():
                self.add_error("day", "This hour is over. Give a later one, or publish the study now.")
        return cleaned


class SendBackForm(StepForm):
    note = forms.CharField(
        label="What the drafter should change",
        help_text="For staff alone: it stands on the page of the draft. Readers never see it.",
        widget=forms.Textarea(attrs={"rows": 4, "cols": 80}),
    )


class ReasonForm(StepForm):
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *((each.value, each.label) for each in Reason if each != Reason.FIRST)],
        label="Reason",
    )
    note = note_field(help_text="One or two sentences. The page of the study will say exactly this to its readers.")
    evidence_url = evidence_field()


class MergeForm(StepForm):
    target = forms.CharField(
        label="The study that stays", help_text="Its address in the atlas, or its DOI, PMID or PMCID."
    )
    note = note_field()
    evidence_url = evidence_field()

    def clean_target(self) -> Study:
        study = Study.objects.get(slug=find_study(self.cleaned_data["target"]))
        if study.pk == self.subject.pk:
            raise ValidationError("This is the study itself. Give the other one.")
        return study


class RenameForm(StepForm):
    slug = forms.CharField(label="New address", help_text="Small letters, digits and hyphens.")
    note = note_field()


def submit(study: Study, by: Any, values: Any) -> Told:
    publishing.submit(study=study, by=by)
    return "The study is in review. Another person can publish it now."


def send_back(study: Study, by: Any, values: Any) -> Told:
    publishing.send_back(study=study, by=by, note=values["note"])
    return "The study is a draft again and can be edited. Your note stands on its page."


def publish(study: Study, by: Any, values: Any) -> Told:
    if values.get("checked"):
        values["checked"].update(checked_by=by)
    publishing.publish(study=study, digest=values["digest"], by=by, note=values["note"])
    return format_html('The study is public: <a href="{}">see its page</a>.', study.get_absolute_url())


def order(study: Study, by: Any, values: Any) -> Told:
    if values.get("checked"):
        values["checked"].update(checked_by=by)
    made = ordering.order(
        study=study, digest=values["digest"], publish_at=values["publish_at"], note=values["note"], by=by
    )
    return f"The study will be published on {made.publish_at:%-d %B %Y at %H:%M} UTC, exactly as you saw it."


def cancel_order(study: Study, by: Any, values: Any) -> Told:
    ordering.cancel(study=study, by=by)
    return "The order is cancelled. The study stays in review."


def withdraw(study: Study, by: Any, values: Any) -> Told:
    return proposed(publishing.withdraw(study=study, by=by, **_why(values)))


def restore(study: Study, by: Any, values: Any) -> Told:
    return proposed(publishing.restore(study=study, by=by, **_why(values)))


def merge(study: Study, by: Any, values: Any) -> Told:
    note, evidence_url = values["note"], values["evidence_url"]
    target = values["target"]
    return proposed(publishing.merge(source=study, target=target, note=note, evidence_url=evidence_url, by=by))


def rename(study: Study, by: Any, values: Any) -> Told:
    publishing.rename(study=study, slug=values["slug"], note=values["note"], by=by)
    return "The study has a new address. The old one leads to it."


def problems(study: Study) -> list[str]:
    return rules.problems(study.pk, current([study.pk])[study.pk])


def drafted_by_you(study: Study, user: Any) -> str:
    """Why this person may not publish the study, in words; nothing where they may."""
    people = [study.drafted_by, *(text.drafted_by for text in study.text_provenance.select_related("drafted_by"))]
    try:
        for person in people:
            require_another(than=person, by=user, act="publish it")
    except NotAllowed:
        return "You drafted or submitted this study, so another person must publish it."
    return ""


def present_digest(study: Study) -> str:
    return digest_of(current([study.pk])[study.pk])


def closed_unless(*states: State) -> Callable[[Study], str]:
    def closed(study: Study) -> str:
        if study.state in states:
            return ""
        return f"The study is {study.get_state_display().lower()} now, so this step is not open."

    return closed


def closed_to_order(study: Study) -> str:
    if closed := closed_unless(State.IN_REVIEW)(study):
        return closed
    return "It has an order already." if PublishingOrder.objects.filter(study=study).exists() else ""


def closed_to_cancel(study: Study) -> str:
    return "" if PublishingOrder.objects.filter(study=study).exists() else "There is no order."


def _why(values: Any) -> dict[str, Any]:
    return {name: values[name] for name in ("reason", "note", "evidence_url")}


def _content(study: Study) -> dict[str, Any]:
    found = wording.of_study(study)
    return {"content": public_content(study), "wording": found, "groups": found.groups, **review(study)}


SECOND = " This only writes a proposal: a second person must apply it."
STUDY_STEPS = [
    Step(
        slug="submit",
        label="Submit for review",
        permission="studies.change_study",
        closed=closed_unless(State.DRAFT),
        explain="The study can no longer be edited while it is in review. Another person reads it and publishes it.",
        act=submit,
        digest=present_digest,
        problems=problems,
        shows=_content,
        log="Submitted for review.",
    ),
    Step(
        slug="publish",
        label="Publish",
        permission="studies.approve",
        closed=closed_unless(State.IN_REVIEW),
        explain="Everything below becomes public at once, exactly as it stands here. It stays in the history for ever.",
        act=publish,
        digest=present_digest,
        form=PublishForm,
        why_not=drafted_by_you,
        problems=problems,
        shows=_content,
        log="Published.",
    ),
    Step(
        slug="order",
        label="Publish at a set hour",
        permission="studies.approve",
        closed=closed_to_order,
        explain="Nothing becomes public now. At the hour that you give it is published in your name, exactly as it stands "
        "here. If anything changes before, it is not published, and the page of the study says so.",
        act=order,
        digest=present_digest,
        form=OrderForm,
        why_not=drafted_by_you,
        problems=problems,
        shows=_content,
        log="Ordered to publish it at a set hour.",
    ),
    Step(
        slug="cancel-order",
        label="Cancel the order",
        permission="studies.approve",
        closed=closed_to_cancel,
        explain="The study is not published at the hour that was set. It stays in review.",
        act=cancel_order,
        digest=present_digest,
        log="Cancelled the order to publish it.",
    ),
    Step(
        slug="send-back",
        label="Send back",
        permission="studies.approve",
        closed=closed_unless(State.IN_REVIEW),
        explain="The study becomes a draft again, so that it can be edited. Nothing becomes public.",
        act=send_back,
        digest=present_digest,
        form=SendBackForm,
        shows=_content,
        log="Sent back to draft.",
    ),
    Step(
        slug="withdraw",
        label="Withdraw",
        permission="studies.lead",
        closed=closed_unless(State.PUBLISHED),
        explain="The page will say that the study was withdrawn, and why. Old versions stay readable." + SECOND,
        act=withdraw,
        digest=present_digest,
        form=ReasonForm,
        log="Proposed to withdraw it.",
    ),
    Step(
        slug="restore",
        label="Publish again",
        permission="studies.lead",
        closed=closed_unless(State.WITHDRAWN),
        explain="The study becomes public again as it stood." + SECOND,
        act=restore,
        digest=present_digest,
        form=ReasonForm,
        shows=_content,
        log="Proposed to publish it again.",
    ),
    Step(
        slug="merge",
        label="Merge into another study",
        permission="studies.lead",
        closed=closed_unless(State.PUBLISHED),
        explain="For one paper that stands in the atlas twice. This page will lead to the study that stays." + SECOND,
        act=merge,
        digest=present_digest,
        form=MergeForm,
        log="Proposed to merge it.",
    ),
    Step(
        slug="rename",
        label="Change the address",
        permission="studies.lead",
        closed=closed_unless(State.PUBLISHED, State.WITHDRAWN),
        explain="The study gets another address at once. The old address leads to it for ever.",
        act=rename,
        digest=present_digest,
        form=RenameForm,
        log="Changed the address.",
    ),
]
