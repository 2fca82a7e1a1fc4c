"""What staff type when they decide. Each form carries the version of the contribution that its page showed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from contributions import answers
from contributions.admin.words import TAKING_REASONS
from contributions.answers import Start
from contributions.models import Contribution
from contributions.vocabulary import DeclineReason, State
from studies.admin.proposal_fields import find_study
from studies.models import Study

LONG = 5000
ANSWER_HELP = "Goes to the contributor, exactly like this."


class ActForm(forms.Form):
    """A button. `slug` keeps the ids of several forms on one page apart."""

    use_required_attribute = False
    slug = "act"
    starts: Mapping[str, Start] = {}
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contribution: Contribution, **options: Any) -> None:
        super().__init__(*args, auto_id=f"{self.slug}-%s", **options)
        self.contribution = contribution

    def rows(self) -> list[forms.BoundField]:
        """What the page draws; the version and what else is hidden it writes itself."""
        return [field for field in self if not field.is_hidden]


def answer_field(*, label: str, required: bool = True, help_text: str = ANSWER_HELP, rows: int = 5) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "cols": 80})
    missing = {"required": "Write what the contributor will read."}
    return forms.CharField(
        required=required, max_length=LONG, label=label, help_text=help_text, widget=widget, error_messages=missing
    )


class AnswerForm(ActForm):
    """An answer to the contributor, which may start from a sentence of answers.py."""

    start = forms.ChoiceField(required=False, label="Sentence to start from")
    text = answer_field(label="Your answer")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "start" in self.fields:
            self.fields["start"].choices = [("", "None"), *((key, start.label) for key, start in self.starts.items())]

    def chosen_start(self) -> str:
        """The sentence that was asked for; nothing where there is none of this name."""
        start = self.starts.get(self.data.get("start", ""))
        return start.text if start else ""


class AskForm(AnswerForm):
    slug, starts = "ask", answers.ASK
    text = answer_field(label="Your question")


class NoteForm(AnswerForm):
    slug, starts = "note", answers.NOTE


class DeclineForm(AnswerForm):
    """The reason also says which sentence to start from."""

    slug, starts = "decline", answers.DECLINE
    start = None  # type: ignore[assignment]
    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *DeclineReason.choices], label="Reason")
    field_order = ("version", "reason", "text")

    def chosen_start(self) -> str:
        start = self.starts.get(self.data.get("reason", ""))
        return start.text if start else ""


class DuplicateForm(AnswerForm):
    slug, starts = "duplicate", answers.DUPLICATE
    other = forms.CharField(
        required=False,
        max_length=60,
        label="Name of the other message, if there is one",
        help_text="Such as Teal Heron 417. Staff see it, the contributor does not.",
    )
    field_order = ("version", "other", "start", "text")

    def clean_other(self) -> Contribution | None:
        name = " ".join(self.cleaned_data["other"].split())
        if not name:
            return None
        found = Contribution.objects.filter(alias__iexact=name).exclude(state=State.ERASED)[:2]
        if len(found) != 1:
            raise ValidationError("There is no message of this name, or more than one.")
        return found[0]


class ApplyForm(AnswerForm):
    slug, starts = "apply", answers.APPLY
    digest = forms.CharField(widget=forms.HiddenInput)
    edition = forms.IntegerField(widget=forms.HiddenInput)
    text = answer_field(label="Your answer", required=False, help_text=f"{ANSWER_HELP} May stay empty.")


class RefuseForm(ActForm):
    slug = "refuse"
    reason = forms.CharField(
        max_length=LONG,
        label="Why you refuse it",
        help_text="For the person who wrote the proposal. Do not repeat the contributor's words.",
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
    )


class TakingForm(ActForm):
    """Taking something from the person who holds it needs a reason; one's own needs none."""

    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *TAKING_REASONS.items()], label="Reason")


class TakeOverForm(TakingForm):
    slug = "take-over"


class ReleaseForm(TakingForm):
    slug = "release"

    def __init__(self, *args: Any, by: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["reason"].required = False


class StudyForm(ActForm):
    slug = "choose-study"
    study = forms.CharField(
        required=False,
        label="The study it is about",
        help_text="Its address in the atlas, or its DOI, PMID or PMCID. Empty: it is about no study.",
    )

    def clean_study(self) -> Study | None:
        text = self.cleaned_data["study"].strip()
        return Study.objects.get(slug=find_study(text)) if text else None


class EraseForm(ActForm):
    slug = "erase"
    sure = forms.BooleanField(
        label="Erase it for good",
        error_messages={"required": "Tick this box if you are sure. Nothing brings it back."},
    )
