"""Calling the operator by mail: once for each matter, and once more each day while it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage

from atlas_site.watching import alarms, sharing
from atlas_site.watching.alarms import Alarm
from atlas_site.watching.counting import Tally
from atlas_site.watching.recalling import Memory
from contributions.cutting_off import cut_off_after
from contributions.outbox import LONGEST_TALK

SUBJECT = "The Study Atlas needs somebody"
MAIL = """Hello,

{sentences}

"manage.py status" on the server says more, and docs/operations.md ("At 3 am") what to do.
You hear of each matter once, and once more each day while it lasts.

{address}
"""


@dataclass(frozen=True)
class Called:
    """How many matters there are, how many of them the mail of this run tells, and whether somebody could be told."""

    matters: int
    told: int
    is_told: bool = True


def call(*, at: datetime) -> Called:
    """Mail what is new to ATLAS_ALARM_MAIL.

    Effects: one mail at most; what it tells, and what was counted, is written into the data folder. A mail that does not
    leave is owed: what it would tell stays new for the next run. Raises OSError where the file cannot be written.
    """
    memory = Memory.load(_path())
    hour = memory.add(alarms.counts_of(sharing.total(Tally(), settings.ATLAS_METRICS_DIR)), at=at)
    found = [*alarms.standing_now(at), *alarms.unusual(hour)]
    new = [alarm for alarm in found if memory.is_new(alarm.name, at=at)]
    is_told = not new or _send(new)
    memory.note([alarm.name for alarm in new] if is_told else [], at=at)
    memory.keep(_path())
    return Called(len(found), len(new) if is_told else 0, is_told)


def _send(new: Sequence[Alarm]) -> bool:
    """Whether a mail server took it; nobody to send it to is as bad as none."""
    if not settings.ATLAS_ALARM_MAIL:
        return False
    body = MAIL.format(sentences="\n".join(alarm.text for alarm in new), address=settings.ATLAS_URL)
    try:
        with cut_off_after(LONGEST_TALK):
            return bool(EmailMessage(SUBJECT, body, to=settings.ATLAS_ALARM_MAIL).send())
    except Exception:  # noqa: BLE001 - whatever a mail server does, the next run tries again
        return False


def _path() -> Path:
    return Path(settings.DATA_DIR) / "alarms.json"
