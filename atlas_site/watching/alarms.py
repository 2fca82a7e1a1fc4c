"""What is a reason to call somebody: the same that deploy/prometheus/atlas.yml says for those who use Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import Error

from atlas_site.watching import readiness, room, standing
from atlas_site.watching.counting import Tally


@dataclass(frozen=True)
class Alarm:
    """`name` stays the same as long as the matter lasts; `text` is a sentence with numbers and names of commands alone."""

    name: str
    text: str


# Name, what is added up, from how many within an hour, and the sentence. A person mistypes; thirty times is another matter.
UNUSUAL = (
    ("wrong", ("password_wrong", "factor_wrong"), 30, "Wrong passwords and codes of staff in the last hour: {}."),
    ("reused", ("factor_reused",), 1, "Codes of staff that were given a second time in the last hour: {}."),
    ("refused", ("refused",), 500, "Requests that were refused in the last hour, because one place sent too many: {}."),
    ("failed", ("failed",), 50, "Requests that failed in the last hour: {}."),
)
MANY = "Requests in the last hour: {}."


def counts_of(tally: Tally) -> Counter[str]:
    """The sums that `unusual` looks at. Requests are counted only with ATLAS_METRICS_TOKEN."""
    found = Counter(tally.events)
    for (_, _, status), number in tally.requests.items():
        found["requests"] += number
        found["failed"] += number if status == "5xx" else 0
    found["refused"] = sum(tally.refused.values())
    return found


def unusual(hour: Mapping[str, int]) -> list[Alarm]:
    """What happened too often within the last hour."""
    limits = [*UNUSUAL, ("requests", ("requests",), settings.ATLAS_ALARM_REQUESTS, MANY)]
    sums = [(name, sum(hour.get(each, 0) for each in added), least, text) for name, added, least, text in limits]
    return [Alarm(name, text.format(number)) for name, number, least, text in sums if least and number >= least]


def standing_now(at: datetime) -> list[Alarm]:
    """What does not stand as it should: the atlas itself, the disks, and all that `manage.py status` marks as urgent."""
    return [*_not_ready_or_late(at), *_little_room()]


def _not_ready_or_late(at: datetime) -> list[Alarm]:
    word = readiness.missing()
    try:
        lines = [] if word else standing.lines(at)
    except Error:
        word, lines = "database", []
    if word:
        return [Alarm("ready", f"The atlas is not ready: {word}.")]
    return [Alarm(line.about, line.text) for line in lines if line.calls]


def _little_room() -> list[Alarm]:
    told = "Less than 1 GB is free where {} is."
    return [Alarm(f"room {name}", told.format(name)) for name, left in room.free().items() if left < room.LEAST]
