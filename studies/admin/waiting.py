"""The filter of a list of tasks: it opens on what waits, and everything else is one step away."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Choices, QuerySet
from django.http import HttpRequest


class WaitingFilter(admin.SimpleListFilter):
    """`states` are the choices of the model's `state`; `waiting` leaves of a queryset what waits for somebody."""

    title = "state"
    parameter_name = "state"
    states: type[Choices]

    def waiting(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "All"), *self.states.choices]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": not self.value(),
            "query_string": changelist.get_query_string(remove=["state"]),
            "display": "Waiting",
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return self.waiting(queryset)
        return queryset if self.value() == "all" else queryset.filter(state=self.value())
