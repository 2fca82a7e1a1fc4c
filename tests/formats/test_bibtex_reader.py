"""BibTeX and BibLaTeX as databases, publishers and people write them."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats import bibtex as written
from studies.formats.readers import bibtex, bibtex_entries
from studies.formats.readers.bibtex_entries import resolved
from studies.formats.readers.refusals import Refusal
from studies.records import Collective, Person
from tests.formats.files import content, one, papers, read_all
from tests.studies.records import MANSOUBI, records


def record(*fields, kind="article", key="k"):
    return one(bibtex, f"@{kind}{{{key}, title = {{A title}}, journal = {{J}},\n" + ",\n".join(fields) + "\n}").record


def authors(text):
    return record(f"author = {{{text}}}").authors


def test_entries_of_a_wild_file_keep_their_facts():
    items = papers(read_all(bibtex, content("bibtex/bibaudit_sample.bib")))
    assert [item.record.doi for item in items] == [
        "", "", "", "10.1016/s0140-6736(03)14065-2", "10.1234/urlonly.2019", "", "", "10.5678/shared.doi",
        "10.5678/shared.doi", "", "",
    ]  # fmt: skip
    assert items[2].record.title == "Response to @mentions in social media surveillance"
    assert items[5].record.authors == (Collective("The Endogenous Hormones and Breast Cancer Collaborative Group"),)
    assert (items[6].record.authors, items[6].record.authors_complete) == (
        (Person("Gil", "Miguel"), Person("Huerta", "Consuelo")), False,
    )  # fmt: skip
    assert items[10].problems == ("Record 11 has the same key (dupkey2022).",)


def test_abbreviations_months_and_parents_are_resolved():
    items = papers(read_all(bibtex, content("bibtex/xampl.bib")))
    article, crossref = items[1].record, items[2].record
    expected = ("G-Animal's Journal", "41", "7", "73+", 1986, 7)
    for found in (article, crossref):
        assert (found.journal, found.volume, found.issue, found.pages, found.year, found.month) == expected
    meeting = items[5].record
    assert (meeting.journal, meeting.pages, meeting.year) == (
        "Proc. Fifteenth Annual ACM Symposium on the Theory of Computing", "133-139", 1983,
    )  # fmt: skip
    assert items[6].record.title == "An O(n log n / log log n) Sorting Algorithm"
    assert items[7].record.authors == (Person("Térrific", "Tom"),)


def test_vendor_fields_are_read():
    meeting, article = papers(read_all(bibtex, content("bibtex/colrev_web_of_science_bib.bib")))
    assert (meeting.record.doi, meeting.record.journal) == ("10.1007/999-9-999-99999-9_3", "A BOOKTITLE")
    assert (article.record.title, article.record.year, article.record.month, article.record.day) == (
        "A dummy title's", 2022, 3, 1,
    )  # fmt: skip
    first, _ = papers(read_all(bibtex, content("bibtex/colrev_taylor_and_francis_bib.bib")))
    assert (first.record.pmid, first.record.title) == (
        "33355555", "This is a dummy title from publisher Taylor & Francis",
    )  # fmt: skip
    item = papers(read_all(bibtex, content("bibtex/scopus_40_records.bib.xz")))[0]
    assert (item.record.journal_abbreviation, item.record.pages, item.record.publication_types) == (
        "Jpn. J. Appl. Phys.", "SB1001", ("article", "Article"),
    )  # fmt: skip


def test_percent_sign_of_an_abstract_begins_no_remark():
    first, preprint = papers(read_all(bibtex, content("bibtex/colrev_europe_pmc_bib.bib")))
    assert first.abstract.sections == (
        ("", "Be Aware of percentage symbols in abstract. It breaks codehighlightin in Visual Studio Code."),
        ("abstract with HTML", ".(P = 0.05) and (P = 0.03)"),
    )
    assert (preprint.record.doi, preprint.record.journal) == ("10.55555/rs.1.rs-1777777/v99", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("von der Leyen, Ursula", [Person("von der Leyen", "Ursula")]),
        ("Ludwig van Beethoven", [Person("van Beethoven", "Ludwig")]),
        ("King, Jr., Martin Luther", [Person("King", "Martin Luther, Jr.")]),
        (r"M{\"u}ller, J{\'e}r{\^o}me and \O{}stby, \AA{}se", [Person("Müller", "Jérôme"), Person("Østby", "Åse")]),
        (r"{\'{E}}douard Masterly", [Person("Masterly", "Édouard")]),
        ("{RECOVER Initiative} and Li, A", [Collective("RECOVER Initiative"), Person("Li", "A")]),
        ("World Health Organization", [Collective("World Health Organization")]),
        ("{Barnes and Noble} and Li, A", [Collective("Barnes and Noble"), Person("Li", "A")]),
        ("Викторов, Михаил Маркович", [Person("Викторов", "Михаил Маркович")]),
        ("Li, A and others", [Person("Li", "A")]),
        ("Plato", [Person("Plato")]),
    ],
)
def test_names_are_taken_apart(text, expected):
    assert authors(text) == tuple(expected)


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        (["year = 2013", "month = jul"], (2013, 7, None)),
        (["year = 2013", 'month = "10~" # jan'], (2013, 1, 10)),
        (["year = {2013}", "month = {04}"], (2013, 4, None)),
        (["year = {{\\noopsort{1973b}}1981}"], (1981, None, None)),
        (["date = {2013-05-20}"], (2013, 5, 20)),
        (["year = {in press}"], (None, None, None)),
    ],
)
def test_dates_are_read(fields, day):
    found = record(*fields)
    assert (found.year, found.month, found.day) == day


@pytest.mark.parametrize(
    ("fields", "key", "kind", "value"),
    [
        (["note = {PMID: 123456}"], "k", "pmid", "123456"),
        (["eprint = {123456}", "eprinttype = {pubmed}"], "k", "pmid", "123456"),
        (["pmcid = {PMC123}"], "k", "pmcid", "PMC123"),
        ([], "doi:10.1000/x", "doi", "10.1000/x"),
        ([], "https://doi.org/10.1000/x", "doi", "10.1000/x"),
        ([], "PMID:123456", "pmid", "123456"),
        ([r"doi = {10.1000/x\_y}"], "k", "doi", "10.1000/x_y"),
        (["url = {http://dx.doi.org/10.1000/x}"], "k", "doi", "10.1000/x"),
    ],
)
def test_identifiers_are_found(fields, key, kind, value):
    assert getattr(record(*fields, key=key), kind) == value


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("{A {B} c}", "A {B} c"),
        ('"a" # "b"', "ab"),
        ('"say {"}x{"}"', 'say {"}x{"}'),
        ("stoc", "Symposium"),
        ("STOC # { 1}", "Symposium 1"),
        ("unknown", "unknown"),
        ("1986", "1986"),
        ("{not closed", "not closed"),
        ("", ""),
    ],
)
def test_values_are_joined(raw, text):
    assert resolved(raw, {"stoc": "Symposium"}) == text


def test_entries_in_round_brackets_and_on_one_line_are_read():
    text = "@article(a, title = {One}, journal={J})@article{b, title={Two}, journal={J}} @Article {c, title={Three},journal={J}}"
    assert [item.record.title for item in read_all(bibtex, text)] == ["One", "Two", "Three"]


def test_entry_after_a_broken_one_is_read_and_the_broken_one_named():
    text = "@article{a,\n title = {Broken,\n year = 2000\n\n@article{b,\n title = {Whole}, journal = {J}}\n"
    broken, whole = read_all(bibtex, text)
    assert broken == Refusal(1, "The entry is not closed: a brace or a quotation mark is missing.", "Broken,", 1)
    assert whole.record.title == "Whole"


def test_entry_that_lost_its_sign_is_refused_and_not_taken_for_a_remark():
    lost, whole = read_all(bibtex, "article{a, title = {Lost}}\n@article{b, title = {Whole}, journal = {J}}")
    assert (lost.reason, lost.title) == ("This text holds a title, but no entry begins here.", "Lost")
    assert whole.record.title == "Whole"


def test_field_that_stands_twice_is_told():
    item = one(bibtex, "@article{a, title = {One}, title = {Two}, journal = {J}}")
    assert (item.record.title, item.problems) == (
        "One", ("The field title stands twice in the entry; the first one was read.",),
    )  # fmt: skip


def test_file_is_read_in_parts_without_losing_lines_or_abbreviations(monkeypatch):
    monkeypatch.setattr(bibtex_entries, "CHUNK", 50)
    entries = [
        f"@article{{k{n},\n title = {{Title {n}}},\n journal = jt # {{ {n}}},\n crossref = {{p}}\n}}" for n in range(30)
    ]
    text = "@string{jt = {Journal}}\n" + "\n".join(entries) + "\n@article{p, year = 1999, journal = {P}}\n"
    items = read_all(bibtex, text)
    assert [(item.record.title, item.record.journal, item.record.year) for item in papers(items)] == [
        (f"Title {n}", f"Journal {n}", 1999) for n in range(30)
    ]
    assert items[-1] == Refusal(31, "The record has no title.", "", 152)


def test_library_stays_silent_about_broken_entries(caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        read_all(bibtex, "@article{a, title = {Broken")
    assert capsys.readouterr() == ("", "")


def test_own_export_comes_back():
    item = one(bibtex, written.render(MANSOUBI))
    same = ("title", "journal", "volume", "issue", "pages", "year", "month", "doi", "pmid", "pmcid", "issn", "language")
    assert {name: getattr(item.record, name) for name in same} == {name: getattr(MANSOUBI, name) for name in same}
    assert item.record.authors == (
        Person("Mansoubi", "Maedeh"), Person("Martín-Martínez", "Jean-Paul"), Collective("the RECOVER {Consortium} & friends"),
    )  # fmt: skip


@given(records)
def test_own_export_of_any_record_is_read_or_refused(paper):
    (item,) = read_all(bibtex, written.render(paper))
    assert isinstance(item, Refusal) or (item.record.year, item.record.doi) == (paper.year, paper.doi)


PARTS = [
    "@article{k,",
    "title = {A},",
    "author = {B and C,",
    "}",
    "{",
    '"',
    "@string{a = ",
    "a # b",
    "@comment{",
    "\n",
    "@",
    "(",
    ")",
    ",",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30))
def test_no_order_of_parts_fails(parts):
    read_all(bibtex, "".join(parts))
