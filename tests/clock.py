"""Time in tests: a clock that hardly moves, for what is counted by the minute, and how long to wait for what takes its time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

TICK = timedelta(milliseconds=1)
PATIENCE = 600  # seconds to wait for what surely comes: a machine that is busy with others is no fault


@contextmanager
def slow_clock() -> Iterator[datetime]:
    """Both clocks begin in the middle of the present ten minutes and move by a millisecond each time one is asked.

    So no ten minutes, hour or day ends inside, and no second passes, however long the machine takes. Yields its beginning.
    """
    now = timezone.now()
    start = now.replace(minute=now.minute // 10 * 10 + 5, second=0, microsecond=0)
    looks = count()

    def look() -> datetime:
        return start + TICK * next(looks)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", look)
        patch.setattr(time, "time", lambda: look().timestamp())
        yield start


@pytest.fixture
def slowly() -> Iterator[datetime]:
    """The test runs by the slow clock."""
    with slow_clock() as start:
        yield start
