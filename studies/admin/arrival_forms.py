"""What each decision on a paper in the inbox asks for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator

from studies.admin.proposal_fields import find_study
from studies.models import Arrival, Study
from studies.vocabulary_desk import OutOfScope


class DecisionForm(forms.Form):
    """What every decision sends: the version that was shown. `twins` are the look-alikes on the page."""

    LOG = ""
    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, arrival: Arrival, twins: list[dict[str, Any]]) -> None:
        # Three forms stand on one page, and no two fields of a page share an id.
        super().__init__(data, auto_id=f"id_{type(self).__name__.lower()}_%s", initial={"version": arrival.version})
        self.arrival, self.twins = arrival, twins


class TakeForm(DecisionForm):
    LOG = "Took it."


class BringBackForm(DecisionForm):
    LOG = "Brought it back."


class AsideForm(DecisionForm):
    LOG = "Out of scope."
    reason = forms.ChoiceField(choices=[("", "Choose a reason"), *OutOfScope.choices], label="Why it is out of scope")
    note = forms.CharField(
        required=False,
        max_length=300,
        label="Note for staff",
        help_text="May stay empty.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


class DuplicateForm(DecisionForm):
    """The study that the atlas has already: one of the look-alikes, or any by its address or identifier."""

    LOG = "Duplicate."
    twin = forms.TypedChoiceField(
        coerce=int, required=False, empty_value=None, label="The same paper as", widget=forms.RadioSelect
    )
    other = forms.CharField(
        required=False,
        max_length=500,
        label="Another study",
        help_text="Its address in the atlas, or its DOI, PMID or PMCID.",
    )
    note = forms.CharField(
        required=False,
        max_length=300,
        label="Note",
        help_text="May stay empty. Public where the other study is published and lacks something that this record has.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.twins:
            choices = [(twin["study"].pk, named(twin["study"])) for twin in self.twins]
            self.fields["twin"].choices = [*choices, ("", "None of these")]
            self.fields["other"].label = "Another study, if none of these"
        else:
            del self.fields["twin"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        typed, twin = cleaned.get("other", "").strip(), cleaned.get("twin")
        if typed and twin:
            raise ValidationError("Choose one study: one of the list, or the one that you typed.")
        if not self.errors:
            cleaned["of"] = self._study(typed, twin)
        return cleaned

    def _study(self, typed: str, twin: int | None) -> Study | None:
        if twin:
            return Study.objects.get(pk=twin)
        if not typed:
            self.add_error("other", "Say which study it is.")
            return None
        try:
            return Study.objects.get(slug=find_study(typed))
        except ValidationError as error:
            self.add_error("other", error)
            return None


def named(study: Study) -> str:
    year = f", {study.year}" if study.year else ""
    return f"{Truncator(study.title).chars(120)}{year} ({study.get_state_display().lower()})"
