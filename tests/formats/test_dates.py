"""Dates as sources write them."""

from datetime import date

import pytest

from studies.formats.readers.dates import NO_DATE, Date, exact, first_appeared, known_date, read_date


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2010 Feb 6", (2010, 2, 6)),
        ("2001 Nov-Dec", (2001, 11, None)),
        ("1998 Dec-1999 Jan", (1998, 12, None)),
        ("2000 Jan 1-15", (2000, 1, 1)),
        ("2008 Nov 29-Dec 5", (2008, 11, 29)),
        ("Winter 2003", (2003, None, None)),
        ("2003 Spring-Summer", (2003, None, None)),
        ("2001 1st Quart", (2001, None, None)),
        ("1976-1977", (1976, None, None)),
        ("1976-77", (1976, None, None)),
        ("29 May 2001", (2001, 5, 29)),
        ("May 29, 2001", (2001, 5, 29)),
        ("01 Nov 2001", (2001, 11, 1)),
        ("2001 Sept", (2001, 9, None)),
        ("2001-05-29", (2001, 5, 29)),
        ("2001/05/29 06:00", (2001, 5, 29)),
        ("2021-05-04T00:00:00Z", (2021, 5, 4)),
        ("20010529", (2001, 5, 29)),
        ("2001 Feb 30", (2001, 2, None)),
        ("2001-13-01", (2001, None, None)),
        ("0000", (None, None, None)),
        ("2300", (None, None, None)),
        ("no date", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_date_is_known_as_far_as_it_is_written(text, found):
    assert read_date(text) == Date(*found)


def test_endless_text_is_no_date():
    assert read_date("1 " * 1_000_000) == NO_DATE


def test_numbers_are_cut_at_what_is_missing_or_impossible():
    assert known_date(2001, None, 3) == Date(2001)
    assert known_date(2001, 2, 31) == Date(2001, 2)
    assert known_date(None, 2, 3) == NO_DATE


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        ([(2026, 7), (2026, 7, 21)], (2026, 7, 21)),  # the issue by its month, online to the day
        ([(2026, 5, 1), (2025, 12, 31)], (2025, 12, 31)),  # online before the issue
        ([(1985, 3), (2010, 1, 4)], (1985, 3)),  # put online long after it was printed
        ([(), (2013,)], (2013,)),
        ([()], ()),
    ],
)
def test_paper_is_of_the_day_it_first_appeared(dates, first):
    assert first_appeared([Date(*each) for each in dates]) == Date(*first)


def test_only_a_whole_date_is_a_day():
    assert exact(Date(2001, 5, 29)) == date(2001, 5, 29)
    assert exact(Date(2001, 5)) is None
    assert exact(NO_DATE) is None
