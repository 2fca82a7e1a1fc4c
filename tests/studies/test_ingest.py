from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.formats.readers.refusals import Refusal
from studies.incoming import Coding, Definition, Incoming, IncomingError
from studies.ingest import Holdings, ingest
from studies.models import SlugRedirect, Study, StudyLink
from studies.records import Collective, Person, Record
from tests.studies.factories import make_study

pytestmark = pytest.mark.django_db

RECORD = Record(title="Sleep in ME/CFS", authors=(Person("Li", "A"),), year=2020, language="en")
CODED = Coding({"design": "cohort", "basis": "abstract", "key_point": "It may."}, ("sleep",), ())


def paper(coding=None, **fields):
    return Incoming(replace(RECORD, **fields), "a file", coding=coding)


def bring(*papers, holdings=None):
    return ingest(papers, holdings=holdings or Holdings())


def test_ingest_creates_a_draft_with_authors_in_order():
    outcome = bring(paper(authors=(Person("Li", "A"), Collective("Sleep Group")), doi="10.1000/1", month=3))
    study = Study.objects.get(pk=outcome.created[0])
    assert (study.state, study.version, study.slug) == ("draft", 0, "li-2020-sleep-me-cfs")
    assert (study.published_on.isoformat(), study.published_precision) == ("2020-03-01", "month")
    assert (study.pem, study.design, study.is_sample) == ("not_coded", "not_classified", False)
    assert [str(author) for author in study.authors.all()] == ["Li, A", "Sleep Group"]


def test_ingest_knows_a_paper_by_all_its_identifiers():
    bring(paper(doi="10.1000/1", pmid="1"))
    for again in (paper(doi="10.1000/1", pmid="1"), paper(doi="10.1000/1", title="Other words")):
        outcome = bring(again)
        assert (outcome.created, len(outcome.duplicates), outcome.refused) == ([], 1, [])


def test_ingest_knows_a_paper_without_identifiers_by_title_author_and_year():
    bring(paper())
    assert len(bring(paper(title="SLEEP in ME/CFS.")).duplicates) == 1
    assert len(bring(paper(year=2021)).created) == 1
    assert len(bring(paper(pmid="7")).created) == 1


@pytest.mark.parametrize("state", ["draft", "withdrawn"])
def test_ingest_refuses_a_taken_identifier_whatever_the_state_of_its_study(state):
    version = 1 if state == "withdrawn" else 0
    make_study(doi="10.1000/1", pmid="1", title="First", slug="first", state=state, version=version)
    outcome = bring(paper(doi="10.1000/1", pmid="2"))
    assert outcome.created == []
    (line,) = outcome.refused
    assert (line.number, line.title, line.slug, line.study) == (1, RECORD.title, "first", None)
    assert line.reason == "doi:10.1000/1 belongs to “First”."


def test_ingest_refuses_the_preprint_of_a_study():
    make_study(preprint_doi="10.1101/9", doi="10.1000/1")
    assert len(bring(paper(doi="10.1101/9", pmid="4")).refused) == 1


def test_ingest_refuses_a_record_that_mixes_up_two_studies():
    make_study(doi="10.1000/1")
    make_study(pmid="2")
    outcome = bring(paper(doi="10.1000/1", pmid="2"))
    assert (outcome.created, outcome.duplicates, len(outcome.refused)) == ([], [], 1)


def test_ingest_refuses_the_second_of_two_records_in_one_call():
    outcome = bring(paper(doi="10.1000/1", pmid="1"), paper(doi="10.1000/1", pmid="2"))
    assert (len(outcome.created), len(outcome.refused)) == (1, 1)


def test_ingest_creates_and_reports_a_look_alike():
    outcome = bring(paper(doi="10.1000/1"), paper(doi="10.1000/2", year=2021))
    assert len(outcome.created) == 2
    (pair,) = outcome.possible
    assert (pair.slug, pair.other_slug) == ("li-2021-sleep-me-cfs", "li-2020-sleep-me-cfs")


def test_ingest_reports_a_notice_and_creates_no_study():
    outcome = bring(paper(title="RETRACTION: Sleep in ME/CFS"))
    (line,) = outcome.notices
    assert (line.notice, line.title, line.study) == ("retraction", "RETRACTION: Sleep in ME/CFS", None)
    assert Study.objects.count() == 0


def test_ingest_creates_a_notice_where_asked_and_codes_nothing():
    outcome = ingest([paper(title="RETRACTION: Sleep in ME/CFS")], holdings=Holdings(), with_notices=True)
    assert [(line.notice, line.slug) for line in outcome.lines] == [("retraction", "li-2020-retraction-sleep")]
    assert Study.objects.get().retraction_status == "none"


def test_ingest_numbers_every_record_and_passes_refusals_through():
    outcome = ingest(
        [Refusal(8, "No title."), paper(doi="10.1000/1"), paper(doi="10.1000/1")], holdings=Holdings(), first=8
    )
    assert [(line.number, line.fate) for line in outcome.lines] == [(8, "refused"), (9, "created"), (10, "duplicate")]
    assert outcome.lines[0].reason == "No title."
    assert outcome.counts == {
        "created": 1, "updated": 0, "duplicate": 1, "notice": 0, "refused": 1, "possible_duplicates": 0,
    }  # fmt: skip


def test_ingest_gives_every_study_an_address_of_its_own():
    make_study(slug="li-2020-sleep-me-cfs")
    SlugRedirect.objects.create(slug="li-2020-sleep-me-cfs-2", study=Study.objects.get())
    outcome = bring(paper(doi="10.1000/1"), paper(doi="10.1000/2"))
    slugs = [Study.objects.get(pk=pk).slug for pk in outcome.created]
    assert slugs == ["li-2020-sleep-me-cfs-3", "li-2020-sleep-me-cfs-4"]


def test_ingest_derives_the_badge_of_a_coded_paper():
    row = Definition("ccc-2003", "inclusion", "", "", "All met the CCC.", "methods")
    outcome = bring(paper(replace(CODED, definitions=(row,))))
    study = Study.objects.get(pk=outcome.created[0])
    assert (study.pem, study.pem_rule) == ("required", "one_required")
    assert [topic.slug for topic in study.topics.all()] == ["sleep"]
    assert [(text.field, text.basis, text.drafter) for text in study.text_provenance.all()] == [
        ("key_point", "abstract", "person")
    ]


@pytest.mark.parametrize(
    "coding",
    [
        replace(CODED, topics=("no-such-topic",)),
        replace(CODED, definitions=(Definition("no-such-definition", "inclusion", "", "", "", ""),)),
        replace(CODED, definitions=(Definition("nice-2021", "inclusion", "", "", "", ""),)),  # younger than the paper
    ],
)
def test_ingest_refuses_an_impossible_coding_and_creates_nothing(coding):
    with pytest.raises(IncomingError):
        bring(paper(doi="10.1000/1"), paper(coding, doi="10.1000/2"))
    assert Study.objects.count() == 0


def test_ingest_links_papers_of_one_call_and_names_links_that_lead_out_of_it():
    make_study(doi="10.1000/9")
    coding = replace(CODED, links=(("shares_participants_with", "10.1000/1"), ("replicates", "10.1000/9")))
    outcome = bring(paper(doi="10.1000/1"), paper(coding, doi="10.1000/2", title="Other"))
    first, second = outcome.created
    link = StudyLink.objects.get()
    assert (link.source_id, link.target_id, link.type) == (first, second, "shares_participants_with")
    assert outcome.problems == ["li-2020-other: not linked, no study with DOI 10.1000/9 arrived with it"]


def test_ingest_asks_the_database_as_often_for_one_paper_as_for_many():
    holdings = Holdings()
    assert questions([paper(doi="10.1000/1")], holdings) == 2  # definitions and topics
    assert questions([paper(doi=f"10.1000/{n}") for n in range(2, 60)], holdings) == 2


def questions(papers, holdings):
    with CaptureQueriesContext(connection) as queries:
        ingest(papers, holdings=holdings)
    return sum(query["sql"].startswith("SELECT") for query in queries.captured_queries)
