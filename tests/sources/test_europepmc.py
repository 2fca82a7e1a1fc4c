"""What results of Europe PMC become."""

import json

import pytest

from studies.formats.readers.refusals import Refusal
from studies.records import Collective, Person, Relation
from studies.sources import europepmc
from tests.sources.recordings import recording


def made(**values):
    result = {"id": "1", "source": "MED", "pmid": "1", "title": "A title."} | values
    (paper,) = europepmc.parse(json.dumps({"resultList": {"result": [result]}}).encode())
    return paper


def test_recorded_result_is_read_whole():
    (paper,) = europepmc.parse(recording("europepmc/rest_core_21999661.json"))
    record = paper.record
    assert (record.title, record.journal, record.journal_abbreviation) == (
        "Open bibliography for science, technology, and medicine",
        "Journal of Cheminformatics",
        "J Cheminform",
    )
    assert (record.doi, record.pmid, record.pmcid) == ("10.1186/1758-2946-3-47", "21999661", "PMC3206455")
    assert (record.issn, record.volume, record.pages, record.language) == ("1758-2946", "3", "47", "en")
    assert (record.year, record.month, record.day) == (2011, 10, 14)
    assert record.authors[2] == Person("Murray-Rust", "Peter", "0000-0003-3386-3972")
    assert record.publication_types == ("research-article", "Journal Article")
    assert (paper.abstract.license, paper.problems) == ("CC-BY", ())
    assert europepmc.number(paper) == "MED/21999661"


def test_saved_results_with_other_shapes_are_read_alike():
    found = list(europepmc.parse(recording("europepmc/pygetpapers_pt195_25.json")))
    assert found[1].record.authors[0] == Person("Khoury", "Aleen", "0000-0002-7139-9536")
    assert found[0].record.publication_types == ("research-article", "Journal Article")


@pytest.mark.parametrize(
    ("licence", "known"),
    [("cc by", "CC-BY"), ("CC0", "CC0"), ("cc by-nc", ""), ("cc by-nc-nd", ""), ("", ""), (None, "")],
)
def test_only_open_licences_let_an_abstract_be_shown(licence, known):
    assert made(license=licence, abstractText="Some words.").abstract.license == known


def test_marked_sections_keep_their_labels():
    paper = made(abstractText="<h4>Background</h4>One.<h4>Results</h4>Two <i>x</i>.")
    assert paper.abstract.sections == (("Background", "One."), ("Results", "Two x."))


def test_notices_become_relations_and_standing():
    notes = [
        {"id": "2", "source": "MED", "type": "Retraction in", "reference": "J A. 2020;1:2. doi: 10.1000/NOTICE."},
        {"id": "3", "source": "MED", "type": "Comment in", "reference": "J B"},
        {"id": "PPR5", "source": "PPR", "type": "Preprint in", "reference": "medRxiv. doi: 10.1101/1"},
        {"id": "4", "source": "MED", "type": "Cites"},
    ]
    paper = made(commentCorrectionList={"commentCorrection": notes})
    assert paper.record.relations == (
        Relation("retracted_by", "10.1000/notice", "2", "J A. 2020;1:2. doi: 10.1000/NOTICE."),
        Relation("commented_by", "", "3", "J B"),
        Relation("has_preprint", "10.1101/1", "", "medRxiv. doi: 10.1101/1"),
    )
    assert (paper.record.retraction_status, paper.record.retraction_notice_doi) == ("retracted", "10.1000/notice")
    assert paper.record.preprint_doi == "10.1101/1"


def test_type_of_publication_tells_a_retraction_without_its_notice():
    assert made(pubTypeList={"pubType": ["Retracted Publication"]}).record.retraction_status == "retracted"
    assert made(pubTypeList={"pubType": ["Retraction of Publication"]}).record.retraction_status == "none"


def test_preprint_has_its_server_and_number():
    paper = made(
        id="PPR9", source="PPR", pmid=None, doi="10.1101/2", bookOrReportDetails={"publisher": "medRxiv"},
        pubTypeList={"pubType": ["Preprint"]}, firstPublicationDate="2024-05-06", pubYear="2024",
    )  # fmt: skip
    record = paper.record
    assert (record.journal, record.publication_types, europepmc.number(paper)) == ("medRxiv", ("Preprint",), "PPR/PPR9")
    assert (record.year, record.month, record.day) == (2024, 5, 6)


def test_year_that_the_paper_is_cited_with_wins_over_the_first_day():
    record = made(
        pubYear="2022",
        firstPublicationDate="2021-12-25",
        journalInfo={"monthOfPublication": 2, "yearOfPublication": 2022},
    ).record
    assert (record.year, record.month, record.day) == (2022, 2, None)


def test_names_without_a_list_are_read_from_the_line():
    record = made(authorString="Jones R, RECOVER Consortium, Smith AB, et al.").record
    assert record.authors == (Person("Jones", "R"), Collective("RECOVER Consortium"), Person("Smith", "AB"))
    assert record.authors_complete is False


def test_group_in_the_list_of_authors_is_a_group():
    authors = {"author": [{"collectiveName": "ME Study Group"}, {"fullName": "Jones R"}, {}]}
    record = made(authorList=authors).record
    assert (record.authors, record.authors_complete) == ((Collective("ME Study Group"), Person("Jones", "R")), False)


def test_patent_is_refused():
    paper = made(id="US1", source="PAT")
    assert isinstance(paper, Refusal)
    assert paper.reason == "This is a patent (“patent”), and the atlas holds papers."
