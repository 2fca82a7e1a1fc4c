"""Dates of papers as sources write them, known to the year, the month or the day. Pure.

A span counts from its beginning (`2001 Nov-Dec` is November 2001, `1998 Dec-1999 Jan` is December 1998); a season, a
quarter or a half gives its year alone. A month or day that does not exist is left out, and the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

EARLIEST, LATEST = 1500, 2199  # years of papers; other numbers in a date are none

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_NAMES = "|".join(_MONTHS)
_NUMERIC = re.compile(r"^\s*(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[T\s].{0,40})?$")
_PACKED = re.compile(r"^\s*(\d{4})(\d{2})(\d{2})\s*$")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|2[01]\d\d)(?!\d)")
_MONTH = re.compile(
    rf"(?:(?<!\d)(?P<before>\d{{1,2}})(?:st|nd|rd|th)?\.?\s{{1,4}})?"
    rf"(?<![a-z])(?P<name>{_NAMES})[a-z]{{0,8}}\.?(?:\s{{1,4}}(?P<after>\d{{1,2}})(?!\d))?",
    re.IGNORECASE,
)
_MOST = 100  # letters of a date that are read; no date is longer


class Date(NamedTuple):
    """A date as far as it is known: no month without its year, no day without its month."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


NO_DATE = Date()


def known_date(year: int | None, month: int | None = None, day: int | None = None) -> Date:
    """A date from numbers, cut at the first one that is missing or impossible."""
    if year is None or not EARLIEST <= year <= LATEST:
        return NO_DATE
    if month is None or not 1 <= month <= 12:
        return Date(year)
    try:
        return Date(year, month, date(year, month, day or 0).day)
    except (ValueError, OverflowError):
        return Date(year, month)


def read_date(text: str) -> Date:
    """The date in words or numbers, `NO_DATE` where there is none: `2010 Feb 6`, `Winter 2003`, `2001-05-29`, `20010529`."""
    text = text[:_MOST]
    numbers = _NUMERIC.match(text) or _PACKED.match(text)
    if numbers:
        return known_date(*(int(part) if part else None for part in numbers.groups()))
    year, month = _YEAR.search(text), _MONTH.search(text)
    if not year or not month:
        return Date(int(year[0])) if year else NO_DATE
    day = month["after"] or month["before"]
    return known_date(int(year[0]), _MONTHS[month["name"].lower()], int(day) if day else None)


def first_appeared(days: Iterable[Date]) -> Date:
    """The earliest of a paper's dates, online or in print; of two that may be the same, the one that says more."""
    known = [day for day in days if day.year]
    return min(known, key=lambda day: (day.year, day.month or 99, day.day or 99), default=NO_DATE)


def exact(when: Date) -> date | None:
    """The calendar day, or None where only the month or year is known."""
    return date(when.year, when.month, when.day) if when.year and when.month and when.day else None
