"""SIGKILL before each statement of a message, a publication and a comparison with a source: wholly there, or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import pytest
from django.db import connection

from contributions import messages
from contributions.models import Contribution, Event, Message
from studies import checking, publishing
from studies.models import Finding, IntegrityCheck, PublicState, Revision, Study
from studies.verification import verify
from studies.vocabulary_desk import Source
from tests.contributions.factories import send
from tests.running import ROOT
from tests.sources.asking import client_for
from tests.sources.shelves import Shelves
from tests.sqlite_files import close_for_good
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = [pytest.mark.usefixtures("committing"), pytest.mark.full]


class DiesBefore:
    """Lets so many statements of a connection pass, then ends the process as a lack of memory would."""

    def __init__(self, statement: int) -> None:
        self.left = statement

    def __call__(self, execute, sql, params, many, context):
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return execute(sql, params, many, context)


def died(act: Callable[[], object], *, before: int) -> bool:
    """Do it in a process of its own that is killed before this statement; False where it came to its end first."""
    close_for_good()  # a child must not inherit what SQLite has open
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(DiesBefore(before)):
                act()
            os._exit(0)
        finally:
            os._exit(1)  # a fault must not run the tests a second time
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def is_sound() -> None:
    """The database finds its own file whole, and the atlas its history."""
    if connection.vendor == "sqlite":
        with sqlite3.connect(connection.settings_dict["NAME"]) as looked:
            assert looked.execute("SELECT count(*) FROM studies_study").fetchone()
            with connection.cursor() as cursor:
                assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        looked.close()
    assert verify() == []


def test_message_is_wholly_there_or_not_at_all():
    for statement in count():
        token = f"{statement:032d}"
        before = Contribution.objects.count()
        was_killed = died(lambda token=token: send(token=token), before=statement)
        there = Contribution.objects.count() - before
        assert there in ({0, 1} if was_killed else {1})
        assert [Message.objects.count(), Event.objects.count()] == [Contribution.objects.count()] * 2
        texts = [[entry.content["text"] for entry in messages.read(row)] for row in Contribution.objects.all()]
        assert texts == [["The number of patients is wrong."]] * len(texts)
        again = send(token=token)  # the same form, sent a second time by whoever saw no receipt
        assert (again.is_new, Contribution.objects.count()) == (there == 0, before + 1)
        if not was_killed:
            break
    assert statement >= 4
    is_sound()


def test_publication_is_wholly_there_or_not_at_all():
    by, drafter = make_user("moderator"), make_user("editor")
    for statement in count():
        study = make_study(**(TEXTS | CODED | {"title": f"Paper {statement}"}))
        digest = publishing.submit(study=study, by=drafter)

        def publish(study=study, digest=digest):
            return publishing.publish(study=study, digest=digest, by=by)

        was_killed = died(publish, before=statement)
        state = Study.objects.values_list("state", flat=True).get(pk=study.pk)
        revisions = Revision.objects.filter(study=study).count()
        assert (state, revisions) in ([("in_review", 0)] if was_killed else [("published", 1)])
        if not was_killed:
            break
        Study.objects.get(pk=study.pk)
        publish()
    assert statement >= 10
    is_sound()


@pytest.fixture
def source_client():
    """Asks a stand-in of PubMed that holds two papers, in a process of its own: here threads would be in the way of a fork."""
    words = [sys.executable, "-m", "tests.sources.stub", "--papers", "2"]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    named = dict(line.strip().split("=", 1) for line in iter(process.stdout.readline, "ready\n"))
    yield client_for(SimpleNamespace(addresses={"pubmed": named["ATLAS_PUBMED_URL"]}))
    process.kill()
    process.wait()
    process.stdout.close()


def numbers_of(rows, name="study_id"):
    return sorted(rows.values_list(name, flat=True))


def test_comparison_stands_with_its_day_and_the_next_run_takes_up_the_rest(source_client):
    for held in Shelves.filled(2).papers:
        published_study(title=held.record.title, journal="Another Journal", pmid=held.record.pmid)
    check = {"client": source_client, "source": Source.PUBMED, "limit": None, "everything": False, "tell": print}
    seen = set()
    for statement in count():
        IntegrityCheck.objects.all().delete()
        Finding.objects.all().delete()
        Study.objects.update(bibliography_checked_on=None)
        before = PublicState.objects.get().counter
        was_killed = died(lambda: checking.check(**check), before=statement)
        compared = numbers_of(IntegrityCheck.objects.exclude(checked_at=None))
        assert numbers_of(Study.objects.exclude(bibliography_checked_on=None), "pk") == compared
        assert numbers_of(Finding.objects.filter(field="journal")) == compared
        assert PublicState.objects.get().counter - before == len(compared)
        seen.add(len(compared))
        if not was_killed:
            break
        assert checking.check(**check).compared == 2 - len(compared)
    assert seen == {0, 1, 2}
    is_sound()
