"""The form of a proposal: every proposable field of a study with its public value, as a person can type it.

The form is built from `cleaning.PROPOSABLE`, so that a new public field shows up here or fails the test that
compares the two. Values leave in the canonical shapes of a snapshot; `cleaning.py` checks them.
"""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from studies import identifiers
from studies.admin import fields
from studies.admin.fields import LONG
from studies.admin.hints import HELP
from studies.field_words import label
from studies.models import CaseDefinition, Study, Topic
from studies.vocabulary import (
    Basis,
    Design,
    EvidenceLevel,
    FlagKind,
    LinkType,
    Locator,
    MethodFlag,
    PeerReview,
    PemClaim,
    PemMeasure,
    Retraction,
    Role,
)

# Section, and its fields in reading order; `published` stands for the date and how exact it is.
SECTIONS = {
    "Retraction": ("retraction_status", "retraction_on", "retraction_notice_doi"),
    "Bibliography": (
        "title", "authors", "authors_complete", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages",
        "published", "doi", "preprint_doi", "pmid", "pmcid", "language", "license_url", "bibliography_source",
    ),
    "Classification": (
        "design", "peer_review", "evidence_level", "patients", "controls", "population_label", "topics", "method_flags",
    ),
    "PEM": ("pem_claim", "pem_quote", "pem_locator", "pem_measured_by"),
    "Texts": (
        "question", "key_point", "main_limitation", "summary", "significance", "limitations", "findings", "conclusions",
        "open_questions", "strengths", "basis",
    ),
}  # fmt: skip
VOCABULARIES = {
    "retraction_status": Retraction,
    "design": Design,
    "peer_review": PeerReview,
    "evidence_level": EvidenceLevel,
    "pem_claim": PemClaim,
    "pem_locator": Locator,
    "basis": Basis,
}
LISTS = frozenset({"findings", "conclusions", "open_questions", "strengths"})
LONG_TEXTS = frozenset({"title", "pem_quote", *Study.COMPULSORY_TEXTS})
READER_TEXTS = frozenset({"summary", "significance", "limitations"})
IDENTIFIERS = {"doi", "preprint_doi", "pmid", "pmcid", "retraction_notice_doi"}


class AuthorsField(fields.LinesField):
    """Authors one per line: `Family, Given (ORCID)`, or `Group: name` for a group."""

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(author_line, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [read_author(line) for line in super().to_python(value)]

    def run_validators(self, value: Any) -> None:
        """Each line was read already."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except ValidationError:
            return True


def author_line(author: dict[str, str]) -> str:
    if author.get("collective"):
        return f"Group: {author['collective']}"
    name = ", ".join(filter(None, [author.get("family"), author.get("given")]))
    return f"{name} ({author['orcid']})" if author.get("orcid") else name


def read_author(line: str) -> dict[str, str]:
    """The author in one line, without empty parts; raises ValidationError for a wrong ORCID."""
    group = re.fullmatch(r"group:\s*+(.+)", line, re.IGNORECASE)
    if group:
        return {"collective": group[1]}
    end = re.search(r"\(([^()]*\d{3}[\dXx])/?\)\Z", line)
    name, orcid = (line[: end.start()], end[1]) if end else (line, "")
    family, _, given = (part.strip() for part in name.partition(","))
    try:
        found = {"family": family, "given": given, "orcid": identifiers.normalise_orcid(orcid) if orcid else ""}
    except identifiers.IdentifierError as error:
        raise ValidationError(f"The ORCID in this line is wrong: {line}") from error
    return {key: value for key, value in found.items() if value}


def study_field(name: str) -> forms.Field:
    """The form field for one field of a study."""
    shown = label(name) if name != "published" else "Date of the paper"
    if name == "published":
        return fields.PartialDateField(label=shown)
    if name == "authors":
        return AuthorsField(
            required=False, label=shown, help_text="One per line, in order: Family, Given (ORCID), or Group: name."
        )
    if name in VOCABULARIES:
        return forms.ChoiceField(choices=_choices(name), required=False, label=shown, help_text=HELP.get(name, ""))
    if name in LISTS:
        return fields.LinesField(required=False, label=shown, help_text="One item per line.")
    if name in SPECIAL:
        return SPECIAL[name](shown)
    if name in IDENTIFIERS:
        return forms.CharField(required=False, label=shown, help_text="In any spelling, bare or as a link.")
    rows = {"rows": 9} if name in READER_TEXTS else {}
    widget = forms.Textarea(attrs=LONG | rows) if name in LONG_TEXTS else forms.TextInput()
    return forms.CharField(required=False, label=shown, widget=widget)


def _choices(name: str) -> list[tuple[str, str]]:
    may_be_empty = Study._meta.get_field(name).blank
    return ([("", "Nothing stated")] if may_be_empty else []) + list(VOCABULARIES[name].choices)


def _topics(shown: str) -> forms.Field:
    topics = forms.MultipleChoiceField(required=False, label=shown, widget=forms.CheckboxSelectMultiple)
    topics.choices = lambda: Topic.objects.values_list("slug", "label")
    return topics


def _number(shown: str) -> forms.Field:
    return forms.IntegerField(
        required=False, min_value=0, label=shown, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )


SPECIAL = {
    "authors_complete": lambda shown: forms.BooleanField(required=False, label=shown),
    "retraction_on": lambda shown: forms.DateField(required=False, label=shown, help_text="As 2021-03-14."),
    "topics": _topics,
    "patients": _number,
    "controls": _number,
    "method_flags": lambda shown: fields.ChecksField(
        choices=MethodFlag.choices, required=False, label=shown, help_text=HELP["method_flags"]
    ),
    "pem_measured_by": lambda shown: fields.ChecksField(choices=PemMeasure.choices, required=False, label=shown),
}


def _definition_choices() -> list[tuple[str, str]]:
    names = CaseDefinition.objects.order_by("name").values_list("slug", "name")
    return [("", "Choose a definition"), *names]


class DefinitionRow(forms.Form):
    definition = forms.ChoiceField(choices=_definition_choices, label="Definition")
    role = forms.ChoiceField(
        choices=[("", "Choose"), *Role.choices], label="What it was used for", help_text=HELP["role"]
    )
    cohort = forms.CharField(required=False, label="Illness group", help_text="Only where the paper studies several.")
    quote = forms.CharField(required=False, label="Quoted sentence", widget=forms.Textarea(attrs={**LONG, "rows": 2}))
    locator = forms.ChoiceField(choices=[("", "Not given"), *Locator.choices], required=False, label="Where it stands")
    basis = forms.ChoiceField(choices=[("", "Choose"), *Basis.choices], label="Read in", help_text=HELP["basis"])
    modification = forms.CharField(required=False, label="How the paper changed it")


class FlagRow(forms.Form):
    kind = forms.ChoiceField(choices=[("", "Choose"), *FlagKind.choices], label="Kind of notice")
    reason = forms.CharField(
        label="Reason for the notice",
        help_text="Public, above the summary.",
        widget=forms.Textarea(attrs={**LONG, "rows": 2}),
    )
    link = forms.URLField(required=False, label="Link", assume_scheme="https")


class LinkRow(forms.Form):
    type = forms.ChoiceField(choices=[("", "Choose"), *LinkType.choices], label="This study …")
    study = forms.CharField(label="The other study", help_text="Its address in the atlas, or a DOI, PMID or PMCID.")

    def clean_study(self) -> str:
        return find_study(self.cleaned_data["study"])


class ResponseRow(forms.Form):
    text = forms.CharField(label="What the authors say", widget=forms.Textarea(attrs=LONG))
    verified = forms.ChoiceField(
        choices=[("no", "No"), ("yes", "Yes")],
        initial="no",
        label="Is it certain that an author of the paper wrote this?",
    )


def find_study(text: str) -> str:
    """The slug of the study that an address or an identifier means."""
    known = identifiers.recognise(text)
    if known:
        slug = Study.objects.filter(**{known.kind: known.value}).values_list("slug", flat=True).first()
    else:
        slug = re.sub(r"^.*/evidence/", "", text.strip()).strip("/")
        slug = slug if Study.objects.filter(slug=slug).exists() else None
    if not slug:
        raise ValidationError("There is no such study in the atlas.")
    return slug


# Field of the snapshot: heading and the form of one row.
ROWS: dict[str, tuple[str, type[forms.Form]]] = {
    "definitions": ("Case definitions as the paper applied them", DefinitionRow),
    "flags": ("Notices above the summary", FlagRow),
    "links": ("Links to other studies", LinkRow),
    "author_responses": ("Answers by the paper's authors", ResponseRow),
}
