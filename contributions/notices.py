"""Who is told that there is news, or that messages wait: only who asked for it, and nothing of what it is about."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from contributions import outbox
from contributions.letters import wants_news
from contributions.models import Contribution, Notice
from contributions.querysets import LEAD_DAYS, REMINDER_DAYS, ContributionQuerySet
from contributions.vocabulary import Mail, State


def tell_contributor(contribution: Contribution) -> None:
    """Owe a contributor who asked for it a mail that there is news, in the transaction of what is new."""
    if wants_news(contribution):
        outbox.owe(what=Mail.ANSWER, contribution=contribution, at=timezone.now())


def remind(*, at: datetime) -> dict[str, int]:
    """Mail counts to staff who asked for it: what is new since yesterday, what waits for 7 days; to leads: for 14.

    An item is named as overdue once to moderators and once to leads, in a mail that is owed until it has left. Run it once a
    day. Returns counts: waiting, new, quarantined, overdue, long, sent, failed.
    """
    counts = _owe(at)
    done = outbox.send_due(at=at, about=(Mail.REMINDER, Mail.LONG))
    return counts | {"sent": done.sent, "failed": done.failed}


@transaction.atomic
def _owe(at: datetime) -> dict[str, int]:
    """What is named is marked with the mails that name it, or not at all."""
    waiting, overdue, long = _waiting(at), _overdue(at, REMINDER_DAYS), _overdue(at, LEAD_DAYS)
    counts = {name: rows.count() for name, rows in {**waiting, "overdue": overdue, "long": long}.items()}
    if (counts["new"] or counts["overdue"] or counts["quarantined"]) and _owe_staff(Mail.REMINDER, counts, at):
        _mark(overdue, REMINDER_DAYS)
    if counts["long"] and _owe_staff(Mail.LONG, counts, at):
        _mark(long, LEAD_DAYS)
    return counts


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
    """`reminded_at` holds the deadline that people are told of."""
    overdue.update(reminded_at=F("waiting_since") + timedelta(days=days))


def _owe_staff(what: Mail, counts: dict[str, int], at: datetime) -> int:
    """How many of the staff who may do something about it asked for mail."""
    permission = "lead" if what == Mail.LONG else "decide_contribution"
    backend = "django.contrib.auth.backends.ModelBackend"
    staff = get_user_model().objects.with_perm(f"studies.{permission}", backend=backend)
    people = list(staff.filter(staff_settings__wants_mail=True).exclude(email=""))
    for user in people:
        held = Notice.objects.filter(what=what, user=user).first()
        outbox.owe(what=what, user=user, at=at, counts=_with_unsent(counts, held, at))
    return len(people)


def _with_unsent(counts: dict[str, int], held: Notice | None, at: datetime) -> dict[str, int]:
    """What a mail names that has not left is named in its place, as far as it still waits."""
    if held is None:
        return counts
    days = {"overdue": REMINDER_DAYS, "long": LEAD_DAYS}
    still = {name: Contribution.objects.overdue(at, number).count() for name, number in days.items()}
    return counts | {name: min(counts[name] + held.counts.get(name, 0), most) for name, most in still.items()}
