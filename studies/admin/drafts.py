"""Forms for drafting a study: each row of the record as a person can type it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from studies import pem
from studies.admin import fields
from studies.admin.fields import LONG
from studies.canonical import canonical, sha256_hex
from studies.field_words import label
from studies.models import Abstract, Author, SlugRedirect, Study, StudyDefinition, StudyLink, TextProvenance, Topic
from studies.models.study import CONSENSUS_DESIGNS
from studies.provenance import TEXTS
from studies.roles import one_person
from studies.snapshots import current, digest
from studies.vocabulary import Drafter, EvidenceLevel, LinkType, MethodFlag, PemMeasure

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ONE_PER_LINE = "One item per line."
OPTIONAL_TEXTS = {
    "findings": "Findings",
    "conclusions": "Conclusions drawn by the authors",
    "open_questions": "Open questions",
    "strengths": "Strengths",
}


class StudyDraftForm(forms.ModelForm):
    """A study that is not public yet. An empty slug means: propose one from author, year and title."""

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
        help_text="What a reader should keep in mind.",
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

    class Meta:
        model = Study
        fields: list[str] = []  # StudyAdmin names them, in its fieldsets
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
        return cleaned

    def _check_overtaken(self, cleaned: dict[str, Any]) -> None:
        """Two people edit one draft: the second is told once, keeps their text, and may then save over the first."""
        if "shown" not in self.fields or not self.instance.pk or cleaned.get("shown") == self.initial["shown"]:
            return
        self.data = self.data.copy()
        self.data[self.add_prefix("shown")] = self.initial["shown"]
        who = Study.objects.select_related("drafted_by").get(pk=self.instance.pk).drafted_by
        self.add_error(
            None,
            f"{who or 'Somebody'} saved this draft after you opened it. Your text is still here. "
            "Open the draft once more beside it and compare. Saving again puts yours in place of theirs.",
        )

    def _check_level(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("evidence_level") == EvidenceLevel.E0 and cleaned.get("design") not in CONSENSUS_DESIGNS:
            self.add_error(
                "evidence_level", "Consensus is for guidelines, consensus papers and systematic reviews only."
            )

    def _check_statement(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("pem_claim") and not (cleaned.get("pem_quote") or "").strip():
            self.add_error("pem_quote", "Quote the sentence in which the paper says this about PEM.")

    def _get_validation_exclusions(self) -> set[str]:
        # The badge is derived again after saving; until then these two rules are asked in clean(), in words.
        return super()._get_validation_exclusions() | {"evidence_level"}


def draft_digest(study_id: int) -> str:
    """What a draft holds, staff notes included, as one hash."""
    notes = Study.objects.values_list("editor_notes", flat=True).get(pk=study_id)
    return sha256_hex(canonical([digest(current([study_id])[study_id]), notes]))


class AuthorForm(forms.ModelForm):
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


class DefinitionForm(forms.ModelForm):
    """One case definition as the paper applied it. Ticking `checked` puts the person's name to the row."""

    checked = forms.BooleanField(required=False, label="I checked this row against the paper")

    class Meta:
        model = StudyDefinition
        fields = ["definition", "role", "cohort", "modification", "quote", "locator", "basis"]
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
    """The rows of one study, typed by `user` (set by the inline)."""

    user: User

    def clean(self) -> None:
        super().clean()
        for form in self.forms:
            if form.is_valid() and form.cleaned_data.get("definition") and not form.cleaned_data.get("DELETE"):
                self._check_year(form)
                self._check_second_look(form)

    def _check_year(self, form: DefinitionForm) -> None:
        """A definition cannot have been used by a paper that is older than it."""
        day, definition = self.instance.published_on, form.cleaned_data["definition"]
        row = pem.Row(definition.slug, definition.pem, form.cleaned_data["role"], "", definition.year)
        for problem in pem.check_years(rows=[row], year=day.year if day else None):
            form.add_error("definition", f"{problem.message}.")

    def _check_second_look(self, form: DefinitionForm) -> None:
        ticked = form.cleaned_data["checked"] and "checked" in form.changed_data
        own = form.recoded or form.instance.coded_by_id == self.user.pk
        if ticked and own and not one_person():
            form.add_error("checked", "You coded this row, so another person must check it.")


class LinkForm(forms.ModelForm):
    class Meta:
        model = StudyLink
        fields = ["type", "target"]

    def clean(self) -> dict[str, Any]:
        """A draft never writes into the record of another study, which may be public already."""
        cleaned = super().clean() or self.cleaned_data
        target, source = cleaned.get("target"), self.instance.source_id
        if cleaned.get("type") == LinkType.SHARES_PARTICIPANTS and target and (not source or target.pk < source):
            self.add_error("target", "This link is kept with the older of the two studies. Propose it there.")
        return cleaned


class ProvenanceForm(forms.ModelForm):
    """How one text came about, where it is not simply "written by whoever submits the study"."""

    field = forms.ChoiceField(choices=[("", "---------"), *((name, label(name)) for name in TEXTS)], label="Text")

    class Meta:
        model = TextProvenance
        fields = ["field", "basis", "drafter", "model", "model_version"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("drafter") == Drafter.MACHINE and not cleaned.get("model"):
            self.add_error("model", "Name the model that drafted this text.")
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"model"}


class AbstractForm(forms.ModelForm):
    sections = fields.SectionsField(
        label="Text",
        required=False,
        help_text="A blank line between sections; a section's label as a line of its own that ends in a colon.",
    )

    class Meta:
        model = Abstract
        fields = ["sections", "license", "license_url", "source"]
