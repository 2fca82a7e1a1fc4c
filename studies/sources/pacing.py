"""When to ask, and when to ask again. Pure."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 120.0  # seconds; whoever asks for more is asked again in the next run
FIRST_WAIT = 1.0


@dataclass(frozen=True)
class Clock:
    """Time, rest and chance, in one place so that tests need not wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    today: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = random.random


@dataclass
class Pace:
    """Keeps the time between two questions to one host; several threads share it."""

    clock: Clock
    _next: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, host: str, per_second: float) -> None:
        """Effect: sleeps until it is this question's turn."""
        with self._lock:
            turn = max(self.clock.now(), self._next.get(host, 0.0))
            self._next[host] = turn + 1.0 / per_second
        rest = turn - self.clock.now()
        if rest > 0:
            self.clock.sleep(rest)


def wait_before(attempt: int, *, chance: float) -> float:
    """Seconds before the next try: 1, 2, 4 … of which half is chance, so that many who failed do not come back at once."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))
    return longest * (0.5 + chance / 2.0)


def read_retry_after(text: str | None, *, today: datetime) -> float | None:
    """Seconds from `Retry-After`, which holds seconds or an HTTP date (RFC 9110, 10.2.3); None where it says nothing."""
    words = (text or "").strip()
    if words.isascii() and words.isdecimal() and len(words) <= 9:
        return float(words)
    try:
        then = parsedate_to_datetime(words)
    except ValueError:
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, (then - today).total_seconds())
