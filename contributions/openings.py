"""Who had the words of a message before them, and in which hour: for leads, and for whoever has to look into a misuse."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from contributions.models import Contribution, Opening
from contributions.vocabulary import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN = 200


def record_opening(*, contribution: Contribution, by: User, at: datetime) -> None:
    """Note that this person is about to read it; nothing where no words are left.

    Effects: one row for each person, message and hour, however often and from how many places it is opened.
    """
    if contribution.wrapped_key:
        hour = at.replace(minute=0, second=0, microsecond=0)
        Opening.objects.get_or_create(contribution_id=contribution.pk, user_id=by.pk, hour=hour)


def newest(contribution: Contribution) -> list[Opening]:
    """The newest first, with their people; `SHOWN` at most."""
    rows = Opening.objects.filter(contribution=contribution).select_related("user")
    return list(rows.order_by("-hour", "-id")[:SHOWN])


def forget(contribution: Contribution) -> None:
    """Delete them, in the transaction that erases the contribution."""
    Opening.objects.filter(contribution=contribution).delete()


def forget_erased() -> None:
    """Delete what a page wrote that was being made while its message was erased."""
    Opening.objects.filter(contribution__state=State.ERASED).delete()
