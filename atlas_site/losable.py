"""What stands in a cache may be lost at any moment, and the cache with it: nothing fails for that."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

logger = logging.getLogger(__name__)
T = TypeVar("T")


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
    """What the cache answers; None where it does not."""
    try:
        return act()
    except Exception as fault:  # noqa: BLE001 - every kind of cache has faults of its own
        logger.warning("A cache does not answer (%s).", type(fault).__name__)
        return None
