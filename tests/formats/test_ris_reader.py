"""RIS in the dialects of databases and managers of references."""

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st

from studies.formats import ris as written
from studies.formats.readers import ris
from studies.formats.readers.refusals import Refusal
from studies.records import Collective, Person
from tests.formats.files import content, one, papers, read_all
from tests.studies.records import MANSOUBI, records


def record(*lines, kind="JOUR"):
    return one(ris, "\n".join([f"TY  - {kind}", "TI  - A title", *lines, "ER  - ", ""])).record


def test_vendor_export_is_read_in_full():
    first, second = papers(read_all(ris, content("ris/colrev_ieee_ris.ris")))
    assert (second.record.journal, second.record.volume, second.record.issue, second.record.pages) == (
        "Secondary Title (journal title, if applicable)", "50", "3", "14-25",
    )  # fmt: skip
    assert (second.record.year, second.record.month, second.record.day) == (2017, 3, None)
    assert second.record.authors == (
        Person("Author-One", "A."),
        Person("Author-Two", "B."),
        Person("Author-Three", "C."),
    )
    assert (first.record.doi, first.record.publication_types) == ("10.1234/random-name55555.2020.00050", ("CONF",))


def test_psycinfo_tags_are_read():
    (item,) = read_all(ris, content("ris/colrev_psycinfo_ris.ris"))
    paper = item.record
    assert (paper.pmid, paper.doi, paper.issn, paper.pages, paper.year) == (
        "33355555", "10.1011/hea0004444", "", "1023-1095", 2020,
    )  # fmt: skip
    assert paper.authors[2] == Person("Author-Three", "Hans E.")
    assert paper.keywords[0] == "Keyword one"
    assert item.abstract.sections[0][1].startswith("Abstract. This is a free text field")


def test_trid_dates_pages_and_groups_are_read():
    meeting, article, report = papers(read_all(ris, content("ris/colrev_trid_ris.ris")))
    assert (meeting.record.year, meeting.record.month, meeting.record.day) == (2017, 8, 12)
    assert (article.record.pages, article.record.doi) == ("37-64", "10.1444/j.hello.2018.05.005")
    assert report.record.pages == ""
    assert report.record.authors[2:] == (Collective("Name of a Research Center"), Collective("Name of a University"))


def test_doi_of_a_cited_paper_is_not_that_of_the_paper():
    items = papers(read_all(ris, content("ris/scopus_60_records.ris.xz")))
    assert items[0].record.doi == "10.1063/5.0020407"
    assert [item.record.doi for item in items if not item.record.doi] == ["", ""]


def test_abstract_that_goes_on_without_a_tag_is_whole():
    item = papers(read_all(ris, content("ris/asreview_dataset_1.ris")))[0]
    ((label, text),) = item.abstract.sections
    assert (label, text[:16], "Background: The optimal duration" in text) == ("", "3502\nBackground:", True)
    assert (item.abstract.license, item.abstract.source) == ("", "RIS file")


@pytest.mark.parametrize(
    ("lines", "pages"),
    [
        (["SP  - 12", "EP  - 15"], "12-15"),
        (["SP  - 12-15", "EP  - 15"], "12-15"),
        (["SP  - pp. 284-7"], "284-287"),
        (["SP  - 15", "EP  - 15"], "15"),
        (["C7  - 093903"], "093903"),
        (["SP  - 146p"], ""),
    ],
)
def test_pages_come_in_one_spelling(lines, pages):
    assert record(*lines).pages == pages


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        (["PY  - 2013", "DA  - 2013/05/20/"], (2013, 5, 20)),
        (["PY  - 2013//"], (2013, None, None)),
        (["Y1  - 2013/05//"], (2013, 5, None)),
        (["PY  - 2013/05/20/Spring"], (2013, 5, 20)),
        (["PY  - 2013", "DA  - 1999/01/01"], (2013, None, None)),
        (["Y1  - Mar. 2017"], (2017, 3, None)),
        (["PY  - n.d."], (None, None, None)),
    ],
)
def test_dates_are_as_exact_as_the_file(lines, day):
    found = record(*lines)
    assert (found.year, found.month, found.day) == day


@pytest.mark.parametrize(
    ("lines", "kind", "value"),
    [
        (["M3  - doi:10.1000/X"], "doi", "10.1000/x"),
        (["UR  - https://doi.org/10.1000/x"], "doi", "10.1000/x"),
        (["N1  - doi: 10.1000/x"], "doi", "10.1000/x"),
        (["N1  - References: 10.1000/x"], "doi", ""),
        (["L3  - http://dx.doi.org/10.1000/x"], "doi", "10.1000/x"),
        (["UR  - https://pubmed.ncbi.nlm.nih.gov/123456/"], "pmid", "123456"),
        (["AN  - 123456", "DB  - PubMed"], "pmid", "123456"),
        (["AN  - 123456", "DB  - Embase"], "pmid", ""),
        (["N1  - PMID: 123456"], "pmid", "123456"),
        (["C2  - PMC123"], "pmcid", "PMC123"),
        (["UR  - https://www.ncbi.nlm.nih.gov/pmc/articles/PMC123/"], "pmcid", "PMC123"),
    ],
)
def test_identifiers_are_found_where_databases_put_them(lines, kind, value):
    assert getattr(record(*lines), kind) == value


@pytest.mark.parametrize(
    ("lines", "journal", "short"),
    [
        (["JF  - British Medical Journal", "JA  - BMJ"], "British Medical Journal", "BMJ"),
        (["T2  - British Medical Journal", "J2  - BMJ"], "British Medical Journal", "BMJ"),
        (["JO  - BMJ"], "BMJ", ""),
        (["JO  - BMJ", "T2  - British Medical Journal"], "British Medical Journal", "BMJ"),
        (["T2  - BMJ", "JO  - BMJ"], "BMJ", ""),
    ],
)
def test_journal_and_its_abbreviation_are_told_apart(lines, journal, short):
    found = record(*lines)
    assert (found.journal, found.journal_abbreviation) == (journal, short)


def test_authors_are_taken_apart():
    found = record(
        "AU  - von der Leyen, Ursula", "AU  - Smith, J.; Doe, A.", "A1  - RECOVER Consortium", "AU  - et al."
    )
    assert found.authors == (
        Person("von der Leyen", "Ursula"), Person("Smith", "J."), Person("Doe", "A."), Collective("RECOVER Consortium"),
    )  # fmt: skip
    assert found.authors_complete is False


def test_record_without_its_end_is_not_lost():
    items = read_all(
        ris, "TY  - JOUR\nTI  - One\nTY  - JOUR\nTI  - Two\nER  - \nTI  - Three\nJO  - J\nTY  - JOUR\nTI  - Four"
    )
    assert [item.record.title for item in items] == ["One", "Two", "Three", "Four"]


def test_numbers_and_headings_between_records_are_no_records():
    text = "Database: Embase\n\n1. \nTY  - JOUR\nTI  - One\nER  - \n\n<2>\nTY  - JOUR\nTI  - Two\nER  - \n3.\n"
    assert [item.record.title for item in read_all(ris, text)] == ["One", "Two"]


def test_single_space_before_the_hyphen_is_read():
    assert one(ris, "TY - JOUR\nTI - A title\nAU - Li, A\nER -").record.authors == (Person("Li", "A"),)


def test_marked_title_says_that_the_paper_was_retracted():
    item = one(ris, "TY  - JOUR\nTI  - RETRACTED: A title\nN1  - Retracted in 2020\nER  - ")
    assert (item.record.title, item.record.retraction_status) == ("RETRACTED: A title", "retracted")
    assert item.problems == ("The title says that the paper was retracted.",)


def test_note_about_a_retraction_is_told():
    item = one(ris, "TY  - JOUR\nTI  - A title\nN1  - Retraction in: J Test. 2020\nER  - ")
    assert (item.record.retraction_status, item.problems) == (
        "none", ("The file says of the paper: “Retraction in: J Test. 2020”.",),
    )  # fmt: skip


def test_labels_inside_an_abstract_make_sections():
    item = one(ris, "TY  - JOUR\nTI  - A title\nAB  - BACKGROUND: Why. METHODS: How. RESULTS: What.\nER  - ")
    assert item.abstract.sections == (("Background", "Why."), ("Methods", "How."), ("Results", "What."))


def test_record_without_a_title_is_refused_with_its_line():
    assert read_all(ris, "\n\nTY  - JOUR\nAU  - Li, A\nER  - ") == [Refusal(1, "The record has no title.", "", 3)]


def test_generic_kind_is_read_where_it_can_be_found_again():
    assert record("DO  - 10.1000/x", kind="GEN").doi == "10.1000/x"
    (refusal,) = read_all(ris, "TY  - GEN\nTI  - A title\nER  - ")
    assert refusal.reason == (
        "Its kind (“GEN”) does not say that it is a paper, and it has no identifier and no journal."
    )


def test_book_in_pubmed_is_read():
    assert record("AN  - 25695122", "DB  - PubMed", kind="BOOK").pmid == "25695122"


def test_endless_record_is_refused_and_the_next_one_read():
    text = "TY  - JOUR\nTI  - Long\nAB  - " + "word " * 500_000 + "\nER  - \nTY  - JOUR\nTI  - Next\nER  - \n"
    long, following = read_all(ris, text)
    assert (long.reason, following.record.title) == (
        "The record has 2500029 characters: the file is damaged here.", "Next",
    )  # fmt: skip


def test_letters_in_windows_1252_are_read_with_a_remark():
    item = one(ris, "TY  - JOUR\nTI  - A title\nAU  - Müller, Zoë\nER  - ".encode("cp1252"))
    assert (item.record.authors, item.problems) == (
        (Person("Müller", "Zoë"),),
        ("The file is not written in UTF-8 throughout and was read as Windows-1252: check the accents.",),
    )


@pytest.mark.parametrize(
    "name", ["ris/asreview_dataset_2.ris", "ris/colrev_jstor_ris.ris", "ris/scopus_60_records.ris.xz"]
)
def test_sound_files_have_the_records_that_another_reader_sees(name):
    data = content(name)
    seen = [entry.get("title") or entry.get("primary_title") for entry in rispy.loads(data.decode())]
    titles = [item.title if isinstance(item, Refusal) else item.record.title for item in read_all(ris, data)]
    assert [title.rstrip(".") for title in seen] == titles


def test_own_export_comes_back():
    item = one(ris, written.render(MANSOUBI))
    same = ("title", "journal", "journal_abbreviation", "volume", "issue", "pages", "year", "month", "day", "doi", "pmid",
            "pmcid", "keywords", "language")  # fmt: skip
    assert {name: getattr(item.record, name) for name in same} == {name: getattr(MANSOUBI, name) for name in same}


@given(records)
def test_own_export_of_any_record_is_read_or_refused(paper):
    (item,) = read_all(ris, written.render(paper))
    assert isinstance(item, Refusal) or item.record.year == paper.year


@given(
    st.lists(
        st.sampled_from(["TY  - JOUR", "TI  - A", "AU  - B, C", "ER  - ", "", "x", "TY - GEN", "PY  - 20", "SP  -"])
    )
)
def test_no_order_of_lines_loses_a_record_or_fails(lines):
    items = read_all(ris, "\n".join(lines))
    assert len(items) >= sum(line.startswith("TY") for line in lines)
