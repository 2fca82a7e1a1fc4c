"""Form fields of the staff pages: what a person types on one side, the stored shape on the other."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from studies import identifiers
from studies.vocabulary import Precision

LONG = {"rows": 4, "cols": 80, "class": "vLargeTextField"}


class RowForm(forms.ModelForm):
    """One row of a study. A row that nobody touched was found good when it was stored, so the database is not asked again."""

    def _post_clean(self) -> None:
        if self.has_changed():
            super()._post_clean()


class TableRowForm(RowForm):
    """A row of a table, in which the heading of a column is the label of each of its boxes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label


class LinesField(forms.CharField):
    """A list of sentences, typed one per line."""

    widget = forms.Textarea(attrs=LONG)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        lines = (line.strip() for line in super().to_python(value).splitlines())
        return [line for line in lines if line]

    def validate(self, value: list[str]) -> None:
        if self.required and not value:
            raise ValidationError(self.error_messages["required"], code="required")

    def run_validators(self, value: list[str]) -> None:
        super().run_validators("\n".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class ChecksField(forms.MultipleChoiceField):
    """Several values of one vocabulary as tick boxes; stored as a sorted list of slugs."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> list[str]:
        return sorted(super().clean(value))


class IdentifierField(forms.CharField):
    """A DOI, PMID, PMCID or ORCID in any spelling (link, label, capitals); stored in the one normal spelling.

    `empty_value` is what stands for "none": None where the column is unique, an empty text elsewhere.
    """

    def __init__(self, *, normalise: Callable[[str], str], message: str, **options: Any) -> None:
        self.normalise, self.message = normalise, message
        super().__init__(required=False, max_length=identifiers.MAX_PASTED, **options)

    def clean(self, value: Any) -> str | None:
        text = super().clean(value)
        if text in self.empty_values:
            return self.empty_value
        try:
            return self.normalise(text)
        except identifiers.IdentifierError as error:
            raise ValidationError(self.message, code="invalid") from error


def doi_field(label: str = "DOI", empty_value: str | None = None) -> IdentifierField:
    return IdentifierField(
        normalise=identifiers.normalise_doi,
        message="This is no DOI. A DOI begins with 10. and has a slash in it.",
        label=label,
        empty_value=empty_value,
        help_text="Bare or as a link.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


def pmid_field() -> IdentifierField:
    return IdentifierField(
        normalise=identifiers.normalise_pmid,
        message="This is no PubMed number. It has one to eight digits.",
        label="PMID",
        empty_value=None,
        help_text="Bare or as a link.",
    )


def pmcid_field() -> IdentifierField:
    return IdentifierField(
        normalise=identifiers.normalise_pmcid,
        message="This is no PubMed Central number. It begins with PMC.",
        label="PMCID",
        empty_value=None,
        help_text="Bare or as a link.",
    )


def orcid_field() -> IdentifierField:
    return IdentifierField(
        normalise=identifiers.normalise_orcid,
        message="This is no ORCID. It has 16 digits, and the last one must fit the others.",
        label="ORCID",
        empty_value="",
    )


class PartialDateField(forms.CharField):
    """A date as exactly as the paper gives it: 2021, 2021-03 or 2021-03-14. Value: (date, precision) or None."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "As exact as known: 2021, 2021-03 or 2021-03-14.")
        super().__init__(required=False, max_length=10, **options)

    def prepare_value(self, value: Any) -> Any:
        return date_text(*value) if isinstance(value, tuple) else value

    def clean(self, value: Any) -> tuple[datetime.date, str] | None:
        text = super().clean(value)
        return read_date(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()


def date_text(day: datetime.date | None, precision: str) -> str:
    """A date cut to its precision; nothing for no date."""
    lengths = {Precision.YEAR: 4, Precision.MONTH: 7, Precision.DAY: 10}
    return day.isoformat()[: lengths[Precision(precision)]] if day else ""


def read_date(text: str) -> tuple[datetime.date, str]:
    """The date in `2021`, `2021-03` or `2021-03-14`, the missing parts as 1; raises ValidationError."""
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", text.strip(), re.ASCII)
    if not match:
        raise ValidationError("Write the year, the year and month, or the full date: 2021, 2021-03 or 2021-03-14.")
    year, month, day = match.groups()
    try:
        found = datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        raise ValidationError("There is no such date.") from error
    return found, Precision.DAY if day else Precision.MONTH if month else Precision.YEAR


class SectionsField(forms.CharField):
    """An abstract in sections, as text: a blank line between them, a label as a line of its own that ends in a colon."""

    widget = forms.Textarea(attrs={**LONG, "rows": 12})

    def prepare_value(self, value: Any) -> Any:
        return sections_text(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[dict[str, str]]:
        return read_sections(super().to_python(value))

    def run_validators(self, value: list[dict[str, str]]) -> None:
        super().run_validators(sections_text(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


def sections_text(sections: list[dict[str, str]]) -> str:
    return "\n\n".join(
        "\n".join(filter(None, [part["label"] and f"{part['label']}:", part["text"]])) for part in sections
    )


def read_sections(text: str) -> list[dict[str, str]]:
    """The {label, text} sections of an abstract typed as SectionsField says."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    return [_section(block) for block in blocks if block]


def _section(block: str) -> dict[str, str]:
    first, _, rest = block.partition("\n")
    if first.rstrip().endswith(":"):
        return {"label": first.rstrip()[:-1].strip(), "text": rest.strip()}
    return {"label": "", "text": block}
