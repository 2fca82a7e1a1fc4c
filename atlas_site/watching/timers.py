"""What timers start, how often each should succeed, and what became of the last runs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.db.models import Max, Min, Q

from atlas_site.models import TimerRun

DAY = timedelta(days=1)
# The longest time between two good runs; a little more than the pace of the units in deploy/.
DUE = {
    "publish_due": timedelta(hours=1),
    "send_notices": timedelta(hours=1),
    "alarm": timedelta(hours=1),
    "sync": 2 * DAY,
    "check_integrity": 2 * DAY,
    "purge": 2 * DAY,
    "remind": 2 * DAY,
    "backup": timedelta(hours=25),
    "verify_history": 2 * DAY,
    "export_atlas": 8 * DAY,
}
KEPT = 30 * DAY
LONGEST = 300
CLOCKS_DIFFER = timedelta(minutes=5)  # between the machines of one atlas

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class TimerState:
    """What is known of one command: its last run and when it last did all its work."""

    name: str
    last: TimerRun | None
    good_at: datetime | None
    is_overdue: bool


def note(*, name: str, started_at: datetime, ended_at: datetime, ok: bool, said: str) -> bool:
    """Write one run; whether that succeeded. A fault is logged and changes nothing of the run's outcome.

    The role of the export only reads by default; it may add rows here and nowhere else (deploy/dump_role.sql).
    """
    run = TimerRun(name=name, started_at=started_at, ended_at=ended_at, ok=ok, said=said[:LONGEST])
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql" and not connection.savepoint_ids:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ WRITE")
            run.save(force_insert=True)
    except Error:
        logger.warning("The run of %s could not be noted in the database.", name)
        return False
    return True


def states(at: datetime) -> dict[str, TimerState]:
    """Each command of `DUE`, and each other one that has run. Two queries.

    What a clock that ran ahead noted for days to come says nothing of when a command last went well.
    """
    past = Q(ended_at__lte=at + CLOCKS_DIFFER)
    newest = TimerRun.objects.values("name").annotate(
        last=Max("id"), good=Max("ended_at", filter=past & Q(ok=True)), first=Min("ended_at", filter=past)
    )
    good = {row["name"]: row["good"] for row in newest}
    last = {run.name: run for run in TimerRun.objects.filter(pk__in=[row["last"] for row in newest])}
    begun_at = min((row["first"] for row in newest if row["first"]), default=None)
    names = [*DUE, *sorted(set(last) - set(DUE))]
    return {name: _state(name, last.get(name), good.get(name), begun_at, at) for name in names}


def _state(
    name: str, last: TimerRun | None, good_at: datetime | None, begun_at: datetime | None, at: datetime
) -> TimerState:
    """`begun_at` is when the first run of any command ended: what runs weekly is not overdue on the first day."""
    due, since = DUE.get(name), good_at or begun_at
    is_overdue = due is not None and (since is None or at - since > due)
    return TimerState(name, last, good_at, is_overdue)


def forget(*, at: datetime) -> int:
    """Delete runs older than a month, but never the newest of a command nor its newest good one; returns how many.

    Runs of days to come were noted by a clock that ran ahead, and go as well.
    """
    newest = TimerRun.objects.values("name").annotate(last=Max("id"), good=Max("id", filter=Q(ok=True)))
    kept = {number for row in newest for number in (row["last"], row["good"]) if number}
    astray = Q(ended_at__lt=at - KEPT) | Q(ended_at__gt=at + DAY)
    return TimerRun.objects.filter(astray).exclude(pk__in=kept).delete()[0]
