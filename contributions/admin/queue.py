"""The queue: what waits, for whom, since when. Opening a message changes nothing of it; who did is noted."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from contributions.admin import deciding, missing, page, proposing, rebasing, words
from contributions.admin.acts import ACTS
from contributions.admin.places import KindFilter, StateFilter, StudyFilter
from contributions.models import Contribution
from studies.admin.base import ReadOnlyAdmin

COUNTED = 1000  # nobody pages further than that; counting all rows would cost more than the page
SHOWN = ("alias", "kind", "state", "waiting_since", "lease_until", "conflict", "study__title", "holder__username")
JOINED = ("study", "holder")


class BoundedPaginator(Paginator):
    @cached_property
    def count(self) -> int:
        """The number of rows, COUNTED where there are more."""
        return self.object_list.order_by()[:COUNTED].count()

    def page(self, number: int | str) -> Page:
        """Its rows are found first, and only they joined to studies and holders: SQLite joins all that wait, then sorts."""
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        found = self.object_list.select_related(None).values("pk")[start : min(start + self.per_page, self.count)]
        rows = Contribution.objects.filter(pk__in=found).select_related(*JOINED).only(*SHOWN)
        return self._get_page(rows.order_by(*self.object_list.query.order_by), number, self)


class Queue(ChangeList):
    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        """Only what the list shows: neither keys nor texts of studies are fetched for it."""
        return super().get_queryset(request, exclude_parameters).only(*SHOWN)

    @property
    def counted(self) -> str:
        return words.up_to(COUNTED, self.result_count)


@admin.register(Contribution)
class ContributionAdmin(ReadOnlyAdmin):
    """Nothing private stands in the list, in addresses, in titles or in Django's log: its acts are Events."""

    empty_text = "No message waits here. What readers send through the form stands here, the longest wait first."
    list_display = ["alias", "kind", "study_title", "waits", "due", "state", "holder_name", "lease", "conflict_mark"]
    list_filter = [StateFilter, KindFilter, StudyFilter]
    list_select_related = JOINED
    list_per_page = 50
    ordering = ["waiting_since", "id"]
    sortable_by: list[str] = []
    paginator = BoundedPaginator

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "The queue", **(extra_context or {})})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("studies.see_queue")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the three filters. Django would also take any column, such as the hash of a receipt."""
        return lookup in {each.parameter_name for each in self.list_filter}

    def log_name(self, obj: Any) -> str:
        return str(obj.alias)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return Queue

    @admin.display(description="Study")
    def study_title(self, one: Contribution) -> str:
        return Truncator(one.study.title).chars(60) if one.study else ""

    @admin.display(description="Waits for")
    def waits(self, one: Contribution) -> str:
        return words.waits_for(one, timezone.now())

    @admin.display(description="Due")
    def due(self, one: Contribution) -> SafeString | str:
        found = words.due(one, timezone.now())
        return format_html('<span class="{}">{}</span>', found.style, found.word) if found else ""

    @admin.display(description="Held by")
    def holder_name(self, one: Contribution) -> str:
        return str(one.holder.get_username()) if one.holder else ""

    @admin.display(description="Time left")
    def lease(self, one: Contribution) -> str:
        return words.lease_left(one, timezone.now())

    @admin.display(description="Conflict")
    def conflict_mark(self, one: Contribution) -> str:
        return "changed meanwhile" if one.conflict else ""

    def get_urls(self) -> list[URLPattern]:
        """No page to add, delete or see Django's history: there is nothing of the kind."""
        return [
            path("", self.admin_site.admin_view(self.changelist_view), name="contributions_contribution_changelist"),
            self._url("change/", "change", page.show),
            self._url("propose/", "propose", proposing.propose_page),
            self._url("rebase/", "rebase", rebasing.rebase_page),
            self._url("draft-study/", "draft_study", missing.draft_page),
            *(self._url(f"{act.slug}/", act.slug.replace("-", "_"), deciding.view_of(act)) for act in ACTS),
        ]

    def _url(self, ending: str, name: str, view: Any) -> URLPattern:
        def guarded(request: HttpRequest, object_id: int) -> HttpResponse:
            if not self.has_view_permission(request):
                raise PermissionDenied
            return view(self, request, self.load(request, str(object_id)))

        address, name = f"<int:object_id>/{ending}", f"contributions_contribution_{name}"
        return path(address, self.admin_site.admin_view(guarded), name=name)
