"""The cache that several processes share, where CACHE_URL names one. While it is away, pages are made without it."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.core.cache import caches

from atlas_site.caching.moments import Moment
from atlas_site.caching.shelf import Kept

ALIAS = "pages"
DUMMY = "django.core.cache.backends.dummy.DummyCache"
SECONDS = 3_600  # a page goes then even if nobody asks for it again
PAUSE = 30.0  # seconds for which a cache that failed is not asked

logger = logging.getLogger(__name__)
_away_until = 0.0


def get(name: str) -> Kept | None:
    """What is there; None too where the cache does not answer."""
    if not _is_asked():
        return None
    try:
        found = caches[ALIAS].get(name)
        return Kept(Moment(*found[0]), *found[1:]) if found else None
    except Exception as fault:  # noqa: BLE001 - every kind of cache has faults of its own
        _leave(fault)
        return None


def put(name: str, page: Kept) -> None:
    if not _is_asked():
        return
    parts = (tuple(page.moment), page.tag, page.head, page.body, page.view, page.made, page.current)
    try:
        caches[ALIAS].set(name, parts, SECONDS)
    except Exception as fault:  # noqa: BLE001
        _leave(fault)


def _is_asked() -> bool:
    return settings.CACHES[ALIAS]["BACKEND"] != DUMMY and time.monotonic() >= _away_until


def _leave(fault: Exception) -> None:
    """One line, and no more of them while it is left alone."""
    global _away_until  # noqa: PLW0603 - one for the whole process
    _away_until = time.monotonic() + PAUSE
    logger.warning("The cache of pages failed (%s). It is left out for %d seconds.", type(fault).__name__, PAUSE)
