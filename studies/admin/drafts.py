"""Forms for drafting a study: each row of the record as a person can type it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from studies import quotes
from studies.admin import fields, locking
from studies.admin.fields import LONG
from studies.admin.hints import HELP
from studies.admin.proposal_fields import find_study
from studies.admin.typed import paper_typed
from studies.backing import sentence_about_pem
from studies.canonical import canonical, sha256_hex
from studies.field_words import label
from studies.models import Abstract, Author, SlugRedirect, Study, StudyLink, TextProvenance, Topic
from studies.models.study import CONSENSUS_DESIGNS
from studies.provenance import TEXTS
from studies.snapshots import current, digest
from studies.vocabulary import Drafter, EvidenceLevel, LinkType, MethodFlag, PemMeasure

# The button that only looks: everything is validated and shown, nothing is saved.
CHECK = "_check"
ONE_PER_LINE = "One item per line."
OPTIONAL_TEXTS = {
    "findings": "Findings",
    "conclusions": "Conclusions drawn by the authors",
    "open_questions": "Open questions",
    "strengths": "Strengths",
}


class StudyDraftForm(forms.ModelForm):
    """A study that is not public yet. An empty slug means: propose one from author, year and title.

    `overtaken`: somebody else saved the draft since the page was shown.
    """

    overtaken = False
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    slug = forms.SlugField(
        required=False,
        max_length=80,
        label="Address",
        help_text="Leave it empty and it is made of first author, year and title. It is fixed when the study is published.",
    )
    published = fields.PartialDateField(label="Date of the paper")
    doi = fields.doi_field()
    preprint_doi = fields.doi_field(label="DOI of the preprint")
    retraction_notice_doi = fields.doi_field(label="DOI of the notice", empty_value="")
    pmid = fields.pmid_field()
    pmcid = fields.pmcid_field()
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    method_flags = fields.ChecksField(
        choices=MethodFlag.choices,
        required=False,
        label="Limits of the method",
        help_text=format_html("What a reader should keep in mind. {}", HELP["method_flags"]),
    )
    pem_measured_by = fields.ChecksField(
        choices=PemMeasure.choices,
        required=False,
        label="PEM measured by",
        help_text="Measuring PEM is not the same as requiring it; this does not change the badge.",
    )
    findings = fields.LinesField(required=False, help_text=ONE_PER_LINE)
    conclusions = fields.LinesField(required=False, help_text=ONE_PER_LINE, label=OPTIONAL_TEXTS["conclusions"])
    open_questions = fields.LinesField(required=False, help_text=ONE_PER_LINE)
    strengths = fields.LinesField(required=False, help_text=ONE_PER_LINE)
    bibliography_reason = forms.CharField(
        required=False,
        max_length=300,
        label="Why you change it by hand",
        help_text="Kept with the notes for staff. Needed where you change what the source gave.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = Study
        fields: list[str] = []  # StudyAdmin names them, in its fieldsets
        help_texts = {name: HELP[name] for name in ("design", "evidence_level", "pem_claim", "basis")}
        widgets = {
            "title": forms.Textarea(attrs={**LONG, "rows": 2}),
            **{
                name: forms.Textarea(attrs={**LONG, "rows": 2})
                for name in ("question", "key_point", "main_limitation", "pem_quote", "editor_notes")
            },
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "published" in self.fields and self.instance.published_on:
            self.initial["published"] = (self.instance.published_on, self.instance.published_precision)
        if self.instance.pk:
            self.initial["shown"] = draft_digest(self.instance.pk)

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if SlugRedirect.objects.filter(slug=slug).exclude(study=self.instance.pk).exists():
            raise ValidationError("Another study had this address before. Choose another one.")
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_overtaken(cleaned)
        day, precision = cleaned.get("published") or (None, "")
        if "published" in self.fields:
            self.instance.published_on, self.instance.published_precision = day, precision
        self._check_level(cleaned)
        self._check_statement(cleaned)
        self._check_reason(cleaned)
        return cleaned

    def is_valid(self) -> bool:
        """A look at the coding is never a save, however well everything fits."""
        return super().is_valid() and CHECK not in self.data

    def _post_clean(self) -> None:
        """A look leaves the study as it is, and asks the database nothing that `rules` asks anyway."""
        if CHECK not in self.data:
            super()._post_clean()

    def _check_overtaken(self, cleaned: dict[str, Any]) -> None:
        """Two people edit one draft: the second is told once, keeps their text, and may then save over the first."""
        if "shown" not in self.fields or not self.instance.pk or cleaned.get("shown") == self.initial["shown"]:
            return
        self.overtaken = True
        self.data = self.data.copy()
        self.data[self.add_prefix("shown")] = self.initial["shown"]
        who = Study.objects.select_related("drafted_by").get(pk=self.instance.pk).drafted_by
        self.add_error(
            None,
            f"{who or 'Somebody'} saved this draft after you opened it. Your text is still here. "
            "What differs stands below. Saving again puts yours in place of theirs.",
        )

    def _check_level(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("evidence_level") == EvidenceLevel.E0 and cleaned.get("design") not in CONSENSUS_DESIGNS:
            self.add_error(
                "evidence_level", "Consensus is for guidelines, consensus papers and systematic reviews only."
            )

    def _check_statement(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("pem_claim") and not (cleaned.get("pem_quote") or "").strip():
            self.add_error("pem_quote", "Quote the sentence in which the paper says this about PEM.")
        quote = sentence_about_pem(text=cleaned.get("pem_quote") or "", locator=cleaned.get("pem_locator") or "")
        if fault := quotes.fault(quote, paper_typed(self.data, self.instance)):
            self.add_error("pem_quote", fault)

    def _check_reason(self, cleaned: dict[str, Any]) -> None:
        changed = set(self.changed_data) & locking.FIELDS
        if changed and locking.reason_is_missing(self.instance, self.data):
            self.add_error("bibliography_reason", locking.NEEDS_REASON)

    def _get_validation_exclusions(self) -> set[str]:
        # The badge is derived again after saving; until then these two rules are asked in clean(), in words.
        return super()._get_validation_exclusions() | {"evidence_level"}


def draft_digest(study_id: int) -> str:
    """What a draft holds, staff notes included, as one hash."""
    notes = Study.objects.values_list("editor_notes", flat=True).get(pk=study_id)
    return sha256_hex(canonical([digest(current([study_id])[study_id]), notes]))


class AuthorForm(fields.TableRowForm):
    order = forms.IntegerField(
        required=False, min_value=1, label="Place", help_text="1 is the first author; empty: last.",
        widget=forms.NumberInput(attrs={"size": 3}),
    )  # fmt: skip
    orcid = fields.orcid_field()

    class Meta:
        model = Author
        fields = ["family", "given", "collective", "orcid"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["order"] = self.instance.position

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        person = cleaned.get("family") or cleaned.get("given")
        if bool(person) == bool(cleaned.get("collective")):
            raise ValidationError("Give a person's family name, or the name of a group, not both.")
        if person and not cleaned.get("family"):
            self.add_error("family", "Give the family name.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"collective"}


class RowsFromSource(forms.BaseInlineFormSet):
    """Authors or abstract: where they came from a source, changing them by hand needs the reason that the form asks for.

    An abstract that the source did not give may be added without one.
    """

    def clean(self) -> None:
        super().clean()
        added = self.model is Abstract and not self.initial_form_count()
        changed = any(form.has_changed() for form in self.forms)
        if changed and not added and locking.reason_is_missing(self.instance, self.data):
            raise ValidationError(locking.NEEDS_REASON)


class StudyField(forms.CharField):
    """Another study, typed as its address in the atlas or as an identifier."""

    def to_python(self, value: Any) -> Study | None:
        text = super().to_python(value)
        return Study.objects.get(slug=find_study(text)) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "") != (data or "").strip()


class LinkForm(fields.TableRowForm):
    target = StudyField(
        label="The other study",
        help_text="Its address in the atlas, or its DOI, PMID or PMCID.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = StudyLink
        fields = ["type", "target"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            self.initial["target"] = self.instance.target.slug

    def clean(self) -> dict[str, Any]:
        """A draft never writes into the record of another study, which may be public already."""
        cleaned = super().clean() or self.cleaned_data
        target, source = cleaned.get("target"), self.instance.source_id
        if cleaned.get("type") == LinkType.SHARES_PARTICIPANTS and target and (not source or target.pk < source):
            self.add_error("target", "This link is kept with the older of the two studies. Propose it there.")
        return cleaned


class ProvenanceForm(fields.TableRowForm):
    """How one text came about, where it is not simply "written by whoever submits the study"."""

    field = forms.ChoiceField(choices=[("", "---------"), *((name, label(name)) for name in TEXTS)], label="Text")

    class Meta:
        model = TextProvenance
        fields = ["field", "basis", "drafter", "model", "model_version"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("drafter") == Drafter.MACHINE and not cleaned.get("model"):
            self.add_error("model", "Name the model that drafted this text.")
        if self.initial.get("drafter") == Drafter.MACHINE and {"field", "drafter", "model"} & set(self.changed_data):
            self.add_error(None, "A text that a machine drafted says so for ever. Change the words, not this line.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"model"}


class AbstractForm(fields.RowForm):
    sections = fields.SectionsField(
        label="Text",
        required=False,
        help_text="A blank line between sections; a section's label as a line of its own that ends in a colon.",
    )

    class Meta:
        model = Abstract
        fields = ["sections", "license", "license_url", "source"]
