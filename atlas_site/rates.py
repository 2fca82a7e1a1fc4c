"""How often programs may ask, counted by neighbourhood of the network in a cache of its own, for one window at most.

An address is cut to its /24 or /64 and put through HMAC under two keys: a random one of the day, which stands in the same
cache and nowhere else, and the site's own, which does not stand there. Nothing is written to the database or a file. With
a cache in each process (the default) every process counts for itself; with Redis all count together. Windows are fixed, so
that at their edge a little more gets through.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

from atlas_site.losable import attempt
from atlas_site.senders import client_address, neighbourhood

CACHE = "rates"
DAY = 86_400


@dataclass(frozen=True)
class Rate:
    """At most `count` requests in `seconds`; a count of 0 means no limit."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True)
class Standing:
    """Where a sender stands in the present window; `used` counts this request, `reset` is in seconds."""

    rate: Rate
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        return self.used > self.rate.count

    @property
    def remaining(self) -> int:
        return max(0, self.rate.count - self.used)


def count(rate: Rate, request: HttpRequest, at: datetime) -> Standing | None:
    """Count this request; None where the rate has no limit, or the cache is away: then programs are served uncounted."""
    return attempt(lambda: _counted(rate, request, at)) if rate.count else None


def _counted(rate: Rate, request: HttpRequest, at: datetime) -> Standing:
    seconds = int(at.timestamp())
    window, passed = divmod(seconds, rate.seconds)
    place = neighbourhood(client_address(request))
    keys = _day_key(seconds // DAY) + settings.SECRET_KEY.encode()
    bucket = hmac.digest(keys, f"{rate.name}/{place}".encode(), "sha256").hex()
    return Standing(rate, _add(f"{bucket}:{window}", rate.seconds), rate.seconds - passed)


def _add(key: str, seconds: int) -> int:
    cache = caches[CACHE]
    cache.add(key, 0, timeout=seconds + 1)
    try:
        return cache.incr(key)
    except ValueError:  # it was dropped in between, because the cache was full
        return 1


def _day_key(day: int) -> bytes:
    """The random key of this day; yesterday's is dropped by the cache."""
    cache, name = caches[CACHE], f"key:{day}"
    key = cache.get(name)
    if key is None:
        cache.add(name, secrets.token_bytes(32), timeout=DAY)
        key = cache.get(name)
    return bytes(key or b"full")
