"""Importing files: send one, look at what would happen, then write it or leave it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from studies import uploads
from studies.admin.base import ReadOnlyAdmin
from studies.admin.steps import out_of_date
from studies.errors import Problems, Stale
from studies.formats.readers.detection import READERS
from studies.models import Upload
from studies.roles import NotAllowed


class UploadForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label="File",
        help_text="PubMed XML, JATS, NBIB, RIS, BibTeX, CSL-JSON, a table (CSV), or drafted texts (JSON).",
    )


class DecisionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)


@admin.register(Upload)
class UploadAdmin(ReadOnlyAdmin):
    empty_text = "No file was imported yet. Files of references that you bring in stand here, with what came of them."
    list_display = ["name", "format_name", "records", "state", "sent_by", "sent_at"]
    list_select_related = ["sent_by"]
    list_filter = ["state"]
    sortable_by: list[str] = []

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without what is large: the file itself, and the report with its tables."""
        return super().get_queryset(request).defer("content", "report").annotate(read=KT("report__read"))

    @admin.display(description="Format")
    def format_name(self, upload: Upload) -> str:
        return READERS[upload.format].name if upload.format in READERS else upload.format

    @admin.display(description="Records")
    def records(self, upload: Any) -> int:
        return int(upload.read or 0)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("studies.add_upload")

    def get_urls(self) -> list[URLPattern]:
        return [
            self._decision("confirm", self._confirm),
            self._decision("discard", self._discard),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Sending a file only tries it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                upload = uploads.try_out(name=file.name, file=file, most=_most(), by=request.user)
            except NotAllowed as error:
                raise PermissionDenied from error
            except Problems as error:
                for sentence in error.messages:
                    form.add_error("file", sentence)
            else:
                return HttpResponseRedirect(reverse("admin:studies_upload_change", args=[upload.pk]))
        return self.page(
            request, "admin/studies/upload/add.html", title="Import a file", crumb="Import a file", form=form
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """What would happen, or what happened. It only shows; its buttons post to addresses of their own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self._show(request, self.load(request, object_id))

    def _show(
        self, request: HttpRequest, upload: Upload, *, problems: list[str] | None = None, status: int = 200
    ) -> HttpResponse:
        return self.page(
            request,
            "admin/studies/upload/report.html",
            title=f"Import of {upload.name}",
            crumb=upload.name,
            obj=upload,
            status=status,
            upload=upload,
            format_name=self.format_name(upload),
            problems=problems or [],
            rows=rows_of(upload.report),
            decision=DecisionForm(initial={"version": upload.version}),
            is_being_written=uploads.is_being_written(upload),
            may_decide=upload.state == "tried"
            and not uploads.is_being_written(upload)
            and request.user.has_perm("studies.change_upload"),
        )

    def _decision(self, name: str, act: Any) -> URLPattern:
        @require_POST
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not request.user.has_perm("studies.change_upload"):
                raise PermissionDenied
            upload, form = self.load(request, object_id), DecisionForm(request.POST)
            version = form.cleaned_data["version"] if form.is_valid() else -1
            try:
                return act(request, upload, version)
            except NotAllowed as error:
                raise PermissionDenied from error
            except Stale as error:
                return out_of_date(self, request, upload, str(error), typed=[])
            except Problems as error:
                return self._show(request, self.load(request, object_id), problems=error.messages, status=409)

        return path(f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"studies_upload_{name}")

    def _confirm(self, request: HttpRequest, upload: Upload, version: int) -> HttpResponse:
        done = uploads.confirm(upload=upload, version=version, most=_most(), by=request.user)
        self.log_change(request, upload, "Written.")
        messages.success(request, f"{done.report['created']} drafts were made, {done.report['updated']} were added to.")
        return HttpResponseRedirect(reverse("admin:studies_upload_change", args=[upload.pk]))

    def _discard(self, request: HttpRequest, upload: Upload, version: int) -> HttpResponse:
        uploads.discard(upload=upload, version=version, by=request.user)
        self.log_change(request, upload, "Discarded.")
        messages.success(request, "Nothing of the file was written, and the file is gone.")
        return HttpResponseRedirect(reverse("admin:studies_upload_changelist"))


def rows_of(report: dict[str, Any]) -> dict[str, Any]:
    """What a person has to look at, record by record in the file's order; and how many are left out."""
    refused = [{**row, "fate": "refused"} for row in report.get("refused", [])]
    alike = [
        {**row, "fate": "perhaps the same as", "reason": " ".join(row["reasons"])}
        for row in report.get("possible_duplicates", [])
    ]
    every = sorted([*refused, *alike, *report.get("records", [])], key=lambda row: row["record"])
    shown, counts = every[: uploads.MOST_ROWS], report.get("counts", {})
    number = sum(counts.get(name, 0) for name in ("refused", "possible_duplicates", "records"))
    return {"shown": shown, "left_out": max(0, number - len(shown))}


def _most() -> int:
    return int(settings.ATLAS_UPLOAD_MEGABYTES) * 1_000_000
