"""Tables of references: delimiters, headers, rows, and what spreadsheets do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats.readers import tabular
from studies.formats.readers.columns import layout
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.records import Collective, Person
from tests.formats.files import one, read_all

HEAD = "title,authors,journal,year,doi,pmid,volume,issue,pages\n"


def record(row, head=HEAD):
    return one(tabular, head + row + "\n").record


PUBMED = "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI\n"
SCOPUS = (
    '"Authors","Author full names","Title","Year","Source title","Volume","Issue","Art. No.","Page start","Page end",'
    '"DOI","Link","Abstract","Author Keywords","Document Type","PubMed ID"\n'
)
ZOTERO = (
    '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISBN","ISSN","DOI","Url","Abstract Note",'
    '"Date","Pages","Issue","Volume","Journal Abbreviation","Language","Extra"\n'
)


def test_export_of_pubmed_is_read():
    people = '"Li A, van der Berg B, RECOVER Consortium."'
    found = record(f'123456,"A title, in full.",{people},J. 2020,Li A,J Test,2020,2020/01/02,PMC12,,10.1000/X', PUBMED)
    assert found.authors == (Person("Li", "A"), Person("van der Berg", "B"), Collective("RECOVER Consortium"))
    assert (found.title, found.journal, found.year, found.doi, found.pmid, found.pmcid) == (
        "A title, in full", "J Test", 2020, "10.1000/x", "123456", "PMC12",
    )  # fmt: skip


def test_export_of_scopus_is_read():
    cells = [
        "Li A.; Doe J.",
        "Li, Ann (1); Doe, Jane (2)",
        "A title",
        "2020",
        "J Test",
        "3",
        "2",
        "",
        "12",
        "15",
        "10.1000/x",
    ]
    found = record(",".join(f'"{cell}"' for cell in [*cells, "", "Text", "a; b", "Letter", "1"]), SCOPUS)
    assert (found.pages, found.keywords, found.publication_types, found.pmid) == ("12-15", ("a", "b"), ("Letter",), "1")


def test_export_of_zotero_is_read():
    cells = ["K", "journalArticle", "2020", "Li, Ann; Doe, Jane", "A title", "J Test", "", "0140-6736", ""]
    cells += ["https://doi.org/10.1000/x", "", "2020-03-04", "1-2", "", "", "", "en", "PMID: 123456"]
    found = record(",".join(f'"{cell}"' for cell in cells), ZOTERO)
    assert (found.authors, found.doi, found.pmid, found.month, found.issn) == (
        (Person("Li", "Ann"), Person("Doe", "Jane")), "10.1000/x", "123456", 3, "0140-6736",
    )  # fmt: skip


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_seen(delimiter):
    head, row = ["Titel", "Autoren", "Zeitschrift", "Jahr"], ["A title", "Li A", "J", "2020"]
    text = delimiter.join(head) + "\n" + delimiter.join(row) + "\n"
    assert tabular.looks_like(text.encode())
    assert (one(tabular, text).record.title, one(tabular, text).record.year) == ("A title", 2020)


def test_marks_of_spreadsheets_are_read_over():
    text = 'sep=;\r\nTitle;Journal;PMID;Year\r\nA title;J;="0123456";2020.0\r\n'
    for content in (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode("utf-16-le")):
        found = one(tabular, content).record
        assert (found.title, found.pmid, found.year) == ("A title", "123456", 2020)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1", "-1", '=HYPERLINK("http://x";"y")', "=cmd|' /C calc'!A0"])
def test_formula_stays_text(cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    item = one(tabular, f"{HEAD}{quoted},Li A,J,2020,,,,,\n")
    assert (item.record.title, item.problems) == (
        cell, ("The title begins like a formula and was read as text: check what should stand there.",),
    )  # fmt: skip


def test_apostrophe_that_kept_a_formula_from_running_goes():
    assert record("'=1+1,Li A,J,2020,,,,,").title == "=1+1"


def test_pages_that_a_spreadsheet_made_a_date_are_left_out():
    item = one(tabular, HEAD + "A title,Li A,J,2020,,,3,2,Mar-15\n")
    assert (item.record.pages, item.problems) == (
        "", ("The pages were left out: a spreadsheet made a date of them (Mar-15).",),
    )  # fmt: skip


def test_identifiers_that_cannot_be_read_are_named():
    item = one(tabular, HEAD + "A title,Li A,J,2020,n/a,2.85E+07,,,\n")
    assert (item.record.doi, item.record.pmid, item.problems) == (
        "", "", ("Left out, not a DOI: 'n/a'.", "Left out, not a PubMed number: '2.85E+07'."),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Smith J, Doe A", [Person("Smith", "J"), Person("Doe", "A")]),
        ("Smith, John", [Person("Smith", "John")]),
        ("Smith, John; Doe, Jane", [Person("Smith", "John"), Person("Doe", "Jane")]),
        ("Smith, J., Doe, A.B., Li, C.", [Person("Smith", "J."), Person("Doe", "A.B."), Person("Li", "C.")]),
        ("Smith, J. and Doe, A.", [Person("Smith", "J."), Person("Doe", "A.")]),
        ("J. Smith & A. Doe", [Person("Smith", "J."), Person("Doe", "A.")]),
        ("Smith J et al.", [Person("Smith", "J")]),
        ("", []),
    ],
)
def test_authors_are_taken_apart(cell, expected):
    found = record(f'A title,"{cell}",J,2020,,,,,')
    assert (found.authors, found.authors_complete) == (tuple(expected), "et al" not in cell)


def test_rows_are_counted_and_have_the_line_where_they_begin():
    text = (
        HEAD
        + 'One,Li A,J,2020,,,,,\n\n"Two\nlines",Li A,J,2020,,,,,\n,,,,,,,,\nThree,a,b,c,d,e,f,g,h,i\n,Li A,J,2020,,,,,\n'
    )
    one_, two, three, four = read_all(tabular, text)
    assert (one_.record.title, two.record.title) == ("One", "Two lines")
    assert (three.number, three.line, three.reason) == (
        3, 7, "The row has 10 cells and the header 9: a text that holds the separator must stand in quotation marks.",
    )  # fmt: skip
    assert four == Refusal(4, "The record has no title.", "", 8)


def test_quotation_mark_without_an_end_is_named_with_its_lines(monkeypatch):
    monkeypatch.setattr(tabular, "MOST_CELL", 100)
    rows = "".join(f"Row {n},Li A,J,2020,,,,,\n" for n in range(10))
    items = read_all(tabular, HEAD + 'One,Li A,J,2020,,,,,\n"Open,Li A,J,2020,,,,,\n' + rows)
    assert items[1].reason == "Lines 3 to 7: a quotation mark is not closed or a cell is too long."
    assert [item.record.title for item in items[2:]] == [f"Row {n}" for n in range(4, 10)]


def test_table_without_a_title_is_no_table_of_references():
    assert layout("name,journal,year") is None
    assert layout("title") is None
    with pytest.raises(Unreadable) as refusal:
        read_all(tabular, "name,journal\nx,y\n")
    assert str(refusal.value) == "The first line names no column “title” beside other columns that are known."


@given(st.text(alphabet="abc ,;\t|\"\n\r='é", max_size=200))
def test_any_rows_are_read_or_refused(rows):
    for item in read_all(tabular, (HEAD + rows).encode()):
        assert isinstance(item, Refusal) or item.record.title
