"""What PubMed's notes say of a paper: how it is related to others, and whether it still stands."""

from datetime import date

import pytest

from studies.formats.readers.pubmed_notes import (
    KINDS,
    Note,
    Standing,
    partial_retractions,
    relation,
    relations,
    standing,
)
from studies.records import Relation

NOTICE = "J Test. 2022 Mar 4;1(2):3. doi: 10.1000/Notice. PMID: 77"


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ("RetractionIn RIN", "retracted_by"),
        ("RetractionOf ROF", "retraction_of"),
        ("ErratumIn EIN PartialRetractionIn PRIN", "corrected_by"),
        ("ErratumFor EFR PartialRetractionOf PROF", "correction_of"),
        ("ExpressionOfConcernIn ECI", "concern_in"),
        ("ExpressionOfConcernFor ECF", "concern_for"),
        ("CommentIn CIN", "commented_by"),
        ("CommentOn CON", "comment_on"),
        ("UpdateIn UIN", "updated_by"),
        ("UpdateOf UOF", "update_of"),
        ("RepublishedIn RPI CorrectedandRepublishedIn CRI RetractedandRepublishedIn RRI", "republished_in"),
        ("RepublishedFrom RPF CorrectedandRepublishedFrom CRF RetractedandRepublishedFrom RRF", "republished_from"),
    ],
)
def test_note_is_the_same_in_both_formats(tags, kind):
    expected = Relation(kind, doi="10.1000/notice", pmid="77", text="J Test. 2022 Mar 4;1(2):3", on=date(2022, 3, 4))
    assert [relation(Note(tag, NOTICE)) for tag in tags.split()] == [expected] * len(tags.split())


def test_notes_of_no_use_are_left_out():
    assert relations([Note("Cites", "x"), Note("AssociatedDataset", "y"), Note("SPIN", "z")], []) == ()
    assert "Cites" not in KINDS


@pytest.mark.parametrize(
    ("reference", "found"),
    [
        ("", Relation("commented_by")),
        ("J Test. 2022;1:2. PMID: 12", Relation("commented_by", pmid="12", text="J Test. 2022;1:2")),
        ("J Test. 2022 Feb;1:2. doi: rubbish", Relation("commented_by", text="J Test. 2022 Feb;1:2")),
        ("Med 2000. 1999 Jan 5;1:2", Relation("commented_by", text="Med 2000. 1999 Jan 5;1:2", on=date(1999, 1, 5))),
    ],
)
def test_reference_is_read_as_far_as_it_goes(reference, found):
    assert relation(Note("CommentIn", reference)) == found


def test_update_of_a_preprint_is_not_an_update():
    for reference in (
        "medRxiv. 2021 Jan 5:2021.01.04.21249",
        "J. doi: 10.1101/2021.01.04.212498",
        "Res Sq. 2021 Jan 5.",
    ):
        assert [each.kind for each in relations([Note("UOF", reference)], [])] == ["has_preprint"]
    assert [each.kind for each in relations([Note("UOF", "Cochrane Database Syst Rev. 2010;(1):CD1")], [])] == [
        "update_of"
    ]
    assert [each.kind for each in relations([Note("UOF", "Genome Res. 2010;1:2. doi: 10.1101/gr.123")], [])] == [
        "update_of"
    ]
    assert [each.kind for each in relations([Note("UIN", NOTICE)], ["Preprint"])] == ["preprint_of"]


STANDS = Standing()
DAY, DOI = date(2022, 3, 4), "10.1000/notice"


@pytest.mark.parametrize(
    ("notes", "types", "title", "expected"),
    [
        ([], [], "A title", STANDS),
        (["CIN", "UIN", "RPI"], [], "A title", STANDS),
        (["EIN"], [], "A title", Standing("corrected", DOI, DAY)),
        (["CRI"], [], "A title", Standing("corrected", DOI, DAY)),
        (["PRIN"], [], "A title", Standing("corrected", DOI, DAY)),
        (["EIN", "ECI"], [], "A title", Standing("expression_of_concern", DOI, DAY)),
        (["ECI", "RIN", "EIN"], [], "A title", Standing("retracted", DOI, DAY)),
        (["RRI"], [], "A title", Standing("retracted", DOI, DAY)),
        (["EIN"], ["Retracted Publication"], "A title", Standing("retracted")),
        ([], [], "RETRACTED: A title", Standing("retracted")),
        ([], [], "WITHDRAWN: A title", Standing("withdrawn")),
        (["ROF"], ["Retraction of Publication"], "RETRACTED: A title", STANDS),
        (["ECF"], ["Expression of Concern"], "Expression of concern: A title", STANDS),
        (["ROF"], [], "Retraction: A title", STANDS),
    ],
)
def test_gravest_note_decides_how_a_paper_stands(notes, types, title, expected):
    assert standing([Note(name, NOTICE) for name in notes], types, title) == expected


def test_newest_of_several_notices_counts():
    older = Note("RIN", "Lancet. 2004 Mar 6;363:750. doi: 10.1000/older")
    undated = Note("RIN", "Lancet. 2004 Mar;363:750. doi: 10.1000/undated")
    assert standing([Note("RIN", NOTICE), older, undated], [], "") == Standing("retracted", DOI, DAY)
    assert standing([undated], [], "") == Standing("retracted", "10.1000/undated", None)


def test_partial_retraction_is_told_to_a_person():
    assert partial_retractions([Note("PRIN", "J Test. 2022;1:2"), Note("RIN", NOTICE)]) == [
        "A part of this paper was retracted: J Test. 2022;1:2"
    ]
