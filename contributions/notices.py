"""Mail that says nothing: no content, no study, no receipt; sent after the commit, only to those who asked for it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q

from contributions import messages
from contributions.models import ContactDetail, Contribution
from contributions.querysets import LEAD_DAYS, REMINDER_DAYS, ContributionQuerySet
from contributions.vocabulary import State

logger = logging.getLogger(__name__)

ANSWER = """Hello,

there is news about a message that you sent to the Study Atlas. Please open it with your six words here:

{address}

This mail holds nothing of your message. Nobody reads answers to this mail.
"""
REMINDER = """Hello,

{sentences}

{address}

You asked for these reminders and can turn them off in your staff settings.
"""


def tell_contributor(contribution: Contribution) -> None:
    """After the commit, tell a contributor who asked for it that there is news. Never fails."""
    if not contribution.may_contact or not contribution.wrapped_key:
        return
    if ContactDetail.objects.filter(contribution=contribution, notify=True).exists():
        address = messages.read_contact(contribution)
        body = ANSWER.format(address=f"{settings.ATLAS_URL}/my-contribution/")
        transaction.on_commit(partial(_send, "There is news for you", body, [address]))


def remind(*, at: datetime) -> dict[str, int]:
    """Mail counts to staff who asked for it: what is new since yesterday, what waits for 7 days; to leads: for 14.

    An item is named as overdue once to moderators and once to leads, and counts as named when a mail went out. Run it
    once a day. Returns counts: waiting, new, quarantined, overdue, long, sent, failed.
    """
    waiting, overdue, long = _waiting(at), _overdue(at, REMINDER_DAYS), _overdue(at, LEAD_DAYS)
    counts = {name: rows.count() for name, rows in {**waiting, "overdue": overdue, "long": long}.items()}
    sent = failed = 0
    if counts["new"] or counts["overdue"] or counts["quarantined"]:
        sent, failed = _mail_staff("decide_contribution", _sentences(counts))
        _mark(overdue, REMINDER_DAYS if sent else 0)
    if counts["long"]:
        told, missed = _mail_staff("lead", [f"Waiting for {LEAD_DAYS} days or longer: {counts['long']}."])
        _mark(long, LEAD_DAYS if told else 0)
        sent, failed = sent + told, failed + missed
    return counts | {"sent": sent, "failed": failed}


def _waiting(at: datetime) -> dict[str, ContributionQuerySet]:
    waiting = Contribution.objects.awaiting_review(at)
    return {
        "waiting": waiting,
        "new": waiting.filter(waiting_since__gt=at - timedelta(days=1)),
        "quarantined": Contribution.objects.filter(state=State.QUARANTINED, looked_at__isnull=True),
    }


def _overdue(at: datetime, days: int) -> ContributionQuerySet:
    """Waiting for so many days, and nobody was told of that deadline yet."""
    untold = Q(reminded_at__isnull=True) | Q(reminded_at__lt=F("waiting_since") + timedelta(days=days))
    return Contribution.objects.overdue(at, days).filter(untold)


def _mark(overdue: ContributionQuerySet, days: int) -> None:
    """`reminded_at` holds the deadline that people were told of."""
    if days:
        overdue.update(reminded_at=F("waiting_since") + timedelta(days=days))


def _sentences(counts: dict[str, int]) -> list[str]:
    found = [f"Waiting in the queue: {counts['waiting']}. New since yesterday: {counts['new']}."]
    if counts["overdue"]:
        found.append(f"Waiting for {REMINDER_DAYS} days or longer, and not named before: {counts['overdue']}.")
    if counts["quarantined"]:
        found.append(f"In quarantine, where nobody has looked yet: {counts['quarantined']}.")
    return found


def _mail_staff(permission: str, sentences: list[str]) -> tuple[int, int]:
    """(sent, failed) among the staff with this permission who asked for mail."""
    backend = "django.contrib.auth.backends.ModelBackend"
    staff = get_user_model().objects.with_perm(f"studies.{permission}", backend=backend)
    to = list(staff.filter(staff_settings__wants_mail=True).exclude(email="").values_list("email", flat=True))
    body = REMINDER.format(sentences="\n".join(sentences), address=f"{settings.ATLAS_URL}/{settings.ADMIN_PATH}")
    sent = _send("Messages are waiting", body, to)
    return sent, len(to) - sent


def _send(subject: str, body: str, to: Iterable[str]) -> int:
    """How many mails left. A fault is logged without address and content, and stops nothing."""
    sent = 0
    for address in to:
        try:
            sent += EmailMessage(subject, body, to=[address]).send()
        except Exception as error:  # noqa: BLE001 - whatever a mail server does, the decision stands
            logger.warning("A notice could not be sent (%s).", type(error).__name__)
    return sent
