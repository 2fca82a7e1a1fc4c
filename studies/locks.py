"""Rows of studies, locked for the rest of a transaction, always in order of id.

Locked without their keys: a row that another transaction writes may point to a locked study. PostgreSQL looks at such a key when
that transaction ends, and with the whole row locked two changes that link to each other's study would wait for ever.
"""

from collections.abc import Iterable

from django.db import connection

from studies.errors import Stale
from studies.models import Study
from studies.vocabulary import State

FINDINGS = 7_120  # the room in which what sources say of a study is written; any number nobody else uses


def locked(study_id: int | None, state: State) -> Study:
    """The study, fresh and locked; raises Stale where it is not in this state any more."""
    study = Study.objects.select_for_update(of=("self",), no_key=True).get(pk=study_id)
    if study.state != state:
        raise Stale(f"The study is not “{State(state).label.lower()}” any more.")
    return study


def locked_all(study_ids: Iterable[int]) -> dict[int, Study]:
    locking = Study.objects.select_for_update(of=("self",), no_key=True)
    rows = locking.filter(pk__in=sorted(set(study_ids))).order_by("pk")
    return {study.pk: study for study in rows}


def take_turn(room: int, study_id: int) -> None:
    """Wait until nobody else is in this room with this study; it ends with the transaction. SQLite has one writer anyway.

    For rows of which somebody may just be writing one more: no lock on the rows that are there keeps that one away.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [room, study_id])
