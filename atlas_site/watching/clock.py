"""Whether the time of this machine can be believed by commands that delete or publish by the clock.

A clock that jumped ahead looks like a long time without any run. So after such a gap a command waits: where the clock was
wrong, there is time to set it; where the machine really stood still, the work is done `BELIEVED` later, without a hand.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Min

from atlas_site.models import TimerRun
from atlas_site.watching.timers import CLOCKS_DIFFER

GAP = timedelta(days=8)
BELIEVED = timedelta(days=3)


def doubt(name: str, at: datetime) -> str:
    """Why this command should not believe that it is `at`, as a sentence; empty where it may. Two small queries.

    Its runs of the last eleven days are looked at, good or not. None of them, or only such as are younger than three days,
    means doubt, if it ever ran before. Runs in the future, left by a clock that was wrong, count for nothing.
    """
    begins = at - GAP - BELIEVED
    runs = TimerRun.objects.filter(name=name)
    first = runs.filter(ended_at__gt=begins, ended_at__lte=at).aggregate(at=Min("ended_at"))["at"]
    before = runs.filter(ended_at__lte=begins).order_by("-ended_at").values_list("ended_at", flat=True).first()
    if before is None or (first is not None and first <= at - BELIEVED):
        return ""
    return (
        f"Nothing was done. By the clock of this machine {name} ran last {((first or at) - before).days} days before. If the "
        f"clock is wrong, set it. If it is right, wait: after {BELIEVED.days} days of runs it is believed, or say --trust-clock."
    )


def is_behind(at: datetime) -> bool:
    """Whether a run is noted for a time to come: the clock is behind, or it was ahead; the next purge takes the latter away."""
    return TimerRun.objects.filter(ended_at__gt=at + CLOCKS_DIFFER).exists()
