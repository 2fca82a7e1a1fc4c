"""The sessions of staff as their owners see them: when each began, when it was last used, and how it is ended.

A session is one from the second factor on. Its row is the truth: whose row is gone is signed out at the next page, whatever
keeps the sessions. Neither an address of the network nor the name of a browser is kept (docs/privacy.md).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, transaction
from django.http import HttpRequest
from django.utils import timezone

from atlas_site.models import StaffSession

HELD = "staff_session"  # in the session: the number of its row
STEP = timedelta(minutes=10)  # how exactly the last use is known


def begin(request: HttpRequest) -> None:
    """Effects: a row for this session, in place of the one it had."""
    end_own(request)
    now, user = timezone.now(), _user(request)
    row = StaffSession.objects.create(user_id=user.pk, started_at=now, used_at=now)
    request.session[HELD] = str(row.pk)
    _remember(request, row)


def own(request: HttpRequest) -> StaffSession | None:
    """The row of this session; None where it was ended, or never began. One query a request."""
    if not hasattr(request, "staff_session_row"):
        held = request.session.get(HELD)
        rows = StaffSession.objects.filter(pk=held, user_id=_user(request).pk) if held else None
        _remember(request, rows.first() if rows is not None else None)
    return getattr(request, "staff_session_row", None)


def touch(request: HttpRequest) -> None:
    """Note, every ten minutes at most, that the session is used. A database that cannot write stops no page."""
    row, now = own(request), timezone.now()
    if row is None or now - row.used_at < STEP:
        return
    with suppress(Error), transaction.atomic():
        StaffSession.objects.filter(pk=row.pk).update(used_at=now)


def open_ones(user: Any, *, at: datetime) -> list[StaffSession]:
    """The newest first. What began 12 hours ago is over, wherever it is."""
    rows = StaffSession.objects.filter(user_id=user.pk, started_at__gt=at - longest())
    return list(rows.order_by("-started_at"))


def end_own(request: HttpRequest) -> None:
    """Effects: this session's row goes; whoever has the session is signed out at the next page."""
    if held := request.session.get(HELD):
        StaffSession.objects.filter(pk=held).delete()
        _remember(request, None)


def end(user: Any, number: str) -> int:
    """End one session of this person, and of nobody else; returns how many were open, 0 or 1."""
    return StaffSession.objects.filter(user_id=user.pk, pk=number).delete()[0]


def end_others(request: HttpRequest) -> int:
    """End all sessions of this person but the present one; returns how many."""
    rows = StaffSession.objects.filter(user_id=_user(request).pk)
    if row := own(request):
        rows = rows.exclude(pk=row.pk)
    return rows.delete()[0]


def end_all(user: Any) -> int:
    """End all sessions of this person; returns how many."""
    return StaffSession.objects.filter(user_id=user.pk).delete()[0]


def forget() -> int:
    """Delete the rows of sessions that are over by their age now, as Django does with sessions themselves."""
    return StaffSession.objects.filter(started_at__lte=timezone.now() - longest()).delete()[0]


def longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _user(request: HttpRequest) -> Any:
    return request.user


def _remember(request: HttpRequest, row: StaffSession | None) -> None:
    request.staff_session_row = row  # type: ignore[attr-defined]
