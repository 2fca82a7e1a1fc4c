"""Datestamps of OAI-PMH: days (`2026-03-04`) and seconds (`2026-03-04T05:06:07Z`), always UTC. Pure."""

import re
from datetime import UTC, datetime, time, timedelta

GRANULARITY = "YYYY-MM-DDThh:mm:ssZ"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z")
_LAST_PART_OF_A_SECOND = timedelta(microseconds=999_999)


def written(moment: datetime) -> str:
    """In seconds; what is finer is dropped."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"


def is_day(text: str) -> bool:
    return _DAY.match(text) is not None


def first(text: str) -> datetime:
    """The moment with which a day or a second begins. Raises ValueError where it is neither."""
    if not (is_day(text) or _SECOND.match(text)):
        raise ValueError(f"neither a day nor a second: {text!r}")
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)


def last(text: str) -> datetime:
    """The moment with which a day or a second ends, so that a range to it holds all of it. Raises ValueError."""
    begins = first(text)
    return datetime.combine(begins, time.max, UTC) if is_day(text) else begins + _LAST_PART_OF_A_SECOND
