"""A trial of a write, on SQLite beside the database, so that nobody waits for it.

SQLite has one writer at a time: a trial inside a transaction would keep all others from writing until it ends. So it is
given a copy of what it may touch, in a file of its own that is gone afterwards: at the next trial, where this one is killed.
PostgreSQL needs none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections

from atlas_site.trial_folders import trial_folder
from studies.models import GuideRevision, Revision, RevisionValue, SearchDocument, TermRevision, Upload

FOLDER = "atlas-trial-"
# Large, and of no drafts. A trial that asks for one of these tables fails; it does not go on without it.
LEFT_OUT = (Revision, RevisionValue, SearchDocument, GuideRevision, TermRevision, Upload)


@contextmanager
def apart() -> Iterator[None]:
    """Within, this thread reads and writes a copy of the tables of `studies`, as they are now. Drafts and
    proposals are in it; no account, no message and no file that somebody sent.

    Only for SQLite; elsewhere this does nothing, and the caller undoes what it wrote.
    """
    own = connections[DEFAULT_DB_ALIAS]
    if own.vendor != "sqlite":
        yield
        return
    with trial_folder(FOLDER) as folder:
        copy = own.copy()
        copy.settings_dict["NAME"] = str(folder / "copy.sqlite3")
        own.ensure_connection()
        connections[DEFAULT_DB_ALIAS] = copy
        try:
            copy.ensure_connection()
            _fill(copy.connection, own.connection)
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = own
            copy.close()


def _fill(copy: Any, own: Any) -> None:
    """All tables from one moment. References to tables that are not there are not checked."""
    copy.execute("PRAGMA foreign_keys=OFF")
    copy.execute("PRAGMA synchronous=OFF")
    is_ours = not own.in_transaction
    if is_ours:
        own.execute("BEGIN")
    try:
        copy.execute("BEGIN")
        for model in apps.get_app_config("studies").get_models(include_auto_created=True):
            if model not in LEFT_OUT:
                _copy_table(model._meta.db_table, copy, own)
        copy.execute("COMMIT")
    finally:
        if is_ours:
            own.execute("ROLLBACK")


def _copy_table(table: str, copy: Any, own: Any) -> None:
    """The table with its rows, then its indexes."""
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND type = ? AND sql IS NOT NULL"
    copy.execute(own.execute(made, [table, "table"]).fetchone()[0])
    columns = [f'"{row[1]}"' for row in own.execute(f'PRAGMA table_info("{table}")')]
    # With a plus the values come as they are stored, not as Python's dates.
    rows = own.execute(f'SELECT {", ".join(f"+{column}" for column in columns)} FROM "{table}"')  # noqa: S608 - ours
    places = ", ".join("?" * len(columns))
    copy.executemany(f'INSERT INTO "{table}" ({", ".join(columns)}) VALUES ({places})', rows)  # noqa: S608 - ours
    for (index,) in own.execute(made, [table, "index"]).fetchall():
        copy.execute(index)
