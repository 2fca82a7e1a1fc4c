"""Accounts of staff, with the reset of a lost second factor. The secrets behind it are shown on no page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from atlas_site import passwords, second_factor, staff_sessions
from atlas_site.account_events import Event, record
from atlas_site.models import StaffApp
from atlas_site.staff_sessions_pages import end_sessions
from studies.admin.base import StaffList

admin.site.unregister([TOTPDevice, StaticDevice, User, Group])


@admin.register(Group)
class RoleAdmin(GroupAdmin):
    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return StaffList


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    list_display = ["username", "email", "is_staff", "is_active", "second_factor"]
    change_form_template = "admin/second_factor/user.html"
    change_user_password_template = "admin/set_password.html"  # noqa: S105 - a path

    class Media:
        js = ("js/password.js",)

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return StaffList

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = StaffApp.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_factor=Exists(devices))

    @admin.display(description="Second factor", boolean=True)
    def second_factor(self, user: Any) -> bool:
        return bool(user.has_factor)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.reset_second_factor)
        ending = self.admin_site.admin_view(end_sessions)
        return [
            path("<int:object_id>/reset-second-factor/", view, name="auth_user_reset_factor"),
            path("<int:object_id>/sessions/", ending, name="auth_user_end_sessions"),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        user = options.get("obj")
        context["may_end_sessions"] = user is not None and may_reset(request, user)
        context["may_reset"] = user is not None and user.has_factor and may_reset(request, user)
        return super().render_change_form(request, context, **options)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Django's; whoever gets an account here chooses a password of their own at the first sign-in."""
        super().save_model(request, obj, form, change)
        if not change:
            passwords.mark_as_given(obj, at=timezone.now())

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Django's page, where a superuser sets the password of somebody else; its owner is told, and chooses anew."""
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302:
            user = get_object_or_404(User, pk=id)
            record(Event.PASSWORD_CHANGED, user)
            if user.pk != request.user.pk:
                staff_sessions.end_all(user)
                passwords.mark_as_given(user, at=timezone.now())
        return answer

    def reset_second_factor(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask, then take the device of somebody else away. They set up another at their next sign-in."""
        user = get_object_or_404(User, pk=object_id)
        if not may_reset(request, user):
            raise PermissionDenied
        if request.method != "POST":
            context = {**self.admin_site.each_context(request), "title": f"Second factor of {user}", "account": user}
            return TemplateResponse(request, "admin/second_factor/reset.html", {**context, "opts": self.opts})
        with transaction.atomic():
            second_factor.reset(user)
            record(Event.RESET, user)
            _log(request, user)
        messages.success(request, f"The second factor of {user} is gone. The next sign-in sets up another.")
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))


def may_reset(request: HttpRequest, user: User) -> bool:
    """A lead, for somebody else: one's own device is replaced on the page for that, with a code."""
    return request.user.has_perm("studies.lead") and user.pk != request.user.pk


def _log(request: HttpRequest, user: User) -> None:
    LogEntry.objects.create(
        user_id=request.user.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=user.get_username()[:200],
        action_flag=CHANGE,
        change_message="Reset the second factor.",
    )
