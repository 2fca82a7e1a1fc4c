"""A source that always has another page, or whoever plays it: the run ends, says so, loses nothing, and the next one goes on."""

import io

import pytest
from django.core.management import call_command
from django.utils import timezone

from atlas_site.models import TimerRun
from studies.models import Arrival, SourceQuery, Study, SyncRun
from studies.sources import SOURCES, bounds
from tests.sources.shelves import FIRST_DAY
from tests.studies.syncs import ask_from_the_first_day, serving_articles, sync, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("slowly", "any_words")]
WITH_CURSORS = ["crossref", "europepmc", "openalex"]
ROUND = (
    "leads round in a circle: its pages bring again what came before. The run was stopped; the next one asks again from its "
    "first day."
)


@pytest.fixture
def any_words(db):
    """No source is held against a phrase."""
    ask_from_the_first_day()
    SourceQuery.objects.update(text="chronic fatigue")


@pytest.fixture
def stub():
    with serving_articles(210) as running:
        yield running


def last_run() -> tuple[str, str, str]:
    run = SyncRun.objects.order_by("id").last()
    return run.state, run.fault, run.cursor


def dois() -> list[str]:
    return sorted(Arrival.objects.values_list("study__doi", flat=True))


def everything(stub) -> list[str]:
    return sorted(held.record.doi for held in stub.shelves.papers)


@pytest.mark.parametrize("source", WITH_CURSORS)
def test_circle_is_left_once_a_page_brings_nothing_new_at_a_place_that_was_seen(stub, source):
    stub.misbehave("circle:200", always=True)
    report = sync(stub, source)
    fault = f"{SOURCES[source].LABEL} {ROUND}"
    assert (report.fault, last_run()) == (fault, ("failed", fault, ""))
    assert (told(report), len(stub.asked)) == ((300, 200, 100, 0, 0), 3)
    stub.behave()
    assert told(sync(stub, source)) == (210, 10, 200, 0, 0)
    assert (last_run(), dois()) == (("done", "", ""), everything(stub))


@pytest.mark.parametrize("source", WITH_CURSORS)
def test_same_page_by_ever_new_names_is_left_after_so_many_times(stub, source, monkeypatch):
    monkeypatch.setattr(bounds, "IDLE", 5)
    stub.misbehave("again", always=True)
    report = sync(stub, source)
    assert report.fault == f"{SOURCES[source].LABEL} {ROUND}"
    assert (len(stub.asked), report.arrived, Study.objects.count()) == (1 + bounds.IDLE, 100, 100)
    stub.behave()
    assert (sync(stub, source).arrived, dois()) == (110, everything(stub))


def test_list_of_pubmed_that_gives_its_beginning_for_ever_is_left(stub, monkeypatch):
    monkeypatch.setattr(bounds, "IDLE", 5)
    stub.misbehave("names:9999", where="esearch", always=True)
    stub.misbehave("first", where="efetch", always=True)
    report = sync(stub)
    assert (report.fault, report.arrived) == (f"PubMed {ROUND}", 200)
    assert len(stub.asked) == 1 + 1 + bounds.IDLE
    stub.behave()
    assert (sync(stub).arrived, dois()) == (10, everything(stub))


@pytest.mark.parametrize("source", WITH_CURSORS)
def test_source_that_gives_far_more_than_it_names_is_stopped_and_the_next_run_goes_on(stub, source, monkeypatch):
    monkeypatch.setattr(bounds, "SPARE", 50)
    stub.misbehave("names:5", always=True)
    report = sync(stub, source)
    state, fault, cursor = last_run()
    stopped = "gave 100 papers, although it says that it has 5. The run was stopped; the next one goes on from there."
    assert (fault, report.fault) == (f"{SOURCES[source].LABEL} {stopped}",) * 2
    assert (state, cursor != "", report.arrived) == ("failed", True, 100)
    stub.behave()
    assert told(sync(stub, source)) == (110, 110, 0, 0, 0)
    assert (last_run(), dois()) == (("done", "", ""), everything(stub))


@pytest.mark.parametrize("source", SOURCES)
def test_no_run_takes_more_pages_than_so_many_and_several_runs_take_all(stub, source, monkeypatch):
    monkeypatch.setattr(bounds, "MOST_PAGES", 1)
    size = 200 if source == "pubmed" else 100
    report = sync(stub, source)
    assert report.fault == (
        f"{SOURCES[source].LABEL} gave 1 pages, and says that it has more. The run was stopped; the next one goes on from "
        "there."
    )
    assert (report.arrived, SyncRun.objects.get().since) == (size, FIRST_DAY)
    rest = [False] if source == "pubmed" else [True, False]
    assert [sync(stub, source).fault != "" for _ in rest] == rest
    assert (last_run(), dois()) == (("done", "", ""), everything(stub))
    assert SyncRun.objects.order_by("id").last().until == timezone.now().date()


def test_command_names_the_source_goes_on_with_the_others_and_ends_with_1(stub, settings, tmp_path):
    settings.ATLAS_CONTACT, settings.DATA_DIR = "editor@example.org", tmp_path
    settings.ATLAS_SOURCE_ADDRESSES, settings.ATLAS_SOURCES_LOOPBACK = stub.addresses, True
    stub.misbehave("circle:200", where="crossref", always=True)
    said = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("sync", "crossref", "europepmc", stdout=said, stderr=io.StringIO())
    lines = said.getvalue().splitlines()
    assert (end.value.code, lines) == (
        1,
        [
            f"Crossref: 300 read, 200 arrived, 100 known, 0 notices, 0 refused, 0 left out. Crossref {ROUND}",
            "Europe PMC: 210 read, 10 arrived, 200 known, 0 notices, 0 refused, 0 left out.",
        ],
    )
    assert TimerRun.objects.get(name="sync").ok is False
