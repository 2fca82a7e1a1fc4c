"""A paper as JSON and back."""

import json
from datetime import date

import pytest

from studies.incoming import Incoming, Summary
from studies.records import Collective, Person, Record, Relation
from studies.sample_files import coded_papers, listed_papers
from studies.sources import SOURCES
from studies.stored_papers import from_data, record_from, to_data
from tests.sources.asking import client_for
from tests.sources.stub import serving

FULL = Incoming(
    Record(
        title="Pacing, “rest” and ω",
        authors=(Person("Adams", "Barbara", "0000-0002-1825-0097"), Collective("The Group"), Person("Solo")),
        authors_complete=False,
        journal="A Journal",
        issn="0028-0836",
        year=2024,
        month=5,
        day=6,
        doi="10.1000/x",
        pmid="1",
        pmcid="PMC1",
        language="de",
        keywords=("fatigue", "rest"),
        publication_types=("Journal Article",),
        relations=(
            Relation("retracted_by", doi="10.1000/n", text="J. 2025", on=date(2025, 1, 2)),
            Relation("update_of"),
        ),
        retraction_status="retracted",
        retraction_notice_doi="10.1000/n",
        retraction_on=date(2025, 1, 2),
        preprint_doi="10.1101/2024.01.01.1",
    ),
    source="PubMed",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    abstract=Summary((("Aim", "To look."), ("", "We looked.")), "CC-BY", "https://example.org/l", "PubMed"),
)


def there_and_back(paper):
    return from_data(json.loads(json.dumps(to_data(paper))))


@pytest.mark.parametrize("paper", [FULL, Incoming(Record(title="Bare"), source="")], ids=["full", "bare"])
def test_paper_comes_back_as_it_was(paper):
    assert there_and_back(paper) == paper


def test_every_field_of_a_record_is_kept():
    """Each field given a value of its own, so that a new one cannot be forgotten."""
    values = {}
    for name, usual in ((each, getattr(Record(title=""), each)) for each in Record.__dataclass_fields__):
        values[name] = {str: f"a {name}", bool: False, type(None): 7, tuple: (f"a {name}",)}[type(usual)]
    values |= {"authors": (Person("A"),), "relations": (Relation("update_of"),)}
    values |= {"retraction_on": date(2024, 1, 2), "atlas_changed_on": date(2024, 1, 3)}
    paper = Incoming(Record(**values), source="x")
    assert there_and_back(paper) == paper


def test_papers_of_the_sample_come_back():
    papers = [*coded_papers(), *listed_papers()]
    assert len(papers) > 900
    for paper in papers:
        assert there_and_back(paper).record == paper.record
        assert there_and_back(paper).abstract == paper.abstract


def test_papers_of_every_source_come_back():
    with serving(number=30) as stub:
        found = [
            SOURCES[name].fetch(client_for(stub), doi=held.record.doi)
            for name in SOURCES
            for held in stub.shelves.papers[:10]
        ]
    assert [(there_and_back(one).record, there_and_back(one).abstract) for one in found] == [
        (one.record, one.abstract) for one in found
    ]


def test_empty_fields_take_no_room_and_unknown_ones_are_passed_over():
    assert to_data(Incoming(Record(title="Bare"), source="PubMed")) == {"record": {"title": "Bare"}, "source": "PubMed"}
    assert record_from({"title": "Bare", "colour": "red"}) == Record(title="Bare")
