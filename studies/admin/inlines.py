"""The rows of a study, editable while it is a draft and shown as they are afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from studies.admin import locking
from studies.admin.definition_rows import DefinitionForm, DefinitionFormSet
from studies.admin.drafts import AbstractForm, AuthorForm, LinkForm, ProvenanceForm, RowsFromSource
from studies.admin.typed import paper_typed
from studies.models import Abstract, Author, Flag, Study, StudyDefinition, StudyLink, TextProvenance
from studies.vocabulary import State

TABLE = "admin/studies/study/rows.html"


class DraftInline(admin.StackedInline):
    """Whoever may edit the draft may edit its rows; whoever may see the study sees them."""

    extra = 1  # so that a row can be added without scripts

    def _may_edit(self, request: HttpRequest, study: Study | None) -> bool:
        is_draft = study is None or study.state == State.DRAFT
        return is_draft and request.user.has_perm("studies.change_study")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("studies.view_study")

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return self._may_edit(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)


class SourceInline(DraftInline):
    """Rows that a source gave: closed like the rest of its bibliography, until somebody opens it to change it by hand."""

    formset = RowsFromSource

    def _may_edit(self, request: HttpRequest, study: Study | None) -> bool:
        return super()._may_edit(request, study) and not locking.is_locked(request, study)


class AuthorInline(SourceInline, admin.TabularInline):
    template = TABLE
    model = Author
    form = AuthorForm
    fields = ["order", "family", "given", "collective", "orcid"]

    def get_extra(self, request: HttpRequest, obj: Any = None, **options: Any) -> int:
        return 3 if obj is None else 1

    def order(self, author: Author) -> int:
        return author.position


class DefinitionInline(DraftInline):
    model = StudyDefinition
    form = DefinitionForm
    formset = DefinitionFormSet
    extra = 2
    verbose_name = "case definition"
    verbose_name_plural = "case definitions as the paper applied them"
    fields = ["definition", ("role", "cohort"), "quote", ("locator", "basis"), "modification", "checked"]

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        formset = super().get_formset(request, obj, **options)
        formset.user = request.user
        if request.method == "POST":
            formset.paper = paper_typed(request.POST, obj)
        return formset

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("definition")

    @admin.display(description="Checked", boolean=True)
    def checked(self, row: StudyDefinition) -> bool:
        return row.checked_by_id is not None


class LinkInline(DraftInline, admin.TabularInline):
    template = TABLE
    model = StudyLink
    form = LinkForm
    fk_name = "source"
    verbose_name = "link to another study"
    verbose_name_plural = "links to other studies"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("target")


class AbstractInline(SourceInline):
    """Where the source gave no abstract, one can be added without opening the rest. To be read it stands beside the form."""

    model = Abstract
    form = AbstractForm
    verbose_name_plural = "abstract: searched always, shown only where its licence permits"
    fields = ["sections", ("license", "license_url"), "source"]
    can_delete = True

    def _may_edit(self, request: HttpRequest, study: Study | None) -> bool:
        missing = study is not None and not hasattr(study, "abstract")
        return DraftInline._may_edit(self, request, study) if missing else super()._may_edit(request, study)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_edit(request, obj)


class ProvenanceInline(DraftInline, admin.TabularInline):
    template = TABLE
    model = TextProvenance
    form = ProvenanceForm
    verbose_name = "text drafted another way"
    verbose_name_plural = "texts that somebody else or a machine drafted"
    fields = ["field", "basis", "drafter", "model", "model_version"]


class FlagInline(DraftInline, admin.TabularInline):
    """Flags are public notices: on a published study they change by a proposal, on a draft there are none yet."""

    template = TABLE
    model = Flag
    fields = ["kind", "reason", "link"]

    def _may_edit(self, request: HttpRequest, study: Study | None) -> bool:
        return False


EDITABLE = [AuthorInline, DefinitionInline, LinkInline, AbstractInline, ProvenanceInline]
