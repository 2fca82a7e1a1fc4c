"""Orders to publish at a set hour: what waits, and what could not be done. They are made and cancelled on the study's page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from studies.admin.base import ReadOnlyAdmin
from studies.models import PublishingOrder


class FaultFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting for their hour"), ("fault", "Could not be carried out")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[PublishingOrder]) -> QuerySet[PublishingOrder]:
        if self.value() == "fault":
            return queryset.exclude(fault="")
        return queryset.filter(fault="") if self.value() == "waiting" else queryset


@admin.register(PublishingOrder)
class PublishingOrderAdmin(ReadOnlyAdmin):
    empty_text = "Nothing is ordered. A study that shall be published at a set hour stands here until then."
    list_display = ["hour", "study_title", "ordered_by", "fault"]
    list_filter = [FaultFilter]
    list_select_related = ["study", "ordered_by"]
    ordering = ["publish_at", "id"]
    fields = ["hour", "study_title", "ordered_by", "ordered_at", "note", "fault"]
    readonly_fields = fields

    @admin.display(description="To be published", ordering="publish_at")
    def hour(self, order: PublishingOrder) -> str:
        return f"{order.publish_at:%Y-%m-%d %H:%M} UTC"

    @admin.display(description="Study")
    def study_title(self, order: PublishingOrder) -> str:
        address = reverse("admin:studies_study_change", args=[order.study_id])
        return format_html('<a href="{}">{}</a>', address, order.study.title)
