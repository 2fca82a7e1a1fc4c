"""SIGKILL before each statement of a message that arrives and of a study that is published: wholly there, or not at all."""

import os
import signal
import sqlite3
from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection, connections

from contributions import messages
from contributions.models import Contribution, Event, Message
from studies import publishing
from studies.models import Revision, Study
from studies.verification import verify
from tests.contributions.factories import send
from tests.studies.factories import CODED, TEXTS, make_study, make_user

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
    connections.close_all()
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
