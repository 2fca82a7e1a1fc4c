"""Case definitions, topics and terms. They are public, so saving one moves the counter of everything public."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from studies import lengths, public_state, publishing, signs, terms
from studies.admin import fields
from studies.admin.base import StaffAdmin
from studies.admin.seen import SeenForm, held
from studies.admin.steps import Step, StepForm, Told, buttons, evidence_field, note_field, proposed, step_urls
from studies.models import CaseDefinition, GlossaryTerm, Study, Topic
from studies.search.documents import refresh_named
from studies.vocabulary import DefinitionPem

ALIASES = "One per line."
FOUND_BY = {"name", "aliases", "label"}


class PublicWordAdmin(StaffAdmin):
    """Something public that is no study. Slugs stand in addresses and revisions, so they are fixed once made."""

    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The last write of a save, within its transaction. Studies are found by the names and other names of their words."""
        super().save_related(request, form, formsets, change)
        if FOUND_BY & set(form.changed_data):
            refresh_named(self.named_by(form.instance))
        else:
            public_state.move_counter()

    def named_by(self, obj: Any) -> Any:
        """The ids of the studies in whose search documents this word stands."""
        return []


class PublicWordForm(forms.ModelForm):
    """What is typed here is public at once, so it must not read otherwise than it is."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if told := signs.turning("\n".join(signs.texts_in(value))):
                self.add_error(name, f"Take out a sign that nobody sees ({told}).")
        return cleaned


class TopicForm(PublicWordForm):
    class Meta:
        model = Topic
        fields = ["label", "slug", "description"]


class CaseDefinitionForm(PublicWordForm):
    aliases = fields.LinesField(required=False, label="Other names", help_text=ALIASES)
    doi = fields.doi_field(empty_value="")
    pmid = fields.pmid_field()

    class Meta:
        model = CaseDefinition
        fields = ["name", "slug", "aliases", "year", "pem", "pem_note", "doi", "pmid", "source", "verified"]
        labels = {"pem_note": "Note on PEM"}

    def clean_pmid(self) -> str:
        return self.cleaned_data["pmid"] or ""


class PemForm(StepForm):
    pem = forms.ChoiceField(
        choices=[("", "Choose"), *DefinitionPem.choices], label="What the definition says about PEM"
    )
    note = note_field()
    evidence_url = evidence_field()


def change_pem(definition: CaseDefinition, by: Any, values: Any) -> Told:
    typed = {name: values[name] for name in ("pem", "note", "evidence_url")}
    return proposed(publishing.change_definition_pem(definition=definition, by=by, **typed))


CHANGE_PEM = Step(
    slug="pem",
    label="Change what it says about PEM",
    permission="studies.lead",
    explain="Every study that was coded with this definition gets its badge anew, each as a version of its own. "
    "This only writes a proposal, which lists the studies: a second person must apply it.",
    act=change_pem,
    digest=lambda definition: definition.pem,
    closed=lambda definition: "",
    form=PemForm,
    log="Proposed another PEM value.",
)


@admin.register(CaseDefinition)
class CaseDefinitionAdmin(PublicWordAdmin):
    empty_text = "There is no case definition yet. Definitions that studies chose their patients by stand here."
    form = CaseDefinitionForm
    fields = CaseDefinitionForm.Meta.fields
    change_form_template = "admin/studies/casedefinition/change_form.html"
    list_display = ["name", "year", "pem", "verified"]
    list_filter = ["pem", "verified"]
    search_fields = ["name", "slug", "aliases"]

    def get_readonly_fields(self, request: HttpRequest, obj: CaseDefinition | None = None) -> list[str]:
        """Whether a definition requires PEM decides badges, so it changes by an action of two people."""
        return ["slug", "pem"] if obj else []

    def named_by(self, obj: CaseDefinition) -> Any:
        return Study.objects.filter(definitions__definition=obj).distinct().values_list("pk", flat=True)

    def get_urls(self) -> list[Any]:
        return [*step_urls(self, [CHANGE_PEM]), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        definition = options.get("obj")
        if definition:
            context["steps"] = buttons(self, request, definition, [CHANGE_PEM])
            context["open_proposals"] = definition.proposals.waiting()
        return super().render_change_form(request, context, **options)


@admin.register(Topic)
class TopicAdmin(PublicWordAdmin):
    empty_text = "There is no topic yet. Topics that studies are listed under stand here."
    list_display = ["label", "slug"]
    search_fields = ["label", "slug"]
    form = TopicForm
    fields = TopicForm.Meta.fields

    def named_by(self, obj: Topic) -> Any:
        return obj.studies.values_list("pk", flat=True)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, list[str]]:
        return {} if obj else {"slug": ["label"]}


class GlossaryTermForm(PublicWordForm, SeenForm):
    counted = "version"
    aliases = fields.LinesField(required=False, label="Other words for it", help_text=ALIASES)
    note = forms.CharField(
        required=False,
        max_length=300,
        label="What changes and why",
        help_text="Kept with the version that this save makes.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    class Meta:
        model = GlossaryTerm
        fields = ["term", "slug", "aliases", "meaning", "source", "reviewed_on", "in_search"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for part, said in lengths.too_long(cleaned, lengths.TERM):
            self.add_error(part, said)
        return cleaned


@admin.register(GlossaryTerm)
class GlossaryTermAdmin(PublicWordAdmin):
    empty_text = "There is no term yet. Words that the glossary explains stand here."
    form = GlossaryTermForm
    list_display = ["term", "shown_aliases", "in_search", "version"]
    list_filter = ["in_search"]
    search_fields = ["term", "aliases"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, list[str]]:
        return {} if obj else {"slug": ["term"]}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> GlossaryTerm | None:
        return held(request, super().get_object(request, object_id, from_field))

    def save_model(self, request: HttpRequest, obj: GlossaryTerm, form: Any, change: bool) -> None:
        if change:
            obj.version = terms.keep_first(GlossaryTerm.objects.get(pk=obj.pk))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Every save is a version with its number, decided by the person who saves."""
        super().save_related(request, form, formsets, change)
        terms.record(term=form.instance, note=form.cleaned_data["note"], by=request.user)

    @admin.display(description="Other words for it")
    def shown_aliases(self, term: GlossaryTerm) -> str:
        return ", ".join(term.aliases)
