"""What stands in a cache may be lost at any moment, and the cache with it: nothing fails for that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

PAUSE = 5.0  # seconds for which nobody asks after one waited in vain, so that not every request waits

logger = logging.getLogger(__name__)
T = TypeVar("T")
_asked_from = 0.0


def remembered(name: str, make: Callable[[], T], *, seconds: int) -> T:
    """What the cache has under this name, else what `make` gives, kept for so many seconds where the cache takes it.

    Faults of the cache are logged by their kind alone; those of `make` are raised.
    """
    found = attempt(lambda: cache.get(name))
    if found is not None:
        return found  # type: ignore[no-any-return]
    made = make()
    attempt(lambda: cache.set(name, made, seconds))
    return made


def attempt(act: Callable[[], T]) -> T | None:
    """What the cache answers; None where it does not, and for PAUSE seconds after it let somebody wait in vain."""
    if time.monotonic() < _asked_from:
        return None
    try:
        return act()
    except Exception as fault:  # noqa: BLE001 - every kind of cache has faults of its own
        _note(type(fault).__name__)
        return None


def _note(fault: str) -> None:
    """Every client has a class of its own for a wait that ended; what is refused at once may be asked again at once."""
    global _asked_from  # noqa: PLW0603 - one for the whole process
    if "Timeout" in fault:
        _asked_from = time.monotonic() + PAUSE
    logger.warning("A cache does not answer (%s).", fault)
