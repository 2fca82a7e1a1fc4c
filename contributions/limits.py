"""How much may be sent: by neighbourhood of the network and for the whole site, with nothing stored that identifies.

An address is cut to its /24 (IPv4) or /64 (IPv6) and put through HMAC under the day's key. The key is a database
row, overwritten daily and left out of backups; with it gone, no bucket leads back to any address. It is a little
inexact at the edges of its fixed windows, which is enough here and keeps the table small. What has no such windows is
counted under two keys, of days that begin two hours apart, so that midnight ends nothing.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.http import HttpRequest

from atlas_site.senders import client_address, neighbourhood
from contributions.models import Bucket, DayKey

SITE = "site"


@dataclass(frozen=True)
class Limit:
    name: str
    count: int
    minutes: int
    whole_site: bool = False


SENDING = (
    Limit("send-10", 5, 10),
    Limit("send-60", 20, 60),
    Limit("send-site", 200, 10, whole_site=True),
)
LOOKING_UP = (Limit("look-10", 20, 10), Limit("look-site", 600, 10, whole_site=True))
SIGNING_IN = (Limit("sign-in-10", 10, 10), Limit("sign-in-60", 30, 60), Limit("sign-in-site", 200, 10, whole_site=True))
SAME_TEXT = (Limit("text-60", 2, 60),)
FIRST, SECOND = 1, 2
AHEAD = timedelta(hours=2)  # by which the day of the second key begins earlier
SURGE_SHARE = 0.5  # of the site's limit; above it, scripts prove work and the rest waits in quarantine


class TooMany(Exception):
    """A limit is reached. `minutes` says after how long the window is surely over."""

    def __init__(self, minutes: int) -> None:
        super().__init__("limit reached")
        self.minutes = minutes


def count(*, limits: tuple[Limit, ...], request: HttpRequest, at: datetime) -> None:
    """Count one attempt, and raise TooMany at the first limit that it exceeds. Commits on its own.

    Give the limits of a place before those of the site: whoever is stopped at home uses nothing up for the others.
    """
    place = neighbourhood(client_address(request))
    key = day_key(at)
    exceeded = _first_exceeded(limits, place, key, at)
    if exceeded:
        raise TooMany(exceeded.minutes)


@transaction.atomic
def _first_exceeded(limits: tuple[Limit, ...], place: str, key: bytes, at: datetime) -> Limit | None:
    for limit in limits:
        used = _add(_bucket_key(limit, SITE if limit.whole_site else place, key), _window(limit, at))
        if used > limit.count:
            return limit
    return None


def surging(at: datetime) -> bool:
    """Whether so much arrives at the site that unproven messages go to quarantine first. Writes nothing: without a key of
    today nothing was counted yet."""
    limit = next(limit for limit in SENDING if limit.whole_site)
    today = DayKey.objects.filter(pk=FIRST, day=at.date()).first()
    if today is None:
        return False
    bucket = Bucket.objects.filter(key=_bucket_key(limit, SITE, bytes(today.key)), window=_window(limit, at)).first()
    return bucket is not None and bucket.count > limit.count * SURGE_SHARE


def is_repeated(text: str, *, at: datetime) -> bool:
    """Count this text, as an HMAC under the day's key; whether it came more than twice within the hour."""
    return _first_exceeded(SAME_TEXT, " ".join(text.split()).casefold(), day_key(at), at) is not None


def forget(*, at: datetime) -> int:
    """Delete buckets whose window is over and replace yesterday's keys. Returns how many buckets went.

    Those of windows further away than a day were made by a clock that ran ahead, and go as well.
    """
    day_keys(at)
    longest = max(limit.minutes for limit in (*SENDING, *LOOKING_UP, *SIGNING_IN))
    over, astray = Q(window__lt=at - timedelta(minutes=2 * longest)), Q(window__gt=at + timedelta(days=1))
    return Bucket.objects.filter(over | astray).delete()[0]


def day_key(at: datetime) -> bytes:
    """Today's key; yesterday's is overwritten, never kept. So is one of a day to come, left by a clock that ran ahead."""
    return _key(FIRST, at)


def day_keys(at: datetime) -> tuple[bytes, bytes]:
    """Two keys of a day each, of which never both are new: what is counted under each goes on over either's midnight."""
    return _key(FIRST, at), _key(SECOND, at)


def _key(number: int, at: datetime) -> bytes:
    row = DayKey.objects.filter(pk=number).first()
    if row is None:
        row, _ = DayKey.objects.get_or_create(pk=number, defaults=_made(number, at))
    if _is_over(row, at):
        _overwrite(at)
        row = DayKey.objects.get(pk=number)
    return bytes(row.key)


def _made(number: int, at: datetime) -> dict[str, Any]:
    return {"day": _day(number, at), "key": secrets.token_bytes(32)}


def _day(number: int, at: datetime) -> date:
    return (at + AHEAD).date() if number == SECOND else at.date()


def _is_over(row: DayKey, at: datetime) -> bool:
    """At midnight a request may still carry yesterday's time: a key of tomorrow comes from no clock that went wrong."""
    day = _day(row.pk, at)
    return row.day < day or row.day > day + timedelta(days=1)


def _overwrite(at: datetime) -> None:
    """Whichever key is over, also where nobody asks for it: none outlives its day for want of use."""
    for row in DayKey.objects.all():
        if _is_over(row, at):
            DayKey.objects.filter(pk=row.pk, day=row.day).update(**_made(row.pk, at))


def _bucket_key(limit: Limit, place: str, key: bytes) -> str:
    return hmac.digest(key, f"{limit.name}/{place}".encode(), "sha256").hex()


def _window(limit: Limit, at: datetime) -> datetime:
    minutes = (at.hour * 60 + at.minute) // limit.minutes * limit.minutes
    return at.replace(hour=minutes // 60, minute=minutes % 60, second=0, microsecond=0)


def _add(key: str, window: datetime) -> int:
    """One more in this bucket; the number it now holds."""
    bucket = Bucket.objects.filter(key=key, window=window)
    if not bucket.update(count=F("count") + 1):
        try:
            with transaction.atomic():
                Bucket.objects.create(key=key, window=window, count=1)
        except IntegrityError:  # another request made it a moment earlier
            bucket.update(count=F("count") + 1)
    return int(bucket.values_list("count", flat=True).get())
