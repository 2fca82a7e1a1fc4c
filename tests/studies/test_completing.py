from dataclasses import replace
from datetime import date

import pytest

from studies.completing import changed_fields, completed, differences, has_other_title, shown, trust
from studies.outcome import Difference
from studies.records import Collective, Person, Record

OURS = Record(
    title="Sleep in ME/CFS", authors=(Person("Li", "A"),), journal="J Sleep", year=2020, doi="10.1/1", language="en"
)
PREPRINT = Record(
    title="Sleep and ME/CFS",
    authors=(Person("Li", "A"),),
    journal="medRxiv",
    year=2019,
    doi="10.1101/2019.01.01.1",
    pmid="9",
)


def test_sources_are_believed_in_one_order():
    sources = ["PubMed", "PubMed Central, full text", "Crossref", "Europe PMC", "OpenAlex", "RIS file", ""]
    assert [trust(source) for source in sources] == [4, 4, 3, 2, 1, 0, 0]


def test_what_is_empty_is_filled_and_what_is_there_stays():
    theirs = replace(
        OURS, title="Other words", journal="Other", volume="3", pmid="5", year=2021, language="fr", issn="1234-5679"
    )
    after = completed(OURS, theirs, better=False)
    assert after == replace(OURS, volume="3", pmid="5", issn="1234-5679")
    assert changed_fields(OURS, after) == ("issn", "volume", "pmid")


def test_better_source_wins_and_empties_nothing():
    theirs = Record(
        title="Sleep in ME/CFS.", journal="Journal of Sleep", year=2021, language="fr", authors=(Person("Li", "Anna"),)
    )
    after = completed(replace(OURS, volume="3"), theirs, better=True)
    assert after == replace(theirs, doi="10.1/1", volume="3")


def test_identifiers_are_never_replaced():
    theirs = replace(OURS, doi="10.1/2", preprint_doi="10.1101/2", pmcid="PMC1")
    assert completed(OURS, theirs, better=True) == replace(OURS, preprint_doi="10.1101/2", pmcid="PMC1")


@pytest.mark.parametrize("better", [True, False])
def test_completing_twice_changes_nothing_more(better):
    theirs = replace(OURS, title="Other", volume="3", month=5, day=2, authors=(Person("Li", "Anna"), Person("Bo", "C")))
    once = completed(OURS, theirs, better=better)
    assert completed(once, theirs, better=better) == once


@pytest.mark.parametrize(
    ("ours", "theirs", "better", "expected"),
    [
        ((2020, None, None), (2020, 5, 2), False, (2020, 5, 2)),
        ((2020, 5, None), (2020, 5, 2), False, (2020, 5, 2)),
        ((2020, 4, None), (2020, 5, 2), False, (2020, 4, None)),
        ((2020, 4, None), (2020, 5, 2), True, (2020, 5, 2)),
        ((2020, 5, 2), (2020, None, None), True, (2020, 5, 2)),
        ((2020, 5, 2), (2021, None, None), True, (2021, None, None)),
        ((2020, 5, 2), (2021, 1, 1), False, (2020, 5, 2)),
        ((2020, 5, 2), (2020, 5, 3), True, (2020, 5, 3)),
        ((None, None, None), (2021, None, None), False, (2021, None, None)),
        ((2020, 5, 2), (None, None, None), True, (2020, 5, 2)),
    ],
)
def test_dates_gain_precision_and_a_better_source_corrects_them(ours, theirs, better, expected):
    parts = ("year", "month", "day")
    one, other = [replace(OURS, **dict(zip(parts, given, strict=True))) for given in (ours, theirs)]
    after = completed(one, other, better=better)
    assert (after.year, after.month, after.day) == expected


@pytest.mark.parametrize(
    ("ours", "ours_complete", "theirs", "theirs_complete", "better", "taken"),
    [
        (1, True, 2, True, False, False),
        (1, True, 2, True, True, True),
        (1, False, 2, True, False, True),  # the list was cut, theirs is whole
        (2, True, 1, False, True, False),  # a cut list never replaces a whole one
        (0, True, 1, False, False, True),
        (1, True, 0, True, True, False),
    ],
)
def test_whole_lists_of_authors_win(ours, ours_complete, theirs, theirs_complete, better, taken):
    one, other = [
        replace(OURS, authors=tuple(Person(name, str(count)) for name in "AB"[:count]), authors_complete=complete)
        for count, complete in ((ours, ours_complete), (theirs, theirs_complete))
    ]
    after = completed(one, other, better=better)
    assert (after.authors, after.authors_complete) == (
        (other if taken else one).authors,
        (other if taken else one).authors_complete,
    )


def test_retraction_is_taken_in_with_its_notice():
    notice = {"retraction_status": "retracted", "retraction_notice_doi": "10.1/9", "retraction_on": date(2024, 1, 2)}
    assert completed(OURS, replace(OURS, **notice), better=False) == replace(OURS, **notice)
    corrected = replace(OURS, retraction_status="corrected")
    assert completed(corrected, replace(OURS, **notice), better=True) == corrected  # a person decides that


def test_preprint_adds_its_doi_to_the_article_and_nothing_else():
    assert completed(OURS, PREPRINT, better=True) == replace(OURS, preprint_doi=PREPRINT.doi)


def test_article_takes_the_place_of_its_preprint():
    after = completed(PREPRINT, replace(OURS, pmid="5"), better=False)
    assert after == replace(OURS, pmid="5", preprint_doi=PREPRINT.doi)
    assert completed(PREPRINT, OURS, better=False).pmid == ""  # the preprint's number is not the article's


@pytest.mark.parametrize(
    "theirs",
    [
        {"title": "SLEEP in ME/CFS."},
        {"authors": (Person("LI", "Anna"),)},
        {"journal": "J. Sleep"},
        {"title": "Sleep in ME/CFS", "volume": "", "year": None, "authors": (), "doi": "", "language": "fr"},
    ],
)
def test_spelling_and_silence_are_no_difference(theirs):
    assert differences(OURS, replace(OURS, **theirs)) == ()


def test_differences_show_both_sides():
    ours = replace(OURS, pages="100-9")
    theirs = replace(
        OURS,
        title="Rest",
        authors=(Person("Bo", "C"), Collective("Group")),
        pages="100-109",
        pmid="5",
        retraction_status="retracted",
    )
    assert differences(ours, theirs) == (
        Difference("title", "Sleep in ME/CFS", "Rest"),
        Difference("authors", "Li A", "Bo C; Group"),
        Difference("pmid", "", "5"),
        Difference("retraction_status", "none", "retracted"),
    )


def test_preprint_of_an_article_differs_by_its_doi_alone():
    assert differences(OURS, PREPRINT) == (Difference("preprint_doi", "", PREPRINT.doi),)
    assert differences(replace(OURS, preprint_doi=PREPRINT.doi), PREPRINT) == ()


@pytest.mark.parametrize(
    ("theirs", "other"),
    [
        ({"title": "Rest after exercise", "authors": (Person("Bo", "C"),)}, True),
        ({"title": "Rest after exercise", "authors": ()}, True),
        ({"title": "Rest after exercise"}, False),  # the same first author: a title may change
        ({"title": "Sleep in ME/CFS", "authors": (Person("Bo", "C"),)}, False),
        ({"title": "Rest", "doi": "10.1101/2019.01.01.1", "authors": ()}, False),  # its preprint
    ],
)
def test_has_other_title_means_that_an_identifier_is_wrong(theirs, other):
    assert has_other_title(OURS, replace(OURS, **theirs)) is other


def test_shown_values_are_texts():
    assert [shown(value) for value in (None, 2020, "a", (Person("Li"), Person("Bo", "C")), date(2024, 1, 2))] == [
        "", "2020", "a", "Li; Bo C", "2024-01-02",
    ]  # fmt: skip
