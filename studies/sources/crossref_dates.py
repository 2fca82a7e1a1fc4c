"""Dates of Crossref: lists of numbers, of which a part may be missing. Pure."""

from studies.formats.readers.dates import NO_DATE, Date, known_date
from studies.sources.entries import Entry

# When the paper first appeared, online or in print; the day of the deposit says nothing about that.
_APPEARED = ("issued", "published", "posted", "published-online", "published-print")


def appeared(work: Entry) -> Date:
    return next((found for name in _APPEARED if (found := date_of(work.entry(name))).year), NO_DATE)


def date_of(entry: Entry) -> Date:
    """The date of an object with `date-parts`, such as `[[2020, 6, 13]]`."""
    listed = entry.values.get("date-parts")
    parts = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], list) else []
    return known_date(*(part if isinstance(part, int) else None for part in parts[:3])) if parts else NO_DATE
