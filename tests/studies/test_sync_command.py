"""`manage.py sync`: its lines, its exit code, and the bar that only a terminal sees."""

import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from studies.models import Arrival, SourceQuery, SyncRun
from tests.studies.factories import make_study
from tests.studies.syncs import articles, ask_from_the_first_day, serving_articles

pytestmark = pytest.mark.django_db


@pytest.fixture
def stub(settings, tmp_path):
    """A stand-in with twenty papers, to which the settings lead."""
    ask_from_the_first_day()
    with serving_articles(20) as running:
        settings.ATLAS_CONTACT = "editor@example.org"
        settings.ATLAS_SOURCE_ADDRESSES = running.addresses
        settings.ATLAS_SOURCES_LOOPBACK = True
        settings.DATA_DIR = tmp_path
        yield running


def run(*words):
    """What it printed, what it told, and its exit code."""
    said, told = StringIO(), StringIO()
    try:
        call_command("sync", *words, stdout=said, stderr=told)
    except SystemExit as error:
        return said.getvalue(), told.getvalue(), error.code
    return said.getvalue(), told.getvalue(), 0


def test_every_source_with_a_query_is_asked_the_most_believed_first(stub):
    SourceQuery.objects.filter(source__in=["crossref", "openalex"]).update(text='"a" OR "e"')
    SourceQuery.objects.filter(source="openalex").update(is_active=False)
    said, told, code = run()
    assert (told, code) == ("", 0)
    assert said.splitlines() == [
        "PubMed: 20 read, 20 arrived, 0 known, 0 notices, 0 refused, 0 left out.",
        "Crossref: 20 read, 0 arrived, 20 known, 0 notices, 0 refused, 0 left out.",
        "Europe PMC: 20 read, 0 arrived, 20 known, 0 notices, 0 refused, 0 left out.",
    ]


def test_one_source_that_fails_stops_no_other_and_ends_with_1(stub):
    stub.misbehave("status:403", where="entrez", always=True)
    said, _, code = run("europepmc", "pubmed")
    first, second = said.splitlines()
    assert (code, second) == (1, "Europe PMC: 20 read, 20 arrived, 0 known, 0 notices, 0 refused, 0 left out.")
    fault = SyncRun.objects.get(query__source="pubmed").fault
    assert fault.startswith("PubMed ")
    assert first == f"PubMed: 0 read, 0 arrived, 0 known, 0 notices, 0 refused, 0 left out. {fault}"


def test_refused_record_is_told_with_its_reason(stub):
    paper = stub.shelves.papers[0].record
    make_study(title="Quite another paper", doi=paper.doi, pmid="4711")
    said, told, code = run("pubmed")
    assert (said, code) == ("PubMed: 20 read, 19 arrived, 0 known, 0 notices, 1 refused, 0 left out.\n", 0)
    assert told == (
        f"PubMed, refused {paper.pmid}: Its DOI is that of “Quite another paper”, which has another PubMed number. "
        f"[{paper.title[:100]}]\n"
    )


def test_unknown_source_is_named_and_nothing_asked(stub):
    with pytest.raises(
        CommandError, match=r"^Unknown source: medline\. There are: pubmed, crossref, europepmc, openalex\.$"
    ):
        run("medline", "pubmed")
    assert (stub.asked, Arrival.objects.count()) == ([], 0)


def test_without_any_query_it_says_so(stub):
    SourceQuery.objects.update(is_active=False)
    with pytest.raises(CommandError, match=r"^No source has an active question\.$"):
        run()


def test_progress_is_shown_on_a_terminal_alone(stub, monkeypatch):
    class Terminal(StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    run("pubmed")
    assert screen.getvalue() == "\rPubMed [" + "#" * 30 + "] 20 of 20 records\n"
    monkeypatch.setattr(sys, "stderr", log := StringIO())
    run("pubmed")
    assert log.getvalue() == ""


def test_stop_by_hand_is_said_and_the_next_run_goes_on(stub, monkeypatch):
    class Impatient(StringIO):
        def isatty(self):
            return True

        def write(self, text):
            raise KeyboardInterrupt

    monkeypatch.setattr(sys, "stderr", Impatient())
    stub.shelves.papers = articles(230)
    with pytest.raises(CommandError, match=r"^Stopped\. The next run goes on from here\.$"):
        run("pubmed")
    assert (Arrival.objects.count(), SyncRun.objects.get().state) == (200, "failed")
    monkeypatch.setattr(sys, "stderr", StringIO())
    assert run("pubmed")[0] == "PubMed: 30 read, 30 arrived, 0 known, 0 notices, 0 refused, 0 left out.\n"
