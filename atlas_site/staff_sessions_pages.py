"""The pages of sessions: one's own, each of which one can end, and for leads all of somebody whose device is lost."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from atlas_site import staff_sessions
from atlas_site.account_events import Event, record
from atlas_site.models import StaffSession
from atlas_site.sign_in import AgainForm

OTHERS = "others"


class EndForm(AgainForm):
    """Which of one's other sessions shall end, and the password once more."""

    end = forms.ChoiceField(
        label="Which session shall end?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a session.", "invalid_choice": "This session has ended already."},
    )
    field_order = ("end", "password")

    def __init__(self, request: HttpRequest, others: list[StaffSession]) -> None:
        super().__init__(request)
        each = [(str(row.pk), f"The one that began on {row.started_at:%d %B, %H:%M}") for row in others]
        self.fields["end"].choices = [*each, (OTHERS, "All but the one you use now")]  # type: ignore[attr-defined]


@sensitive_post_parameters()
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Show the sessions of whoever is signed in, and end those of them that they choose; nobody else's."""
    own, shown = staff_sessions.own(request), staff_sessions.open_ones(_user(request), at=timezone.now())
    form = EndForm(request, [row for row in shown if row != own])
    if request.method == "POST" and form.is_valid():
        ended = _end(request, form.cleaned_data["end"])
        messages.success(request, f"Sessions that were ended: {ended}.")
        return HttpResponseRedirect(reverse("admin:sessions"))
    return _page(request, "sessions.html", "Your sessions", form, sessions=shown, own=own)


@transaction.atomic
def _end(request: HttpRequest, chosen: str) -> int:
    """How many were open."""
    user = _user(request)
    ended = staff_sessions.end_others(request) if chosen == OTHERS else staff_sessions.end(user, chosen)
    record(Event.SESSION_ENDED, user)
    return ended


@sensitive_post_parameters()
def end_sessions(request: HttpRequest, object_id: int) -> HttpResponse:
    """Ask a lead, then end all sessions of somebody else, who is told by mail."""
    user = get_object_or_404(User, pk=object_id)
    if not request.user.has_perm("studies.lead") or user.pk == _user(request).pk:
        raise PermissionDenied
    form = AgainForm(request)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            ended = staff_sessions.end_all(user)
            record(Event.SESSIONS_ENDED, user)
        messages.success(request, f"Sessions of {user} that were ended: {ended}.")
        return HttpResponseRedirect(reverse("admin:auth_user_change", args=[user.pk]))
    count = len(staff_sessions.open_ones(user, at=timezone.now()))
    return _page(request, "end_sessions.html", f"Sessions of {user}", form, account=user, count=count)


def _user(request: HttpRequest) -> Any:
    return request.user


def _page(request: HttpRequest, template: str, title: str, form: AgainForm, **more: Any) -> TemplateResponse:
    context = {**admin.site.each_context(request), "title": title, "form": form, **more}
    return TemplateResponse(request, f"admin/sessions/{template}", context, status=429 if form.is_slowed else 200)
