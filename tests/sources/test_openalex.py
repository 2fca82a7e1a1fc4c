"""What works of OpenAlex become."""

import json

import pytest

from studies.formats.readers.refusals import Refusal
from studies.records import Collective, Person
from studies.sources import openalex

WORK = {
    "id": "https://openalex.org/W42",
    "doi": "https://doi.org/10.1000/ABC",
    "title": "A <i>title</i>",
    "publication_year": 2024,
    "publication_date": "2024-05-06",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/123", "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/456"},
    "language": "en",
    "type": "article",
    "primary_location": {"source": {"display_name": "A journal", "issn_l": "0140-6736"}, "license": "cc-by"},
    "biblio": {"volume": "1", "issue": None, "first_page": "3", "last_page": "9"},
    "authorships": [
        {
            "raw_author_name": "Maria van der Berg",
            "author": {"display_name": "M. Berg", "orcid": "https://orcid.org/0000-0001-5337-3941"},
        },
        {"author": {"display_name": "ME Study Group"}},
    ],
    "abstract_inverted_index": {"words": [1, 3], "Some": [0], "and": [2]},
}


def made(**values):
    (paper,) = openalex.parse(json.dumps({"meta": {}, "results": [WORK | values]}).encode())
    return paper


def test_work_is_read_whole():
    paper = made()
    record = paper.record
    assert (record.title, record.journal, record.issn, record.volume, record.pages) == (
        "A title", "A journal", "0140-6736", "1", "3-9",
    )  # fmt: skip
    assert (record.doi, record.pmid, record.pmcid) == ("10.1000/abc", "123", "PMC456")
    assert (record.year, record.month, record.day, record.language) == (2024, 5, 6, "en")
    assert record.authors == (Person("van der Berg", "Maria", "0000-0001-5337-3941"), Collective("ME Study Group"))
    assert (paper.abstract.sections, paper.abstract.license) == ((("", "Some words and words"),), "")
    assert (record.publication_types, openalex.number(paper)) == (("article",), "W42")


def test_first_of_january_means_the_year():
    record = made(publication_date="2024-01-01").record
    assert (record.year, record.month, record.day) == (2024, None, None)


def test_retraction_comes_without_its_notice():
    paper = made(is_retracted=True)
    assert (paper.record.retraction_status, paper.record.retraction_notice_doi) == ("retracted", "")
    assert paper.problems == ("OpenAlex says that the paper was retracted and names no notice.",)


def test_list_of_a_hundred_authors_is_cut():
    many = [{"raw_author_name": f"Jo Name{number}"} for number in range(100)]
    assert (made(authorships=many).record.authors_complete, made(authorships=many[:99]).record.authors_complete) == (
        False,
        True,
    )


@pytest.mark.parametrize("kind", ["dataset", "dissertation", "paratext", "peer-review"])
def test_what_is_no_paper_is_refused(kind):
    assert isinstance(made(type=kind), Refusal)


@pytest.mark.parametrize("kind", ["article", "review", "preprint", "letter", "editorial", "erratum", "report"])
def test_papers_of_every_type_are_read(kind):
    assert made(type=kind).record.publication_types == (kind,)
