"""What all staff pages share: log lines without texts, pages of our own in the admin's frame."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils.text import capfirst


class StaffList(ChangeList):
    """A list that is called as on the first page; Django asks to select one of it."""

    def __init__(self, request: HttpRequest, *args: Any, **options: Any) -> None:
        super().__init__(request, *args, **options)
        if not self.is_popup:
            self.title = str(capfirst(self.opts.verbose_name_plural))


class StaffAdmin(admin.ModelAdmin):
    """Django's ModelAdmin with a log that holds names of things and fields, never a title, a note or a text.

    `empty_text` is what a list without any row says: what would stand in it.
    """

    empty_text = ""
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    save_on_top = True
    actions_on_bottom = False

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return StaffList

    def log_name(self, obj: Model) -> str:
        """What the log calls this object: its slug, or its kind and number."""
        return getattr(obj, "slug", "") or f"{self.opts.verbose_name} {obj.pk}"

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return self._log(request, obj, ADDITION, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> LogEntry:
        return self._log(request, obj, CHANGE, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> list[LogEntry]:
        return [self._log(request, obj, DELETION, "") for obj in queryset]

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> str:
        """Which fields and how many rows; Django's own message also names the rows, which may be quoted words."""
        parts = [] if add or not form.changed_data else [f"Changed {', '.join(form.changed_data)}."]
        for formset in formsets or ():
            rows = formset.model._meta
            for verb in ("new", "changed", "deleted"):
                count = len(getattr(formset, f"{verb}_objects", ()))
                if count:
                    name = rows.verbose_name if count == 1 else rows.verbose_name_plural
                    parts.append(f"{count} {verb} {name}.")
        return " ".join(parts)

    def _log(self, request: HttpRequest, obj: Model, flag: int, message: Any) -> LogEntry:
        return LogEntry.objects.create(
            user_id=request.user.pk,
            content_type=ContentType.objects.get_for_model(obj, for_concrete_model=False),
            object_id=str(obj.pk),
            object_repr=self.log_name(obj)[:200],
            action_flag=flag,
            change_message=message,
        )

    def load(self, request: HttpRequest, object_id: str) -> Any:
        """The object with this id, or a 404; whoever may not see this kind of object gets neither."""
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404(f"no {self.opts.verbose_name} with this number")
        return obj

    def page(
        self,
        request: HttpRequest,
        template: str,
        *,
        title: str,
        obj: Model | None = None,
        status: int = 200,
        **more: Any,
    ) -> TemplateResponse:
        """A page in the admin's frame about `obj`."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": None,
            "opts": self.opts,
            "original": obj,
            "original_name": self.log_name(obj) if obj else "",
            "has_view_permission": self.has_view_permission(request),
            **more,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, context, status=status)


class ReadOnlyAdmin(StaffAdmin):
    """A list to look at: nothing is added, edited or deleted here."""

    actions = None
    save_on_top = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
