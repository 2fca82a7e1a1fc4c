"""What happens to a staff account: a line in the log, and for what changes how it opens a mail to its owner.

The log names the account by its number alone, and never a name, password, code or address of the network. The mail says
nothing that helps to sign in. It is owed from the change on and sent by contributions/outbox.py, so that nobody waits for it.
"""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from atlas_site.models import AccountMail
from atlas_site.watching import measuring

logger = logging.getLogger(__name__)


class Event(Enum):
    """What the log says; and what the mail says, where there is one."""

    PASSWORD_RIGHT = "the password was right", ""
    PASSWORD_WRONG = "the password was wrong", ""
    PASSWORD_TOO_OLD = "a password that was given came too late", ""
    SLOWED = "a try to sign in came too soon", ""
    FACTOR_RIGHT = "the second factor was right", ""
    FACTOR_WRONG = "the second factor was wrong", ""
    FACTOR_REUSED = (
        "a code was used a second time",
        "Somebody gave a code of your app that had been used before. It did not open anything.",
    )
    RECOVERY_USED = "a recovery code was used", "One of your recovery codes was used to sign in."
    SET_UP = "a second factor was set up", "A phone was set up as the second factor of your account."
    RENEWED = "the recovery codes were made anew", "New recovery codes were made for your account."
    RESET = (
        "the second factor was reset",
        "The second factor of your account was taken away. The next sign-in sets up another.",
    )
    ADDRESS_CHANGED = "the mail address was changed", "The mail address of your account was changed."
    SESSION_ENDED = "sessions were ended by their owner", ""
    SESSIONS_ENDED = (
        "all sessions were ended by a lead",
        "A lead ended all open sessions of your account. Sign in again with your password and a code.",
    )
    PASSWORD_CHANGED = "the password was changed", "The password of your account was changed."

    def __init__(self, line: str, mail: str) -> None:
        self.line, self.mail = line, mail


def record(event: Event, user: Any) -> None:
    """Log it, and owe the owner who has an address a mail to it, in the caller's transaction."""
    _log(event, user.pk)
    if event.mail and user.email:
        at = timezone.now()
        AccountMail.objects.create(user_id=user.pk, event=event.name, address=user.email, owed_at=at, due_at=at)


def record_try(event: Event, username: str) -> None:
    """Log a try to sign in under this name; a name that nobody has is only called unknown."""
    _log(event, User.objects.filter(username=username).values_list("pk", flat=True).first())


def _log(event: Event, number: int | None) -> None:
    measuring.count_event(event.name.lower())
    logger.info("Account %s: %s.", number or "unknown", event.line)
