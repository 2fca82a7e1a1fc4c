"""JATS: the beginning of an article as PubMed Central and publishers give it."""

from datetime import date

import pytest

from studies.formats.readers import jats, pubmed_xml
from studies.formats.readers.refusals import Refusal
from studies.records import Person, Relation
from tests.formats.reading import content, only, people, read

ARTICLE = "jats/vernon_2025.xml"
MADE = content("jats/made.xml")


def test_article_keeps_its_bibliography():
    paper = only(jats, content(ARTICLE))
    record = paper.record
    assert record.title == (
        "Incidence and Prevalence of Post-COVID-19 Myalgic Encephalomyelitis: "
        "A Report from the Observational RECOVER-Adult Study"
    )
    assert (record.journal, record.journal_abbreviation) == ("Journal of General Internal Medicine", "J Gen Intern Med")
    assert (record.volume, record.issue, record.pages, record.issn) == ("40", "5", "1085-1094", "0884-8734")
    assert (record.doi, record.pmid, record.pmcid) == ("10.1007/s11606-024-09290-9", "39804551", "PMC11968624")
    assert (record.year, record.month, record.day) == (2025, 1, 13)  # neither the issue nor the archive's release
    assert (record.language, record.keywords) == ("en", ("ME/CFS", "long COVID"))
    assert record.publication_types == ("research-article",)
    assert (paper.source, paper.problems) == ("PubMed Central, full text", ())


def test_authors_stand_without_editors_and_members_of_groups():
    paper = only(jats, content(ARTICLE))
    assert paper.record.authors[0] == Person("Vernon", "Suzanne D.", "0000-0002-5241-8914")
    assert people(paper)[1:] == [
        "Zheng, Tianyu",
        "Bonilla, Hector Fabio MD",
        "= on behalf of the NIH Researching COVID to Enhance Recovery (RECOVER) Consortium",
    ]


def test_abstract_under_an_open_licence_keeps_sections_and_licence():
    paper = only(jats, content(ARTICLE))
    assert paper.license_url == "https://creativecommons.org/licenses/by/4.0/"
    assert (paper.abstract.license, paper.abstract.license_url) == ("CC-BY", paper.license_url)
    assert paper.abstract.sections == (
        ("Background", "Myalgic encephalomyelitis/chronic fatigue syndrome (ME/CFS) may occur after infection."),
        (
            "Results",
            (
                "The proportion of all RECOVER-Adult participants that met criteria for ME/CFS following SARS-CoV-2 "
                "infection was 4.5% (531 of 11,785) compared to 0.6% (9 of 1439) in uninfected participants.\n"
                "A ratio of r² and 10⁶."
            ),
        ),
    )


def test_english_title_leads_and_the_own_one_stays():
    paper = read(jats, MADE)[0]
    record = paper.record
    assert record.title == "A case of chronic fatigue syndrome: a report"
    assert record.vernacular_title == "慢性疲労症候群の一例: 症例報告"
    assert (record.language, record.journal, record.pages, record.pmcid) == ("ja", "疲労科学", "e12", "PMC4242")
    assert (record.year, record.month, record.day) == (2021, 3, 4)


def test_names_in_every_style_are_read():
    paper = read(jats, MADE)[0]
    assert people(paper) == ["山田, 太郎", "Suharto, ", "Novak, Petra", "Wrong, Id", "= ME Study Group"]
    assert paper.problems == (
        "Left out, not an ORCID: '0000-0000-0000-000X'.",
        "An author is named in a way that cannot be read, or is anonymous.",
    )


def test_retraction_comment_and_preprint_are_kept():
    record = read(jats, MADE)[0].record
    assert record.relations == (
        Relation("retracted_by", doi="10.1000/notice", text="J Test. 2022 Feb 3;1:2", on=date(2022, 2, 3)),
        Relation("commented_by", pmid="12345", text="Comment"),
        Relation("has_preprint", doi="10.1101/2020.12.01.405886"),
    )
    assert (record.retraction_status, record.retraction_notice_doi) == ("retracted", "10.1000/notice")
    assert (record.retraction_on, record.preprint_doi) == (date(2022, 2, 3), "10.1101/2020.12.01.405886")


def test_stricter_of_two_licences_hides_the_abstract():
    paper = read(jats, MADE)[0]
    assert paper.license_url == "http://creativecommons.org/licenses/by-nc/4.0/"
    assert paper.abstract.license == ""
    assert paper.abstract.sections == (("Aim", "To tell."), ("Result", "It was told."))


def test_notice_of_retraction_names_its_paper():
    paper = read(jats, MADE)[1]
    record = paper.record
    assert (record.retraction_status, record.publication_types) == ("none", ("retraction",))
    assert record.relations == (Relation("retraction_of", doi="10.1000/jats.1"),)
    assert (record.year, record.month, record.day) == (2022, 2, 3)
    assert (paper.source, paper.abstract.license) == ("full text (JATS)", "CC0")


def test_article_without_title_is_refused():
    assert read(jats, MADE)[2] == Refusal(3, "The record has no title.", "", 36)


def test_own_files_are_recognised_and_others_are_not():
    assert jats.looks_like(content(ARTICLE)[:4096])
    assert jats.looks_like(MADE[:4096])
    assert not pubmed_xml.looks_like(content(ARTICLE)[:4096])
    assert not jats.looks_like(content("pubmed_xml/biopython_pubmed4.xml")[:4096])


@pytest.mark.parametrize(
    "head", [b"", b"<html><article>", b"PMID- 1", b"<ArticleSet>", b"\x1f\x8b", b"@article{front,"]
)
def test_other_beginnings_are_not_mistaken(head):
    assert jats.looks_like(head) is False
