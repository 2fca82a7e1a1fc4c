"""A sync against the stand-in: what arrives, what is known already, and how a run that stopped goes on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import timezone

from studies import publishing, syncing
from studies.models import Arrival, Finding, IntegrityCheck, SourceQuery, Study, SyncRun
from studies.sources import SOURCES
from studies.sources.page import phrases_of
from studies.stored_papers import from_data
from studies.vocabulary_desk import RunState, Source
from tests.sources.shelves import FIRST_DAY
from tests.studies.factories import make_study, make_user
from tests.studies.syncs import ask_from_the_first_day, rows, serving_articles, sync, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("slowly", "from_the_first_day")]


@pytest.fixture
def from_the_first_day(db):
    ask_from_the_first_day()


@pytest.fixture
def stub():
    with serving_articles(30) as running:
        yield running


def publish(study):
    digest = publishing.submit(study=study, by=make_user("editor"))
    publishing.publish(study=study, digest=digest, by=make_user("editor"))


@pytest.mark.parametrize("source", SOURCES)
def test_new_papers_arrive_as_drafts_that_nobody_drafted(stub, source):
    SourceQuery.objects.filter(source=source).update(text="chronic fatigue")  # no phrase to be held against
    report = sync(stub, source)
    assert (told(report), report.fault) == ((30, 30, 0, 0, 0), "")
    for arrival, held in zip(Arrival.objects.order_by("pk").select_related("study"), stub.shelves.papers, strict=True):
        study = arrival.study
        assert (study.doi, study.state, study.version, study.drafted_by) == (held.record.doi, "draft", 0, None)
        assert study.bibliography_source.startswith(SOURCES[source].LABEL)
        assert (arrival.state, arrival.title, arrival.query.source) == ("waiting", study.title, source)
        assert SOURCES[source].number(from_data(arrival.record)) == arrival.source_id
    run = SyncRun.objects.get()
    assert (run.state, run.read, run.arrived, run.cursor, run.fault) == ("done", 30, 30, "", "")
    assert (run.since, run.until) == (FIRST_DAY, timezone.now().date())


def test_second_run_knows_everything_and_writes_nothing(stub):
    sync(stub)
    before = rows()
    SyncRun.objects.update(until=FIRST_DAY)  # as if it had been asked on the first day
    assert told(sync(stub)) == (30, 0, 30, 0, 0)
    assert rows() == before


def test_next_run_asks_from_a_few_days_before_the_end_of_the_last_one(stub):
    sync(stub)
    last_day = timezone.now().date()
    sync(stub)
    found = [asked.parameters for asked in stub.asked if asked.path.endswith("esearch.fcgi")]
    asked = [(each["mindate"], each["maxdate"]) for each in found]
    back = last_day - syncing.OVERLAP
    assert asked == [("2025/01/01", f"{last_day:%Y/%m/%d}"), (f"{back:%Y/%m/%d}", f"{last_day:%Y/%m/%d}")]


def test_openalex_is_asked_further_back_because_it_learns_late(stub):
    sync(stub, "openalex")
    sync(stub, "openalex")
    back = timezone.now().date() - timedelta(days=45)
    assert stub.asked[-1].parameters["filter"].startswith(f"from_publication_date:{back},")


def test_new_wording_is_asked_from_its_first_day(stub):
    sync(stub)
    SourceQuery.objects.filter(source="pubmed").update(is_active=False)
    SourceQuery.objects.create(source="pubmed", version=2, text="fatigue", since=FIRST_DAY)
    assert told(sync(stub)) == (30, 0, 30, 0, 0)
    assert [run.query.version for run in SyncRun.objects.order_by("id")] == [1, 2]


def test_seeded_query_of_crossref_asks_for_phrases():
    active = SourceQuery.objects.get(source="crossref", is_active=True)
    assert (active.version, active.note != "", SourceQuery.objects.filter(source="crossref").count()) == (2, True, 2)
    assert phrases_of(active.text) == (
        "myalgic encephalomyelitis", "chronic fatigue syndrome", "me cfs", "post exertional malaise",
    )  # fmt: skip


# --- What is in the atlas already --------------------------------------------------------------------------------------


def test_paper_of_another_source_is_known_and_completes_the_draft(stub):
    paper = stub.shelves.papers[0].record
    draft = make_study(title=paper.title, doi=paper.doi, journal="")
    assert told(sync(stub)) == (30, 29, 1, 0, 0)
    draft.refresh_from_db()
    assert (draft.pmid, draft.journal) == (paper.pmid, paper.journal)
    assert Arrival.objects.filter(study=draft).count() == 0


def test_waiting_draft_takes_in_what_its_source_says_later(stub):
    paper = stub.shelves.papers[0].record
    stub.shelves.change(paper.doi, volume="")
    sync(stub)
    stub.shelves.change(paper.doi, volume="77")
    SyncRun.objects.update(until=FIRST_DAY)
    assert told(sync(stub)) == (30, 0, 30, 0, 0)
    assert Study.objects.get(doi=paper.doi).volume == "77"


def test_published_study_is_compared_and_a_difference_becomes_a_task(stub):
    sync(stub)
    study = Study.objects.get(doi=stub.shelves.papers[3].record.doi)
    publish(study)
    stub.shelves.change(study.doi, journal="Another Journal Altogether")
    SyncRun.objects.update(until=FIRST_DAY)
    assert told(sync(stub)) == (30, 0, 30, 0, 0)
    finding = Finding.objects.get()
    assert (finding.study, finding.source, finding.kind, finding.field) == (study, "pubmed", "differs", "journal")
    study.refresh_from_db()
    assert (study.journal == "Another Journal Altogether", study.version) == (False, 1)


def test_notice_is_no_draft_and_has_its_paper_compared_next(stub):
    sync(stub)
    study = Study.objects.get(doi=stub.shelves.papers[3].record.doi)
    publish(study)
    later = timezone.now() + timedelta(days=20)
    IntegrityCheck.objects.create(study=study, source=Source.PUBMED, due_at=later)
    notice = replace(stub.shelves.papers[3].record, title=f"Correction to: {study.title}", doi="10.1000/n", pmid="99")
    stub.shelves.add(replace(notice, pmcid=""), on=timezone.now().date())
    report = sync(stub)
    assert (told(report), Study.objects.count()) == ((1, 0, 0, 1, 0), 30)
    assert IntegrityCheck.objects.get().due_at < later
    assert SyncRun.objects.order_by("id").last().notices == 1


def test_record_that_contradicts_the_atlas_is_refused_with_its_reason(stub):
    paper = stub.shelves.papers[0].record
    make_study(title="Quite another paper", doi=paper.doi, pmid="4711")
    lines = []
    assert told(sync(stub, lines=lines)) == (30, 29, 0, 0, 1)
    run = SyncRun.objects.get()
    ((number, title, reason),) = run.refusals
    assert (number, title) == (paper.pmid, paper.title)
    assert reason == "Its DOI is that of “Quite another paper”, which has another PubMed number."
    assert lines == [f"PubMed, refused {paper.pmid}: {reason} [{title[:100]}]"]


def test_deleted_draft_of_somebody_else_is_noticed_between_two_pages():
    """A paper that is in the atlas on the first page may have gone by the second."""
    with serving_articles(210) as stub:
        paper = stub.shelves.papers[205].record
        other = make_study(title=paper.title, doi=paper.doi)
        report = sync(stub, progress=lambda done, number: other.pk and other.delete())
    assert told(report) == (210, 210, 0, 0, 0)


# --- Phrases -----------------------------------------------------------------------------------------------------------


def test_what_holds_no_phrase_is_left_out_and_counted(stub):
    for place, held in enumerate(stub.shelves.papers):
        held.abstract = ()
        stub.shelves.change(held.record.doi, title=f"{'Sleep' if place < 20 else 'ME/CFS'}, part {held.record.pmid}")
    report = sync(stub, "crossref")
    assert (told(report), report.left_out) == ((10, 10, 0, 0, 0), 20)
    assert SyncRun.objects.get().left_out == 20


def test_source_that_ranks_is_not_asked_for_what_lies_far_behind(monkeypatch):
    monkeypatch.setattr(syncing, "BARREN", 2)
    lines = []
    with serving_articles(420) as stub:
        for place, held in enumerate(stub.shelves.papers):
            held.abstract = ()
            stub.shelves.change(
                held.record.doi, title=f"{'ME/CFS' if place < 90 else 'Sleep'}, part {held.record.pmid}"
            )
        report = sync(stub, "crossref", lines=lines)
        pages = len(stub.asked)
    assert (report.arrived, report.fault, pages) == (90, "", 3)
    assert lines == ["Crossref: the rest holds none of the phrases asked for, and was not read."]
    assert SyncRun.objects.get().state == RunState.DONE


# --- Stopped and gone on -----------------------------------------------------------------------------------------------

FAULTS = ["broken", "busy:9999", "reset", "truncated", "malformed", "wrong_type", "empty", "huge", "status:403"]
STOPS = [("pubmed", fault) for fault in FAULTS]
STOPS += [(source, fault) for source in SOURCES if source != "pubmed" for fault in ("busy:9999", "truncated")]


@pytest.mark.parametrize(("source", "fault"), STOPS)
def test_source_that_misbehaves_leaves_whole_pages_and_the_next_run_goes_on(source, fault):
    rows_of_a_page = 200 if source == "pubmed" else 100
    SourceQuery.objects.filter(source=source).update(text="chronic fatigue")
    with serving_articles(210) as stub:

        def misbehave(done, number):
            stub.misbehave(fault, always=True)

        report = sync(stub, source, progress=misbehave)
        run = SyncRun.objects.get()
        assert (report.arrived, run.arrived, run.state) == (rows_of_a_page, rows_of_a_page, "failed")
        assert (run.fault, run.cursor != "", run.ended_at is not None) == (report.fault, True, True)
        assert report.fault.startswith(SOURCES[source].LABEL) or SOURCES[source].LABEL in report.fault
        assert Arrival.objects.count() == Study.objects.count() == rows_of_a_page
        stub.behave()
        assert told(sync(stub, source)) == (210 - rows_of_a_page, 210 - rows_of_a_page, 0, 0, 0)
        doi = [held.record.doi for held in stub.shelves.papers]
    assert list(Arrival.objects.order_by("pk").values_list("study__doi", flat=True)) == doi
    assert Study.objects.count() == 210


def test_fault_on_the_first_page_writes_nothing(stub):
    stub.misbehave("truncated", always=True)
    report = sync(stub)
    assert (Study.objects.count(), Arrival.objects.count(), SyncRun.objects.get().fault) == (0, 0, report.fault)
    stub.behave()
    assert sync(stub).arrived == 30


def test_without_contact_nothing_is_asked_and_the_fault_says_so(stub):
    from studies.sources.http import Client

    client = Client(services={}, agent="atlas")
    report = syncing.sync(client=client, source=Source.PUBMED, tell=print, progress=lambda done, number: None)
    assert report.fault == "ATLAS_CONTACT is not set. The services want a mail address that they can write to."
    assert stub.asked == []


def test_place_that_the_source_refuses_is_given_up():
    SourceQuery.objects.filter(source="openalex").update(text="chronic fatigue")
    with serving_articles(210) as stub:
        sync(stub, "openalex", progress=lambda done, number: stub.misbehave("status:400", always=True))
        stop = SyncRun.objects.get().cursor
        sync(stub, "openalex")
        last = SyncRun.objects.order_by("id").last()
        assert (stop != "", last.state, last.cursor) == (True, "failed", "")
        stub.behave()
        report = sync(stub, "openalex")
    assert (told(report), report.fault, Arrival.objects.count()) == ((210, 110, 100, 0, 0), "", 210)
    assert SyncRun.objects.order_by("id").last().state == "done"


def test_rest_of_an_earlier_day_is_followed_by_the_days_since():
    with serving_articles(210) as stub:
        sync(stub, progress=lambda done, number: stub.misbehave("broken", always=True))
        stub.behave()
        SyncRun.objects.update(until=date(2025, 1, 21))
        cursor = SyncRun.objects.get().cursor.replace(str(timezone.now().date()), "2025-01-21")
        SyncRun.objects.update(cursor=cursor)
        report = sync(stub)
    spans = [(str(run.since), run.until) for run in SyncRun.objects.order_by("id")[1:]]
    today = timezone.now().date()
    assert spans == [("2025-01-01", date(2025, 1, 21)), ("2025-01-16", today)]
    assert (report.arrived, Arrival.objects.count()) == (10, 210)


def test_fault_of_the_atlas_itself_is_written_down_and_raised(stub):
    with pytest.raises(ZeroDivisionError):
        sync(stub, progress=lambda done, number: 1 / 0)
    run = SyncRun.objects.get()
    assert (run.state, run.fault) == ("done", "")  # the one page was whole, and the last
    with serving_articles(210) as larger, pytest.raises(ZeroDivisionError):
        sync(larger, "europepmc", progress=lambda done, number: 1 / 0)
    run = SyncRun.objects.order_by("id").last()
    assert (run.state, run.fault) == ("failed", "It was stopped, or failed here (ZeroDivisionError).")


# --- One at a time -----------------------------------------------------------------------------------------------------


def test_live_run_is_not_disturbed(stub):
    at = timezone.now()
    begun = syncing.begin(source=Source.PUBMED, at=at)
    report = sync(stub)
    free = begun.touched_at + syncing.STALE_AFTER
    assert report.fault == (
        f"A run of PubMed is under way since {at:%H:%M} UTC, last seen at {at:%H:%M}. If it has died, another one may "
        f"begin at {free:%H:%M}."
    )
    assert (stub.asked, SyncRun.objects.count(), Arrival.objects.count()) == ([], 1, 0)


def test_run_without_a_sign_of_life_is_taken_over_and_cannot_write_any_more():
    with serving_articles(450) as stub:

        def fall_asleep(done, number):
            if done == 200:
                SyncRun.objects.update(touched_at=timezone.now() - syncing.STALE_AFTER)
                assert sync(stub).arrived == 250

        report = sync(stub, progress=fall_asleep)
    assert report.fault == "Another run of PubMed took over."
    assert (report.arrived, Arrival.objects.count(), Study.objects.count()) == (200, 450, 450)
    first, second = SyncRun.objects.order_by("id")
    assert (first.state, first.fault) == ("failed", "It ended without a word. The next run went on from its place.")
    assert (second.state, second.arrived, second.fault) == ("done", 250, "")


def test_source_without_an_active_query_is_not_asked(stub):
    SourceQuery.objects.update(is_active=False)
    assert (sync(stub).fault, stub.asked) == ("PubMed has no active question.", [])
