"""One thread makes a page that many ask for at once; the others wait for it, for some seconds at most. Pure."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

LONGEST_WAIT = 10.0  # seconds; whoever waited so long makes the page itself


class Flights:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[Hashable, threading.Event] = {}

    @contextmanager
    def turn(self, key: Hashable, *, wait: float = LONGEST_WAIT) -> Iterator[bool]:
        """True for the thread that makes it; False, after waiting, for whoever found another one making it."""
        with self._lock:
            done = self._flying.get(key)
            if first := done is None:
                done = self._flying[key] = threading.Event()
        if not first:
            done.wait(wait)
            yield False
            return
        try:
            yield True
        finally:
            with self._lock:
                del self._flying[key]
            done.set()
