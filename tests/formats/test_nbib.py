"""NBIB: real exports to the last file, and made ones for how files go wrong."""

import dataclasses
import unicodedata
from datetime import date

import pytest

from studies.formats.readers import nbib, pubmed_xml
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.records import Collective, Person, Relation
from tests.formats.reading import content, labels, names, only, people, read, until_stopped

# Records of every file of the folder that holds more than one; none is refused.
COUNTS = {
    "biopython_pubmed_result2.txt": 4,
    "p1m_citations.nbib": 200,
    "p1m_citations_1.nbib": 92,
    "p1m_pubmed_result_10_medline.txt": 10,
    "p1m_pubmed_result_13_medline.txt": 13,
    "p1m_pubmed_result_23_medline.txt": 23,
    "p1m_pubmed_result_35_medline.txt": 35,
    "p1m_pubmed_result_45_medline.txt": 45,
}


def one(name: str) -> Incoming:
    return only(nbib, content(f"nbib/{name}"))


def test_folder_holds_all_its_files():
    assert len(names("nbib")) == 44
    assert {f"nbib/{name}" for name in COUNTS} <= set(names("nbib"))


@pytest.mark.parametrize("name", names("nbib"))
def test_every_file_is_read(name):
    data = content(name)
    assert nbib.looks_like(data[:4096])
    assert not pubmed_xml.looks_like(data[:4096])
    found = read(nbib, data)
    assert [each for each in found if isinstance(each, Refusal)] == []
    assert len(found) == COUNTS.get(name.partition("/")[2], 1)
    assert all(paper.record.title for paper in found)


def test_same_articles_are_the_same_in_both_formats_of_pubmed():
    """NBIB writes letters without accents, so they are compared without; everything else is equal."""
    from_xml = {paper.record.pmid: paper for paper in read(pubmed_xml, content("pubmed_xml/p1m_pubmed_result_292.xml"))}
    tagged = [
        paper
        for name in ("p1m_citations.nbib", "p1m_citations_1.nbib")
        for paper in read(nbib, content(f"nbib/{name}"))
    ]
    assert sorted(paper.record.pmid for paper in tagged) == sorted(from_xml)
    different = {
        paper.record.pmid
        for paper in tagged
        if without_accents(paper) != without_accents(from_xml[paper.record.pmid])
        or labels(paper) != labels(from_xml[paper.record.pmid])
    }
    assert different == {
        "19133053",  # its erratum is told with a remark here
        "28251880",  # (R) for ®
        "28748004",  # a straight apostrophe
    }


def without_accents(paper: Incoming) -> str:
    plain = unicodedata.normalize("NFKD", repr(dataclasses.asdict(paper.record)))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).translate(
        str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "ß": "ss", "ı": "i"})
    )


def test_retracted_paper_takes_its_newest_notice():
    record = one("bibaudit_compare_pubmed_wakefield_retracted.txt").record
    assert (record.retraction_status, record.retraction_on) == ("retracted", date(2010, 2, 6))
    assert record.retraction_notice_doi == "10.1016/s0140-6736(10)60175-4"
    assert [each.pmid for each in record.relations if each.kind == "retracted_by"] == ["15016483", "20137807"]
    assert sum(each.kind == "commented_by" for each in record.relations) == 26


def test_retraction_notice_is_no_retracted_paper():
    record = one("bibaudit_pubmed_retraction_notice.txt").record
    assert record.retraction_status == "none"
    assert record.publication_types == ("Retraction Notice",)
    assert record.relations == (
        Relation(
            "retraction_of",
            doi="10.1016/s0140-6736(97)11096-0",
            pmid="9500320",
            text="Lancet. 1998 Feb 28;351(9103):637-41",
            on=date(1998, 2, 28),
        ),
    )


def test_erratum_that_was_retracted_keeps_both_facts():
    record = one("bibaudit_pubmed_retracted_erratum.txt").record
    assert (record.retraction_status, record.retraction_notice_doi) == ("retracted", "10.1016/j.ymthe.2023.03.023")
    assert [(each.kind, each.pmid) for each in record.relations] == [
        ("correction_of", "31636039"),
        ("retracted_by", "36972587"),
    ]


def test_concern_names_its_notice_and_the_notice_its_paper():
    paper, notice = one("bibaudit_pubmed_eci_concern.txt").record, one("bibaudit_pubmed_eci_concern_notice.txt").record
    assert (paper.retraction_status, paper.retraction_notice_doi) == ("expression_of_concern", notice.doi)
    assert paper.retraction_on == date(2021, 10, 28)
    assert (notice.retraction_status, notice.authors) == ("none", (Collective("PLOS ONE Editors"),))
    assert [(each.kind, each.doi) for each in notice.relations] == [("concern_for", paper.doi)]


def test_groups_stand_among_the_authors_in_their_order():
    paper = one("bibaudit_pubmed_collective_creator.txt")
    assert people(paper)[4:7] == ["Indome, Eunice O", "= ITC Project Collaborators", "Kress, Alissa C"]
    assert paper.record.authors[0] == Person("Chung-Hall", "Janet", "0000-0002-9139-8100")
    assert people(one("bibaudit_pubmed_wrapped_creator.txt")) == [
        (
            "= National Essential Public Health Service Program Office for Management of Hypertension in Primary Health "
            "Care, National Center for Cardiovascular Diseases"
        ),
        "= National Committee on Hypertension Management in Primary Health Care",
    ]


@pytest.mark.parametrize(
    ("name", "place", "author"),
    [
        ("bibaudit_pubmed_collective_fau_without_comma.txt", -1, Collective("Study Group")),
        ("bibaudit_pubmed_fau_without_comma.txt", 0, Person("Okano", "J")),
        ("bibaudit_pubmed_fau_whole_name.txt", 8, Person("Xiaodong Lv")),
        ("bibaudit_pubmed_spelled_out_character.txt", 0, Person("Panferov", "A S", "0000-0002-4324-7615")),
    ],
)
def test_name_without_comma_is_a_group_only_where_it_says_so(name, place, author):
    assert one(name).record.authors[place] == author


def test_translated_title_keeps_the_original():
    record = one("bibaudit_pubmed_translated_title.txt").record
    assert (record.title, record.language) == ("Dog breeds and behaviour", "fr")
    assert record.vernacular_title == "Races canines et comportement - Chroniques genomiques"


def test_title_that_is_not_available_is_replaced_and_its_words_are_not():
    assert one("bibaudit_pubmed_title_unavailable.txt").record.title == (
        "El modelo transdisciplinario de Pelayo Correa: una arquitectura conceptual para entender el cancer gastrico"
    )
    kept = one("bibaudit_pubmed_title_holding_the_placeholder_words.txt").record.title
    assert kept == "When Time Is Not Available: Rethinking Behaviour Change in Prevention"


def test_wrapped_lines_are_one_text():
    assert one("bibaudit_pubmed_wrapped_title.txt").record.title == (
        "Lifetime exposure to brominated trihalomethanes in drinking water and swimming pool attendance are associated "
        "with chronic lymphocytic leukemia: a Multicase-Control Study in Spain (MCC-Spain)"
    )


def test_abstract_in_one_text_is_divided_at_its_labels():
    paper = one("bibaudit_pubmed_concern_only.txt")
    assert labels(paper) == ["Objective", "Design", "Setting", "Subjects", "Results", "Conclusions"]
    assert dict(paper.abstract.sections)["Design"] == "cross-sectional study."
    assert (paper.abstract.license, paper.abstract.source) == ("", "PubMed")


def test_book_and_chapter_are_read():
    book, chapter = one("bibaudit_pubmed_book.txt"), one("bibaudit_pubmed_book_chapter.txt")
    assert (book.record.title, book.record.journal, book.record.year) == (
        "GeneReviews((R))",
        "University of Washington, Seattle",
        1993,
    )
    assert book.problems == ("This is a book.", "The names are those of the editors.")
    assert (chapter.record.journal, chapter.record.year, chapter.record.month) == ("GeneReviews((R))", 1998, 9)
    assert people(chapter) == ["Petrucelli, Nancie", "Daly, Mary B", "Pal, Tuya"]


def test_another_index_is_named_and_lacks_the_pubmed_number():
    paper = one("colrev_eric.nbib")
    record = paper.record
    assert (paper.source, paper.problems) == ("ERIC", ("The record has no PubMed number.",))
    assert (record.doi, record.language, record.pages, record.year) == ("10.1000/123456789", "en", "1-9", 2000)
    assert people(paper) == ["Smith, Tom", "Hunter, Shawn"]


PLAIN = """PMID- 1
OWN - NLM
TI  - First paper
      and its second line.
FAU - Müller, Zoë
DP  - Winter 2003

PMID- 2
OWN - NLM
TI  - Second photo-
      documentation of 2 -
      3 cases.
FAU - Board, Mary Ann
DP  - 2001 Nov-Dec
LID - 10.1000/x [doi]
SO  - J Test. 2001 Nov-Dec;1:2.
"""
TITLES = ["First paper and its second line", "Second photo-documentation of 2 - 3 cases"]


def titles(data: bytes) -> list[str]:
    return [each.record.title if isinstance(each, Incoming) else each.reason for each in read(nbib, data)]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace("\n", "\n\n").encode(),  # a blank line after every line
        PLAIN.replace("\n\n", "\n").encode(),  # none between the records
        PLAIN.replace("\n\n", "\n\n\n\n").encode(),
        ("\n\n" + PLAIN).encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace("PMID- 1\n", "").encode(),
    ],
    ids=["lf", "crlf", "cr", "spaced", "dense", "far apart", "mark", "utf-16", "no first number"],
)
def test_lines_may_end_and_stand_apart_in_any_way(data):
    assert titles(data) == TITLES
    assert nbib.looks_like(data[:4096])


def test_western_letters_are_read_with_a_remark():
    papers = read(nbib, PLAIN.encode("latin-1"))
    assert people(papers[0]) == ["Müller, Zoë"]
    assert papers[0].problems == (
        "The file is not written in UTF-8 throughout and was read as Windows-1252: check the accents.",
    )
    assert papers[1].problems == ()


def test_record_without_number_does_not_join_the_one_before():
    papers = read(nbib, PLAIN.replace("PMID- 2\n", "").encode())
    assert [paper.record.pmid for paper in papers] == ["1", ""]
    assert papers[1].problems == ("The record has no PubMed number.",)


def test_garbage_between_records_is_refused_in_its_place():
    text = "Search results\n42 found\n\n" + PLAIN.replace("\n\n", "\n\n??? nothing ???\n\n")
    found = read(nbib, text.encode())
    assert [(each.number, each.line, each.reason) for each in found if isinstance(each, Refusal)] == [
        (1, 1, "Lines 1 to 2 are no part of a record."),
        (3, 11, "Line 11 is no part of a record."),
    ]
    assert [each.record.title for each in found if isinstance(each, Incoming)] == TITLES


def test_garbage_inside_a_record_is_named():
    paper = read(nbib, PLAIN.replace("FAU - Müller, Zoë\n", "!garbage\n").encode())[0]
    assert (paper.record.title, paper.record.authors) == (TITLES[0], ())
    assert paper.problems == ("Line 5 is no part of the record and left out.",)


def test_record_without_title_is_refused():
    assert read(nbib, b"PMID- 5\nDP  - 2001\n\nPMID- 6\nTI  - A title.\n")[0] == Refusal(
        1, "The record has no title.", "", 1
    )


def test_repeated_number_and_unreadable_identifiers_are_named():
    text = (
        "PMID- 7\nTI  - A title.\nLID - 10.1000/a [doi]\nAID - 10.1000/b [doi]\nPMC - PMCx\nIS  - 0140-6737 (Print)\n"
    )
    paper = only(nbib, text.encode())
    assert (paper.record.doi, paper.record.pmcid, paper.record.issn) == ("10.1000/a", "", "")
    assert paper.problems == (
        "The record names more than one: 10.1000/a, 10.1000/b. The first was taken.",
        "Left out, not a PubMed Central number: 'PMCx'.",
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PMID- 1\nTI  - " + b"a" * (1 << 20), "Line 2 is longer than 1 million letters. This is no such file."),
        (
            b"PMID- 1\nTI  - a\n" + (b"      " + b"b" * 1000 + b"\n") * 21_500,
            "The record at line 1 is larger than 20 million letters.",
        ),
        (
            b"PMID- 1\nTI  - a\0b\n",
            "The file holds bytes that no text has. Export the references again, as text in UTF-8.",
        ),
    ],
    ids=["line", "record", "zero"],
)
def test_what_is_no_such_file_is_said(data, message):
    assert until_stopped(nbib, data) == ([], message)


@pytest.mark.parametrize(
    "head",
    [b"", b"TY  - JOUR\nTI  - a\nAU  - b\nDP  - c\n", b"@article{a,", b"<PubmedArticleSet>", b"a,b,c\n", b"\xff\xfe"],
)
def test_other_files_are_not_mistaken(head):
    assert nbib.looks_like(head) is False
