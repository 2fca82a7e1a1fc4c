"""What happens to a staff account: a line in the log, and for what changes how it opens a mail to its owner.

The log names the account by its number alone, and never a name, password, code or address of the network. The mail says
nothing that helps to sign in. A fault of the mail server is logged by its kind and stops nothing.
"""

from __future__ import annotations

import logging
from enum import Enum
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.db import transaction

logger = logging.getLogger(__name__)
SUBJECT = "Your account of the Study Atlas"
MAIL = """Hello,

{what}

Was that not you? Then tell a lead, or whoever runs the server, at once.

{address}
"""


class Event(Enum):
    """What the log says; and what the mail says, where there is one."""

    PASSWORD_RIGHT = "the password was right", ""
    PASSWORD_WRONG = "the password was wrong", ""
    SLOWED = "a try to sign in came too soon", ""
    FACTOR_RIGHT = "the second factor was right", ""
    FACTOR_WRONG = "the second factor was wrong", ""
    RECOVERY_USED = "a recovery code was used", "One of your recovery codes was used to sign in."
    SET_UP = "a second factor was set up", "A phone was set up as the second factor of your account."
    RENEWED = "the recovery codes were made anew", "New recovery codes were made for your account."
    RESET = (
        "the second factor was reset",
        "The second factor of your account was taken away. The next sign-in sets up another.",
    )
    ADDRESS_CHANGED = "the mail address was changed", "The mail address of your account was changed."
    PASSWORD_CHANGED = "the password was changed", "The password of your account was changed."

    def __init__(self, line: str, mail: str) -> None:
        self.line, self.mail = line, mail


def record(event: Event, user: Any) -> None:
    """Log it, and after the commit tell the owner who has an address. Never fails."""
    _log(event, user.pk)
    if event.mail and user.email:
        transaction.on_commit(partial(_send, event, user.email))


def record_try(event: Event, username: str) -> None:
    """Log a try to sign in under this name; a name that nobody has is only called unknown."""
    _log(event, User.objects.filter(username=username).values_list("pk", flat=True).first())


def _log(event: Event, number: int | None) -> None:
    logger.info("Account %s: %s.", number or "unknown", event.line)


def _send(event: Event, address: str) -> None:
    body = MAIL.format(what=event.mail, address=f"{settings.ATLAS_URL}/{settings.ADMIN_PATH}")
    try:
        EmailMessage(SUBJECT, body, to=[address]).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server does, the change stands
        logger.warning("A notice about an account could not be sent (%s).", type(error).__name__)
