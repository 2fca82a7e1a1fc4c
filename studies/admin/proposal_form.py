"""A proposal as it is typed: the fields of one study, its rows, and why."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict

from studies.admin.fields import LONG
from studies.admin.proposal_fields import ROWS, SECTIONS, study_field
from studies.models import Proposal, Study
from studies.snapshots import Snapshot
from studies.vocabulary import Precision, Reason

NOT_TYPED = {Reason.FIRST, Reason.REVERTED}
# Rows whose order means nothing, so that another order is no change.
UNORDERED = frozenset({"definitions", "flags", "links"})


class ChangeForm(forms.Form):
    """The fields of a study. `base` is the version whose values the page showed."""

    use_required_attribute = False
    base = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for names in SECTIONS.values():
            for name in names:
                self.fields[name] = study_field(name)

    def wanted(self) -> dict[str, Any]:
        """The values of the fields that differ from what the page showed."""
        changed = [name for name in self.changed_data if name != "base"]
        values = {name: self.cleaned_data[name] for name in changed if name != "published"}
        if "published" in changed:
            day, precision = self.cleaned_data["published"] or (None, "")
            values |= {"published_on": day, "published_precision": precision}
        return values


class WhyForm(forms.Form):
    use_required_attribute = False
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *(choice for choice in Reason.choices if choice[0] not in NOT_TYPED)],
        label="Reason",
    )
    note = forms.CharField(
        label="What changes and why",
        help_text="One or two sentences. Public: never name or quote the person who told you.",
        widget=forms.Textarea(attrs={**LONG, "rows": 3}),
    )
    evidence_url = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Evidence",
        help_text="A public link: the paper, a notice, a reply.",
    )


class ProposalTyping:
    """The three parts of the page in one: fields, rows, reason. `shown` is the snapshot that the page starts from."""

    why_form: type[forms.Form] = WhyForm

    def __init__(
        self,
        *,
        shown: Snapshot,
        base: int,
        data: QueryDict | None = None,
        why: dict[str, Any] | None = None,
        touched: Iterable[str] = (),
    ) -> None:
        self.touched = set(touched)
        self.fields = ChangeForm(data, initial=field_values(shown) | {"base": base})
        self.why = self.why_form(data, initial=why)
        self.rows = {
            name: forms.formset_factory(row, extra=1 if name != "definitions" else 2, can_delete=True)(
                data, prefix=name, initial=row_values(name, shown)
            )
            for name, (_, row) in ROWS.items()
        }
        self._shown = {name: row_values(name, shown) for name in ROWS}

    def is_valid(self) -> bool:
        return all([self.fields.is_valid(), self.why.is_valid(), *(rows.is_valid() for rows in self.rows.values())])

    def wanted(self) -> dict[str, Any]:
        """Field to value for everything that the person changed."""
        values = self.fields.wanted()
        for name, formset in self.rows.items():
            typed = [
                _filled(form.cleaned_data)
                for form in formset
                if form.cleaned_data and form not in formset.deleted_forms
            ]
            if _comparable(name, typed) != _comparable(name, self._shown[name]):
                values[name] = typed
        return values

    def sections(self) -> list[dict[str, Any]]:
        """What the template draws: heading, fields, rows, and whether the part should stand open."""
        found = [self._section(heading, names) for heading, names in SECTIONS.items()]
        for name, (heading, _) in ROWS.items():
            formset = self.rows[name]
            is_open = name in self.touched or (formset.is_bound and formset.has_changed())
            found.append({"heading": heading, "formset": formset, "open": is_open})
        return found

    def errors(self) -> list[tuple[str, str, str]]:
        """Field id, label and sentence of every error on the page."""
        forms_on_page = [self.why, self.fields, *(form for rows in self.rows.values() for form in rows)]
        return [
            (field.id_for_label or field.auto_id, field.label, error)
            for form in forms_on_page
            if form.is_bound
            for field in form
            for error in field.errors
        ]

    def typed(self) -> list[tuple[str, str]]:
        """Label and text of everything that was typed, for a page that has to give it back."""
        bound = [field for form in (self.why, self.fields) for field in form]
        return [
            (str(field.label), field.value())
            for field in bound
            if isinstance(field.value(), str) and field.value() and not field.is_hidden
        ]

    def _section(self, heading: str, names: tuple[str, ...]) -> dict[str, Any]:
        touched = set(self.fields.changed_data) | set(self.fields.errors) if self.fields.is_bound else self.touched
        return {"heading": heading, "fields": [self.fields[name] for name in names], "open": bool(touched & set(names))}


def field_values(values: Snapshot) -> dict[str, Any]:
    """Initial values of the fields from a snapshot, in the shapes that the form's fields take."""
    initial = {name: values.get(name) for names in SECTIONS.values() for name in names}
    if values.get("published_on"):
        initial["published"] = _day(values["published_on"], values["published_precision"])
    initial["authors_complete"] = values.get("authors_complete") == "yes"
    return initial


def row_values(name: str, values: Snapshot) -> list[dict[str, str]]:
    rows = values.get(name) or []
    if name != "links":
        return [dict(row) for row in rows]
    slugs = dict(Study.objects.filter(pk__in=[row["study"] for row in rows]).values_list("pk", "slug"))
    return [{"study": slugs[row["study"]], "type": row["type"]} for row in rows]


def why_of(proposal: Proposal) -> dict[str, str]:
    return {"reason": proposal.reason, "note": proposal.note, "evidence_url": proposal.evidence_url}


def _day(text: str, precision: str) -> Any:
    return datetime.date.fromisoformat(text), Precision(precision)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "DELETE" and value}


def _comparable(name: str, rows: list[dict[str, Any]]) -> list[str]:
    texts = [json.dumps(_filled(row), sort_keys=True) for row in rows]
    return sorted(texts) if name in UNORDERED else texts
