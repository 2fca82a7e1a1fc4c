"""The rows of case definitions in a draft: which one, what it was used for, the quoted sentence and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from studies import pem, quotes
from studies.admin.fields import LONG, RowForm
from studies.admin.hints import HELP
from studies.models import CaseDefinition, StudyDefinition
from studies.roles import one_person

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class DefinitionField(forms.ModelChoiceField):
    """A case definition out of those that the formset fetched once for all its rows; needs no script to choose."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=CaseDefinition.objects.none(), empty_label="Choose a definition", **options)
        self.known: dict[int, CaseDefinition] = {}

    def offer(self, known: dict[int, CaseDefinition]) -> None:
        self.known = known
        self.choices = [("", self.empty_label), *((pk, label_of(each)) for pk, each in known.items())]

    def to_python(self, value: Any) -> CaseDefinition | None:
        if value in self.empty_values:
            return None
        found = self.known.get(int(value)) if str(value).isascii() and str(value).isdigit() else None
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)


def label_of(definition: CaseDefinition) -> str:
    return f"{definition.name} (PEM: {definition.get_pem_display()})"


class DefinitionForm(RowForm):
    """One case definition as the paper applied it. Ticking `checked` puts the person's name to the row."""

    definition = DefinitionField(label="Definition")
    checked = forms.BooleanField(required=False, label="I checked this row against the paper")

    class Meta:
        model = StudyDefinition
        fields = ["definition", "role", "cohort", "modification", "quote", "locator", "basis"]
        labels = {"quote": "Quoted sentence", "basis": "Read in", "modification": "How the paper changed it"}
        help_texts = {
            "role": HELP["role"],
            "basis": HELP["basis"],
            "cohort": "Only where the paper studies several illnesses, such as ME/CFS and long COVID.",
            "quote": "Word for word. Three dots stand for what you leave out.",
        }
        widgets = {
            "quote": forms.Textarea(attrs={**LONG, "rows": 2}),
            "modification": forms.Textarea(attrs={**LONG, "rows": 2}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["checked"] = bool(self.instance.checked_by_id)

    @property
    def recoded(self) -> bool:
        """Whether anything but the tick was changed."""
        return bool(set(self.changed_data) - {"checked"})


class DefinitionFormSet(forms.BaseInlineFormSet):
    """The rows of one study, typed by `user` beside `paper` (both set by the inline before it is validated)."""

    user: User
    paper: quotes.Paper

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "definition" in form.fields:
            form.fields["definition"].offer(self._known())

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            row = form.cleaned_data.copy() if form.is_valid() else {}
            if row.get("definition") and not row.get("DELETE"):
                self._check_year(form, row)
                self._check_quote(form, row)
                self._check_second_look(form, row)

    def _known(self) -> dict[int, CaseDefinition]:
        if not hasattr(self, "_definitions"):
            self._definitions = {each.pk: each for each in CaseDefinition.objects.order_by("name")}
        return self._definitions

    def _check_year(self, form: DefinitionForm, row: dict[str, Any]) -> None:
        """A definition cannot have been used by a paper that is older than it."""
        day, definition = self.instance.published_on, row["definition"]
        coded = pem.Row(definition.slug, definition.pem, row["role"], "", definition.year)
        for problem in pem.check_years(rows=[coded], year=day.year if day else None):
            form.add_error("definition", f"{problem.message}.")

    def _check_quote(self, form: DefinitionForm, row: dict[str, Any]) -> None:
        quote = quotes.Quote(row["definition"].name, row["quote"], row["locator"], row["basis"])
        if fault := quotes.fault(quote, self.paper):
            form.add_error("quote", fault)

    def _check_second_look(self, form: DefinitionForm, row: dict[str, Any]) -> None:
        ticked = row["checked"] and "checked" in form.changed_data
        own = form.recoded or form.instance.coded_by_id == self.user.pk
        if ticked and own and not one_person():
            form.add_error("checked", "You coded this row, so another person must check it.")
