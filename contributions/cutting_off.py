"""An end to what waits for somebody else for too long, however their words come. Knows no Django.

A limit between two words never ends a talk that comes byte by byte. So the system's own alarm breaks it off.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 1.0  # seconds until a block that goes on waiting, to say goodbye for instance, is broken off once more


@contextmanager
def cut_off_after(seconds: float) -> Iterator[None]:
    """Raise TimeoutError inside the block once it has taken so many seconds, also where the process was frozen for them.

    Effects: the process's alarm (SIGALRM) is taken for the time of the block. Raises ValueError in every thread but the main
    one, before the block begins: no alarm rings there, so a process of its own has to do the work.
    """
    before = signal.signal(signal.SIGALRM, _break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # also where the alarm came at the very end of the block
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _break_off(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("it took too long")
