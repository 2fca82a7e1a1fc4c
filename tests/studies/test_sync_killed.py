"""SIGKILL at random moments of a sync of 5,000 papers: the next run goes on, and in the end each paper arrived once."""

import os
import random
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from studies.models import Arrival, Author, Study, SyncRun
from studies.syncing import STALE_AFTER
from tests.clock import PATIENCE
from tests.peak import telling
from tests.running import ROOT
from tests.studies.syncs import ask_from_the_first_day, serving_articles

pytestmark = pytest.mark.usefixtures("committing")
SEED = 20261126


@pytest.fixture
def command(committing, tmp_path):
    """The words and the environment of `manage.py sync SOURCE` on the database of this test, asking the stand-in."""

    def command(stub, source):
        ask_from_the_first_day()
        variables = {"DATABASE_URL": database_url(), "ATLAS_DATA_DIR": str(tmp_path), "ATLAS_NCBI_API_KEY": "fast"}
        words = [sys.executable, "manage.py", "sync", source]
        return {"args": words, "cwd": ROOT, "env": {**os.environ, **stub.environment, **variables}}

    return command


def database_url():
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    head, _, query = os.environ["TEST_DATABASE_URL"].partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def start(words):
    """It steps back for this process, which has to look before all pages are there."""
    slow = words | {"args": ["nice", "-n", "19", *words["args"]]}
    return subprocess.Popen(**slow, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def kill_after_another_page(process, chance):
    """Somewhere in the page after the next one."""
    before, until = Arrival.objects.count(), time.monotonic() + PATIENCE
    while Arrival.objects.count() == before:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(chance.uniform(0, 0.3))
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    while is_at_work():
        assert time.monotonic() < until
        time.sleep(0.01)


def is_at_work():
    """Whether the server still ends, in one way or the other, what somebody had begun who is gone."""
    if connection.vendor == "sqlite":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        return cursor.fetchone()[0] > 0


def let_time_pass():
    SyncRun.objects.filter(state="running").update(touched_at=timezone.now() - STALE_AFTER - timedelta(seconds=1))


def is_whole(rows_of_a_page):
    """No page is there in part, and nothing of an arrival is missing."""
    counted = SyncRun.objects.order_by("-id").values_list("arrived", flat=True)
    assert Arrival.objects.count() == Study.objects.count() == sum(counted)
    assert Arrival.objects.count() % rows_of_a_page == 0
    assert not Arrival.objects.filter(study=None).exists()


def kill_and_go_on(words, kills):
    chance = random.Random(SEED)  # noqa: S311 - the same moments in every run
    for _ in range(kills):
        kill_after_another_page(start(words), chance)
        is_whole(200)
        let_time_pass()


def assert_each_arrived_once(stub, number):
    wanted = sorted(held.record.doi for held in stub.shelves.papers)
    assert sorted(Arrival.objects.values_list("study__doi", flat=True)) == wanted
    assert (Arrival.objects.count(), Study.objects.count()) == (number, number)
    assert sum(SyncRun.objects.values_list("arrived", flat=True)) == number
    authors = dict(Study.objects.annotate(number=Count("authors")).values_list("doi", "number"))
    assert authors == {held.record.doi: len(held.record.authors) for held in stub.shelves.papers}
    assert Author.objects.count() == sum(authors.values())


@pytest.mark.full
def test_sync_that_is_killed_goes_on_where_it_stopped(command):
    """The small one of every run; the full one below has 5,000 papers and three kills."""
    with serving_articles(1000) as stub:
        words = command(stub, "pubmed")
        kill_after_another_page(start(words), random.Random(SEED))  # noqa: S311
        is_whole(200)
        refused = subprocess.run(**words, capture_output=True, text=True, check=False)
        assert (refused.returncode, "is under way since" in refused.stdout) == (1, True), refused.stdout
        let_time_pass()
        subprocess.run(**words, capture_output=True, text=True, check=True)
    assert_each_arrived_once(stub, 1000)


@pytest.mark.full
def test_five_thousand_papers_arrive_once_each_however_often_it_is_killed(command, tmp_path):
    number = 5000
    with serving_articles(number) as stub:
        words = command(stub, "pubmed")
        kill_and_go_on(words, 3)
        last = subprocess.run(**words, capture_output=True, text=True, check=True)
        assert last.stdout.endswith(" 0 known, 0 notices, 0 refused, 0 left out.\n"), last.stdout
        assert_each_arrived_once(stub, number)
        # Asked again for all its days, the second run knows every paper.
        SyncRun.objects.update(until=stub.shelves.papers[0].listed)
        measured = words | {"args": telling(words["args"], tmp_path / "peak")}
        again = subprocess.run(**measured, capture_output=True, text=True, check=True)
        assert again.stdout == "PubMed: 5000 read, 0 arrived, 5000 known, 0 notices, 0 refused, 0 left out.\n"
        assert_each_arrived_once(stub, number)
    assert sys.platform != "linux" or 20 * 1024 < int((tmp_path / "peak").read_text()) < 300 * 1024
