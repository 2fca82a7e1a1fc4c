"""Time in tests: a clock that hardly moves, for what is counted by the minute, and how long to wait for what takes its time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

import pytest
from django.utils import timezone

T = TypeVar("T")
TICK = timedelta(milliseconds=1)
PATIENCE = 600  # seconds to wait for what surely comes: a machine that is busy with others is no fault


REAL = (time.time, timezone.now)


def slow_down(patch: pytest.MonkeyPatch) -> datetime:
    """Let both clocks begin in the middle of the present ten minutes and move by a millisecond each time one is asked.

    So no ten minutes, hour or day ends inside, and no second passes, however long the machine takes. Returns its beginning.
    """
    now = timezone.now()
    start = now.replace(minute=now.minute // 10 * 10 + 5, second=0, microsecond=0)
    looks = count()

    def look() -> datetime:
        return start + TICK * next(looks)

    patch.setattr(timezone, "now", look)
    patch.setattr(time, "time", lambda: look().timestamp())
    return start


@contextmanager
def slow_clock() -> Iterator[datetime]:
    """The clocks are slow inside a with block, which yields their beginning."""
    with pytest.MonkeyPatch.context() as patch:
        yield slow_down(patch)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The test runs by the slow clock. Undone with all else that the test patches: it may move the same clock, and two
    that undo it, each in its turn, would leave the slow one to every test after."""
    return slow_down(monkeypatch)


def in_one_window(seconds: int, act: Callable[[], T]) -> T:
    """What `act` finds when no window of this length ends in it, in processes that have the machine's clock. It is done anew
    otherwise, so it must come from where nothing was counted yet."""
    while True:
        before = REAL[0]() // seconds
        found = act()
        if REAL[0]() // seconds == before:
            return found


def is_real() -> bool:
    """Whether both clocks are those of the machine."""
    return (time.time, timezone.now) == REAL
