"""What the readers of reference files have in common: kinds, limits, dates, identifiers."""

import pytest

from studies.formats.readers.assembling import GROUP_WIDTH, NAME_WIDTH, WIDTHS, Loose, assemble, dated, page_range
from studies.formats.readers.kinds import why_no_paper
from studies.formats.readers.refusals import Refusal
from studies.models import Author, Study
from studies.records import Collective, Person

LONG = "x" * 600


def assembled(**fields):
    return assemble(Loose(**{"kind": "JOUR", "title": "A title", **fields}), number=3, line=7, source="a file")


def test_limits_are_those_of_the_columns():
    assert {name: Study._meta.get_field(name).max_length for name in WIDTHS} == WIDTHS
    assert {Author._meta.get_field(name).max_length for name in ("family", "given")} == {NAME_WIDTH}
    assert Author._meta.get_field("collective").max_length == GROUP_WIDTH


@pytest.mark.parametrize("name", ["journal", "journal_abbreviation", "volume", "issue", "pages"])
def test_text_that_is_too_long_is_left_out_and_named(name):
    item = assembled(**{name: LONG})
    assert (getattr(item.record, name), item.problems) == (
        "", (f"The {name.replace('_', ' ')} has 600 characters and was left out.",),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"title": "  <i> </i> "}, "The record has no title."),
        ({"title": "[Not Available]"}, "The record has no title."),
        ({"title": "word " * 500}, "The title has 2499 characters: two records may have run into one."),
        ({"authors": [Person("Li")] * 10_001}, "The record names 10001 authors: records may have run into one."),
        ({"authors": [Collective(LONG)]}, f"An author's name has 600 characters: “{'x' * 60}…”."),
    ],
)
def test_record_that_no_study_could_hold_is_refused(fields, reason):
    refusal = assembled(**fields)
    assert isinstance(refusal, Refusal)
    assert (refusal.number, refusal.line, refusal.reason) == (3, 7, reason)


def test_long_name_of_a_person_is_kept_whole():
    assert assembled(authors=[Person("x" * 300, "A")]).record.authors == (Collective(f"A {'x' * 300}"),)


def test_controls_and_halves_of_characters_are_dropped():
    record = assembled(title="A\x00 \x1b[31mtitle\ud800", authors=[Person("L\x07i", "A\x08")], journal="J\x00").record
    assert (record.title, record.authors, record.journal) == ("A [31mtitle", (Person("Li", "A"),), "J")


def test_garbled_letters_are_told():
    item = assembled(authors=[Person("MÃ¼ller", "A")])
    assert item.problems == (
        "Letters were read in the wrong encoding before they came into this file: check title and names.",
    )


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["2013", "2013/05/20/"], (2013, 5, 20)),
        (["2013/05/20/", "2014"], (2013, 5, 20)),
        (["Start date: 20170812"], (2017, 8, 12)),
        (["2013//"], (2013, None, None)),
        (["888"], (None, None, None)),
        ([], (None, None, None)),
    ],
)
def test_most_exact_date_of_the_first_year_counts(texts, day):
    assert tuple(dated(texts)) == day


@pytest.mark.parametrize(
    ("text", "pages"),
    [("pp. 37-64", "37-64"), ("284--7", "284-287"), ("15-15", "15"), ("146p", ""), ("e123", "e123"), ("", "")],
)
def test_pages_come_in_one_spelling(text, pages):
    assert page_range(text) == pages


@pytest.mark.parametrize(
    ("kind", "traceable", "in_pubmed", "is_read"),
    [
        ("JOUR", False, False, True),
        ("posted-content", False, False, True),
        ("report", False, False, True),
        ("book", True, False, False),
        ("book", True, True, True),
        ("chapter", True, True, True),
        ("thesis", True, True, False),
        ("webpage", True, False, False),
        ("dataset", True, False, False),
        ("patent", True, False, False),
        ("misc", True, False, True),
        ("misc", False, False, False),
        ("", True, False, True),
        ("", False, False, False),
        ("never heard of", True, False, True),
    ],
)
def test_papers_are_told_from_other_things(kind, traceable, in_pubmed, is_read):
    assert (why_no_paper(kind, traceable=traceable, in_pubmed=in_pubmed) == "") is is_read
