"""The page of one study: a form while it is a draft, its content and its buttons afterwards."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import connection
from django.db.models import DateField, prefetch_related_objects
from django.forms import DateInput
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from studies import badges, slugs
from studies.admin import desk, locking, wording
from studies.admin.add_study import add_page
from studies.admin.bulk import publish_bibliography
from studies.admin.draft_queue import drafts_page
from studies.admin.drafts import StudyDraftForm
from studies.admin.inlines import EDITABLE, FlagInline
from studies.admin.propose import propose_page
from studies.admin.steps import buttons, step_urls
from studies.admin.study import BIBLIOGRAPHY, FIELDSETS, READABLE, StudyFields
from studies.admin.study_steps import STUDY_STEPS
from studies.locks import locked_all
from studies.models import Abstract, Author, SlugRedirect, Study, StudyDefinition, TextProvenance
from studies.snapshots import abstract_hash
from studies.vocabulary import Drafter, Pem, State

SITUATIONS = {
    State.DRAFT: "Not public. Save it as often as you like, then submit it for review.",
    State.IN_REVIEW: "Not public and closed for editing. Another person than the drafter reads and publishes it.",
    State.PUBLISHED: "Public. It cannot be edited here: propose a change, and another look decides.",
    State.WITHDRAWN: "Withdrawn. Its address says so and why; its history stays readable.",
}


@admin.register(Study)
class StudyAdmin(StudyFields):
    form = StudyDraftForm
    readonly_fields = ["wording", "drafted_by", "state"]
    actions = [publish_bibliography]
    formfield_overrides = {DateField: {"widget": DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}}

    class Media:
        css = {"all": ["css/desk.css"]}
        js = ["js/desk.js"]

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("studies.approve")

    def has_change_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        """Content is edited in drafts only; a study under review goes back first, a public one changes by proposal."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == State.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Study | None = None) -> bool:
        return obj is not None and obj.state == State.DRAFT and super().has_delete_permission(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Study | None:
        """The study; locked while it is saved or deleted, so that nobody publishes it between the look and the write."""
        study = super().get_object(request, object_id, from_field)
        if study and request.method == "POST" and connection.in_atomic_block:
            if not locked_all([study.pk]):
                return None
            study.refresh_from_db()
        if study:
            prefetch_related_objects([study], "abstract")
        return study

    def view_on_site(self, obj: Study) -> str | None:
        return obj.get_absolute_url() if obj.version else None

    def get_fieldsets(self, request: HttpRequest, obj: Study | None = None) -> Any:
        """All fields; where they are not edited, those that are stored as data read as words."""
        if not self.has_change_permission(request, obj):
            return [(name, {"fields": _readable(options["fields"])}) for name, options in FIELDSETS]
        if obj is None or not locking.is_from_source(obj):
            return FIELDSETS
        return [*FIELDSETS[1:], ("Bibliography", _from_source(request, obj))]

    def get_readonly_fields(self, request: HttpRequest, obj: Study | None = None) -> Any:
        closed = locking.flat(BIBLIOGRAPHY) if locking.is_locked(request, obj) else []
        return [*super().get_readonly_fields(request, obj), *closed]

    def get_inlines(self, request: HttpRequest, obj: Study | None) -> list[Any]:
        return [*EDITABLE, FlagInline] if obj and obj.version else EDITABLE

    def get_urls(self) -> list[Any]:
        own = [self._url("<path:object_id>/propose/", self.propose_view, "propose")]
        own += [self._url("add/by-hand/", self.by_hand_view, "add_by_hand")]
        own += [self._url("drafts/", self.drafts_view, "drafts")]
        return [*step_urls(self, STUDY_STEPS), *own, *super().get_urls()]

    def _url(self, route: str, view: Any, name: str) -> URLPattern:
        return path(route, self.admin_site.admin_view(view), name=f"studies_study_{name}")

    def propose_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return propose_page(self, request, object_id)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A study begins with the identifier of its paper; a small window of another form has room for the form alone."""
        if IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST:
            return self.by_hand_view(request)
        return add_page(self, request)

    def drafts_view(self, request: HttpRequest) -> HttpResponse:
        return drafts_page(self, request)

    def by_hand_view(self, request: HttpRequest) -> HttpResponse:
        return super().add_view(request)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        study = options.get("obj")
        context |= desk.beside(request, context, study)
        if desk.wants_part(request):
            return self.part(request, context)
        if study:
            wording.put_beside(context["adminform"].form, study)
            context |= {
                "steps": buttons(self, request, study, STUDY_STEPS),
                "may_propose": study.is_public and request.user.has_perm("studies.propose"),
                "situation": SITUATIONS[State(study.state)],
                "open_proposals": study.proposals.waiting().select_related("proposer"),
                **desk.waiting(study),
            }
        response = super().render_change_form(request, context, **options)
        response.status_code = 409 if context["overtaken"] else response.status_code
        return response

    def part(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        return TemplateResponse(request, "admin/studies/study/proof.html", context)

    def save_model(self, request: HttpRequest, obj: Study, form: Any, change: bool) -> None:
        """Save the draft under the name of whoever saved it last: an approver is never the last person who wrote.

        The badge is taken off until the rows are saved too, and a draft without an address gets one that nobody sees.
        """
        obj.drafted_by = request.user
        obj.pem, obj.pem_rule = Pem.NOT_CODED, ""
        obj.slug = obj.slug or f"draft-{secrets.token_hex(8)}"
        if reason := form.cleaned_data.get("bibliography_reason"):
            _note_change_by_hand(request, obj, form, reason)
        super().save_model(request, obj, form, change)
        # A text that was written anew is by whoever submits it next; a machine's draft stays a machine's draft.
        rewritten = obj.text_provenance.filter(field__in=form.changed_data)
        rewritten.filter(drafter=Drafter.PERSON).delete()
        rewritten.filter(drafter=Drafter.MACHINE).update(edited=True)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        save = SAVING.get(formset.model)
        if save:
            save(request, formset)
        else:
            super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        study = Study.objects.get(pk=form.instance.pk)
        badges.derive_badge(study)
        if not form.cleaned_data.get("slug"):
            study.slug = propose_slug(study)
            study.save(update_fields=["slug"])
        form.instance.refresh_from_db()


def propose_slug(study: Study) -> str:
    """An address that no study has or had, from first author, year and title."""
    first = study.authors.first() or Author()
    base = slugs.study_slug(first.family, first.collective, study.year, study.title)
    like = {"slug__startswith": base}
    taken = set(Study.objects.filter(**like).exclude(pk=study.pk).values_list("slug", flat=True))
    return slugs.with_suffix(base, taken | set(SlugRedirect.objects.filter(**like).values_list("slug", flat=True)))


def _from_source(request: HttpRequest, study: Study) -> dict[str, Any]:
    """The bibliography of a draft that came from a source: closed, or opened to be changed with a reason. It comes last."""
    if locking.is_locked(request, study):
        address = f"{reverse('admin:studies_study_change', args=[study.pk])}?{locking.OPEN}=open"
        told = format_html(
            'From {}. It is closed, so that it stays as the source has it. <a href="{}">Change it by hand</a>; that needs '
            "a reason, and loads the page anew: save first.",
            study.bibliography_source,
            address,
        )
        return {"fields": BIBLIOGRAPHY, "description": told, "classes": ["collapse"]}
    told = format_html("From {}. What you change here needs a reason.", study.bibliography_source)
    return {"fields": ["bibliography_reason", *BIBLIOGRAPHY], "description": told}


def _note_change_by_hand(request: HttpRequest, study: Study, form: Any, reason: str) -> None:
    """Keep the reason with the staff notes, and say of the source that a person changed what it gave."""
    changed = [name for name in form.changed_data if name in locking.FIELDS]
    line = locking.note_of(reason=reason, fields=changed or ["authors"], by=request.user, on=timezone.localdate())
    study.editor_notes = "\n".join(filter(None, [study.editor_notes, line]))
    if "bibliography_source" not in changed:
        study.bibliography_source = locking.source_after(study.bibliography_source)


def _readable(fields: list[Any]) -> list[Any]:
    kept = [field for field in fields if field != "shown"]
    return [READABLE.get(field, field) if isinstance(field, str) else field for field in kept]


def _save_authors(request: HttpRequest, formset: Any) -> None:
    """Write the authors anew in the typed order. Rows of a draft are named nowhere else, so they need not survive."""
    formset.save(commit=False)
    kept = [
        form for form in formset.forms if form not in formset.deleted_forms and (form.has_changed() or form.instance.pk)
    ]
    kept.sort(key=lambda form: form.cleaned_data.get("order") or len(formset.forms))
    Author.objects.filter(study=formset.instance).delete()
    for position, form in enumerate(kept, start=1):
        author = form.instance
        author.pk, author.position, author.study = None, position, formset.instance
        author._state.adding = True
        author.save()


def _save_definitions(request: HttpRequest, formset: Any) -> None:
    """Put names to the rows: who coded what changed (which ends an earlier check), and who checked the others."""
    formset.save(commit=False)
    for row in formset.deleted_objects:
        row.delete()
    for form in formset.forms:
        if form.has_changed() and form not in formset.deleted_forms:
            _save_definition(request, form)


def _save_definition(request: HttpRequest, form: Any) -> None:
    row, ticked = form.instance, form.cleaned_data["checked"] and "checked" in form.changed_data
    if form.recoded:
        row.coded_by, row.checked_by = request.user, None
    if "checked" in form.changed_data:
        row.checked_by = request.user if ticked else None
    row.position = row.position if row.pk else row.study.definitions.count() + 1
    row.save()


def _save_abstract(request: HttpRequest, formset: Any) -> None:
    for abstract in formset.save(commit=False):
        abstract.sha256 = abstract_hash(abstract.sections)
        abstract.save()
    for abstract in formset.deleted_objects:
        abstract.delete()


def _save_provenance(request: HttpRequest, formset: Any) -> None:
    """A line that says a machine drafted a text goes only with the text (`publishing` sees to that), never by a tick."""
    for row in formset.save(commit=False):
        row.save()
    for row in formset.deleted_objects:
        if row.drafter != Drafter.MACHINE:
            row.delete()


SAVING = {
    Author: _save_authors,
    StudyDefinition: _save_definitions,
    Abstract: _save_abstract,
    TextProvenance: _save_provenance,
}
