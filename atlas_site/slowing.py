"""Whoever gets a password wrong waits longer each time; nothing is stored that names the account or the sender.

A row of `Bucket` serves one account: its key is an HMAC under a key of the day, `window` the time until which it waits,
`count` the wrong tries. It goes with the other buckets, once the wait has been over for two hours. There are two keys of
the day, which never begin together, and everything is counted under both: so neither midnight gives fresh tries.
"""

from __future__ import annotations

import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from atlas_site.senders import client_address, neighbourhood
from contributions.limits import day_keys
from contributions.models import Bucket


@dataclass(frozen=True)
class Slowing:
    """`free` wrong tries cost nothing; each further one doubles the wait, from `first` up to `longest`."""

    name: str
    free: int
    first: timedelta
    longest: timedelta
    by_place: bool

    def wait_after(self, tries: int) -> timedelta:
        if tries <= self.free:
            return timedelta(0)
        return min(self.first * 2 ** min(tries - self.free - 1, 20), self.longest)


# From one place the wait grows to five minutes. From everywhere together it stays short, so that a stranger
# who keeps guessing cannot keep the owner out.
SLOWINGS = (
    Slowing("slow-here", 3, timedelta(seconds=15), timedelta(minutes=5), by_place=True),
    Slowing("slow-anywhere", 20, timedelta(seconds=15), timedelta(minutes=1), by_place=False),
)
LONGEST = max(slowing.longest for slowing in SLOWINGS)


def seconds_to_wait(username: str, *, request: HttpRequest, at: datetime) -> int:
    """How long this account still waits when tried from here; 0 where it does not. The same for accounts that exist or not.

    A wait that is longer than any was set by a clock that ran ahead, and keeps nobody out.
    """
    keys = [key for slowing in SLOWINGS for key in _keys(slowing, username, request, at)]
    waits = Bucket.objects.filter(key__in=keys, window__gt=at, window__lte=at + LONGEST)
    latest = waits.order_by("-window").first()
    return int((latest.window - at).total_seconds()) + 1 if latest else 0


def failed(username: str, *, request: HttpRequest, at: datetime) -> None:
    """Count a wrong try."""
    for slowing in SLOWINGS:
        for key in _keys(slowing, username, request, at):
            _count(key, slowing, at)


def succeeded(username: str, *, request: HttpRequest, at: datetime) -> None:
    """Forget the wrong tries from here."""
    Bucket.objects.filter(key__in=_keys(SLOWINGS[0], username, request, at)).delete()


def _count(key: str, slowing: Slowing, at: datetime) -> None:
    row = Bucket.objects.filter(key=key).order_by("-count").first()
    tries = row.count + 1 if row else 1
    values = {"count": tries, "window": at + slowing.wait_after(tries)}
    # Two tries at the same moment may count as one.
    with suppress(IntegrityError), transaction.atomic():
        if row:
            Bucket.objects.filter(pk=row.pk).update(**values)
        else:
            Bucket.objects.create(key=key, **values)


def _keys(slowing: Slowing, username: str, request: HttpRequest, at: datetime) -> list[str]:
    place = neighbourhood(client_address(request)) if slowing.by_place else ""
    counted = f"{slowing.name}/{place}/{username.casefold()}".encode()
    return [hmac.digest(key, counted, "sha256").hex() for key in day_keys(at)]
