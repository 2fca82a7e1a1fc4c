"""What matching knows of the atlas: all of it, or what a few records could be, with the same answer."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scripts.benching.matching import FOLDER, read
from studies.holdings import Holdings
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.matching.facts import facts_of
from studies.models import SlugRedirect
from studies.records import Collective, Person, Record
from tests.studies.factories import make_study

pytestmark = pytest.mark.django_db


def answer(holdings, record):
    place = holdings.place(facts_of(record))
    return place.same and place.same.pk, place.refusal, {held.pk for held, _ in place.possible}


def test_holdings_near_a_record_give_the_same_answer_as_all():
    records = list(read(FOLDER, "stroke").records.values())
    ingest([Incoming(record, "") for record in records[::2]], holdings=Holdings())
    everything = Holdings()
    for record in records[1:160:2]:
        near = Holdings(near=[record])
        assert len(near.held) < 60
        assert answer(near, record) == answer(everything, record)


@pytest.mark.parametrize(
    "record",
    [
        Record(title="Other", doi="10.1000/1"),
        Record(title="Other", pmid="7"),
        Record(title="Other", pmcid="PMC7"),
        Record(title="Other", doi="10.1101/2020.01.01.1"),
        Record(title="SLEEP in ME/CFS"),
    ],
)
def test_holdings_near_find_identifiers_and_titles(record):
    make_study()
    numbers = {"doi": "10.1000/1", "pmid": "7", "pmcid": "PMC7", "preprint_doi": "10.1101/2020.01.01.1"}
    study = make_study(title="Sleep in ME/CFS", authors=["Li, A"], **numbers)
    assert [held.pk for held in Holdings(near=[record]).held] == [study.pk]


@pytest.mark.parametrize("author", [Person("Lindgren", "A"), Collective("The Sleep Group")])
def test_holdings_near_find_the_first_author(author):
    study = make_study(authors=["Lindgren, A"] if isinstance(author, Person) else [{"collective": "the sleep group"}])
    make_study(authors=["Abel, B", "Lindgren, A"])
    assert [held.pk for held in Holdings(near=[Record(title="Other", authors=(author,))]).held] == [study.pk]


def test_holdings_know_every_address_that_is_taken():
    study = make_study(slug="now")
    SlugRedirect.objects.create(slug="before", study=study)
    assert Holdings(near=[Record(title="Other")]).slugs == {"now", "before"}


def test_holdings_take_as_many_queries_for_many_studies_as_for_one():
    counts = []
    for more in (1, 30):
        for _ in range(more):
            make_study(authors=["Li, A"])
        with CaptureQueriesContext(connection) as captured:
            Holdings()
        counts.append(len(captured))
    assert counts == [4, 4]


def test_holdings_load_anew_what_others_wrote():
    holdings = Holdings()
    study = make_study(doi="10.1000/1")
    assert holdings.owner(doi="10.1000/1") is None
    holdings.reload()
    assert holdings.owner(doi="10.1000/1").pk == study.pk
