"""A clock that is wrong: ahead of the time or behind it by so much, as after a power cut or a bad time server."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from atlas_site.watching import timers

YEAR, DAY = timedelta(days=365), timedelta(days=1)


@contextmanager
def clock_off(by: timedelta) -> Iterator[None]:
    """Both clocks of this process are wrong inside; they go on at their usual pace."""
    real_now, real_time = timezone.now, time.time

    def off() -> datetime:
        return real_now() + by

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", off)
        patch.setattr(time, "time", lambda: real_time() + by.total_seconds())
        yield


def ran_every_night(name: str, *, nights: int = 20) -> None:
    """As a timer leaves it: a good run of this command for each of the last nights, the last one an hour ago."""
    last = timezone.now() - timedelta(hours=1)
    for night in range(nights):
        at = last - DAY * night
        assert timers.note(name=name, started_at=at, ended_at=at, ok=True, said="")
