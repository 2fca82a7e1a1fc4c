"""What the sources are asked for, version by version, and what each search came to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse

from studies import source_queries
from studies.admin.base import ReadOnlyAdmin
from studies.admin.fields import LONG
from studies.admin.steps import Step, Told, buttons, step_urls
from studies.errors import Problems
from studies.models import SourceQuery, SyncRun
from studies.sources import SOURCES
from studies.vocabulary_desk import Source

RUNS_SHOWN = 5


class QueryForm(forms.Form):
    use_required_attribute = False
    source = forms.ChoiceField(choices=[(name, Source(name).label) for name in SOURCES])
    text = forms.CharField(
        label="What it is asked for",
        help_text="In the source’s own language. Crossref and OpenAlex find by single words: what holds none of the "
        "phrases between quotation marks is left out.",
        widget=forms.Textarea(attrs={**LONG, "rows": 5}),
    )
    since = forms.DateField(
        label="First day",
        help_text="As 2021-03-14. Nothing that the source learnt of before is asked for.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    note = forms.CharField(
        max_length=300,
        label="Why this wording",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    activate = forms.BooleanField(
        required=False, initial=True, label="Ask with it from now on, in place of the old one"
    )


def activate(query: SourceQuery, by: Any, values: Any) -> Told:
    source_queries.activate(query=query, by=by)
    return f"{query.get_source_display()} is asked with version {query.version} from now on."


STEPS = [
    Step(
        slug="activate",
        label="Ask with this version",
        permission="studies.add_sourcequery",
        explain="The next search asks with this version, in place of the one that is active now. What arrived stays.",
        act=activate,
        digest=lambda query: f"{query.pk}-{query.is_active}",
        closed=lambda query: "This version is active already." if query.is_active else "",
        log="Ask with this version.",
    ),
]


@admin.register(SourceQuery)
class SourceQueryAdmin(ReadOnlyAdmin):
    empty_text = "There is no question yet. What the sources are asked every night stands here."
    list_display = ["name", "version", "is_active", "since", "note", "made_by", "made_at"]
    list_display_links = ["name"]
    list_filter = ["source", "is_active"]
    list_select_related = ["made_by"]
    sortable_by: list[str] = []

    @admin.display(description="Source")
    def name(self, query: SourceQuery) -> str:
        return query.get_source_display()

    def log_name(self, obj: Any) -> str:
        return f"{obj.source}, version {obj.version}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("studies.add_sourcequery")

    def get_urls(self) -> list[URLPattern]:
        return [*step_urls(self, STEPS), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one version. It only shows; its buttons lead on."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        query = self.load(request, object_id)
        return self.page(
            request,
            "admin/studies/sourcequery.html",
            title=str(query),
            crumb=f"Version {query.version}",
            query=query,
            runs=query.runs.all()[:RUNS_SHOWN],
            steps=buttons(self, request, query, STEPS),
            may_write=self.has_add_permission(request),
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """A new version; the form opens on the newest text of the source in the address."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = QueryForm(request.POST or None, initial=_newest(request.GET.get("source", "")))
        if request.method == "POST" and form.is_valid():
            return self._write(request, form)
        return self._show(request, form)

    def _write(self, request: HttpRequest, form: QueryForm) -> HttpResponse:
        try:
            values = form.cleaned_data | {"source": Source(form.cleaned_data["source"])}
            query = source_queries.write(by=request.user, **values)
        except Problems as error:
            for sentence in error.messages:
                form.add_error(None, sentence)
            return self._show(request, form)
        self.log_addition(request, query, "Wrote a new version.")
        messages.success(request, f"{query} is written{'' if query.is_active else ', and not active yet'}.")
        return HttpResponseRedirect(reverse("admin:studies_sourcequery_change", args=[query.pk]))

    def _show(self, request: HttpRequest, form: QueryForm) -> HttpResponse:
        return self.page(request, "admin/studies/sourcequery_add.html", title="A new version of a question", form=form)


def _newest(source: str) -> dict[str, Any]:
    query = source_queries.newest(source) if source in SOURCES else None
    return {"source": source, "text": query.text, "since": query.since} if query else {}


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    empty_text = "The sources were not searched yet. Each search stands here, with what it found."
    list_display = [
        "started_at", "source", "state", "since", "until", "read", "arrived", "known", "notices", "refused", "left_out", "fault",
    ]  # fmt: skip
    list_filter = ["state", "query__source"]
    list_select_related = ["query"]
    sortable_by: list[str] = []

    @admin.display(description="Source")
    def source(self, run: SyncRun) -> str:
        return f"{run.query.get_source_display()}, version {run.query.version}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[SyncRun]:
        return super().get_queryset(request).select_related("query")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one run, with what it refused and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = self.load(request, object_id)
        title = f"{self.source(run)}, {run.started_at:%-d %B %Y}"
        return self.page(request, "admin/studies/syncrun.html", title=title, run=run)
