"""Mail that is owed, until a mail server has taken it.

What is owed is written in the transaction of its cause, so that it cannot be lost; `send_due` sends it in a process of its own,
so that nobody waits for a mail server, and in its main thread, where alone a talk that lasts too long can be ended. A try is
noted before it is made, and while it lasts the mail is this run's alone: the claim begins with the try, however long the run
has lasted, and outlives the longest talk with a mail server. Whoever dies between the server's word and the deletion of the
row sends that mail twice, with one Message-ID; at every other moment it leaves once.
"""

from __future__ import annotations

import logging
import uuid as uuids
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMessage
from django.core.mail.utils import DNS_NAME
from django.db.models import Count, F, Min, Q

from atlas_site.models import AccountMail
from contributions.cutting_off import cut_off_after
from contributions.letters import letter
from contributions.models import Contribution, Notice
from contributions.vocabulary import Mail

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(hours=6)  # twice as long after every try
LONGEST_TALK = 120  # seconds for one mail, far less than the first pause: nobody takes over what is still being sent
GIVE_UP, FEWEST_TRIES = timedelta(days=3), 10  # both: a clock that jumps gives up nothing
LATE = timedelta(hours=1)
KEPT = timedelta(days=7)  # what was given up is told for so long
IN_A_ROW = 3  # failures, after which the server counts as away and the rest waits for the next run

Owed = AccountMail | Notice
Clock = Callable[[], datetime]
TABLES: tuple[type[Owed], ...] = (AccountMail, Notice)
logger = logging.getLogger(__name__)


@dataclass
class Sent:
    """What a run did: mails that left, mails that did not, and of these the ones that are not tried again."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0


@dataclass(frozen=True)
class Standing:
    """Mails that are late, since when the oldest is owed, and mails that were given up."""

    late: int
    since: datetime | None
    given_up: int


def owe(
    *,
    what: Mail,
    at: datetime,
    contribution: Contribution | None = None,
    user: User | None = None,
    counts: Mapping[str, int] | None = None,
) -> None:
    """Note that a mail is owed, in the caller's transaction. One that waits already tells the newest.

    One that is being sent at this moment may tell too little: with another uuid it is owed again.
    """
    whose: dict[str, Any] = {"what": what, "contribution": contribution, "user": user}
    news: dict[str, Any] = {"uuid": uuids.uuid4(), "counts": counts or {}}
    if Notice.objects.filter(**_present(whose), given_up_at=None).update(**news):
        return
    anew = {"owed_at": at, "due_at": at, "tries": 0, "given_up_at": None}
    Notice.objects.update_or_create(**whose, defaults=news | anew)


def _present(whose: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in whose.items() if value is not None}


def is_due(at: datetime) -> bool:
    """Whether a run would find something to send. One query for each table at most."""
    return any(table.objects.filter(_due_by(at)).exists() for table in TABLES)


def send_due(*, at: datetime, about: Collection[Mail] | None = None) -> Sent:
    """Send what is due, the longest waiting first; with `about` only these notices. Never fails for a mail server; a fault is
    logged by its kind alone."""
    done, in_a_row, clock = Sent(), 0, _clock_from(at)
    for owed in _due(at, about):
        went_well = _try(owed, clock=clock, done=done)
        in_a_row = 0 if went_well else in_a_row + 1
        if in_a_row == IN_A_ROW:
            break
    return done


def _clock_from(at: datetime) -> Clock:
    """The time as it goes on from here; setting the machine's clock does not move it."""
    begun = monotonic()
    return lambda: at + timedelta(seconds=monotonic() - begun)


def standing(at: datetime) -> Standing:
    """One query for each table."""
    late = Q(given_up_at=None, tries__gt=0, owed_at__lte=at - LATE)
    counted = {"late": Count("pk", filter=late), "given_up": Count("pk", filter=Q(given_up_at__isnull=False))}
    found = [table.objects.aggregate(since=Min("owed_at", filter=late), **counted) for table in TABLES]
    oldest = min((part["since"] for part in found if part["since"]), default=None)
    return Standing(sum(part["late"] for part in found), oldest, sum(part["given_up"] for part in found))


def forget(*, at: datetime) -> int:
    """Delete what was given up a week ago; returns how many."""
    return sum(table.objects.filter(given_up_at__lte=at - KEPT).delete()[0] for table in TABLES)


def _due_by(at: datetime) -> Q:
    """A time further away than any pause was noted by a clock that ran ahead."""
    return Q(given_up_at=None) & (Q(due_at__lte=at) | Q(due_at__gt=at + LONGEST_PAUSE + FIRST_PAUSE))


def _due(at: datetime, about: Collection[Mail] | None) -> list[Owed]:
    """Mails about accounts first, since their owners may have to act at once."""
    due = _due_by(at)
    notices = Notice.objects.filter(due).select_related("contribution", "user").order_by("due_at", "id")
    if about is not None:
        return list(notices.filter(what__in=about))
    return [*AccountMail.objects.filter(due).order_by("due_at", "id"), *notices]


def _try(owed: Owed, *, clock: Clock, done: Sent) -> bool:
    """Whether the mail server had nothing against it."""
    if not _claim(owed, clock()):
        return True  # another process has it, or it is erased
    try:
        done.sent += _send(owed, clock)
    except Exception as fault:  # noqa: BLE001 - whatever a mail server does, the mail stays owed
        logger.warning("A notice could not be sent (%s).", type(fault).__name__)
        done.failed += 1
        done.given_up += _give_up(owed, clock())
        return False
    _claimed(owed).delete()
    return True


def _claim(owed: Owed, at: datetime) -> bool:
    """Note the try and the time of the next one; committed before a mail server hears of it."""
    mine = _claimed(owed).update(tries=F("tries") + 1, due_at=at + _pause_after(owed.tries))
    owed.tries += 1
    return bool(mine)


def _is_still_ours(owed: Owed, at: datetime) -> bool:
    """Begin the claim anew at the last moment: the letter, or a machine that stood still, may have taken long."""
    return bool(_claimed(owed).update(due_at=at + _pause_after(owed.tries - 1)))


def _pause_after(tries: int) -> timedelta:
    return min(FIRST_PAUSE * 2 ** min(tries, 10), LONGEST_PAUSE)


def _claimed(owed: Owed) -> Any:
    """The row as long as nobody else tried it and nothing more is to be told."""
    return type(owed).objects.filter(pk=owed.pk, uuid=owed.uuid, tries=owed.tries)


def _send(owed: Owed, clock: Clock) -> int:
    """1, or 0 where nobody wants it any more or somebody else has it meanwhile. Raises what the mail server makes it raise."""
    found = letter(owed)
    if found is None or not _is_still_ours(owed, clock()):
        return 0
    name = {"Message-ID": f"<{owed.uuid}@{DNS_NAME.get_fqdn()}>"}
    mail = EmailMessage(found.subject, found.body, to=[found.to], headers=name)
    with cut_off_after(LONGEST_TALK):
        return mail.send()


def _give_up(owed: Owed, at: datetime) -> int:
    if owed.tries < FEWEST_TRIES or at - owed.owed_at < GIVE_UP:
        return 0
    return int(_claimed(owed).update(given_up_at=at))
