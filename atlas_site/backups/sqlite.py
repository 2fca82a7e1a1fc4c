"""Backups of SQLite: a copy while the atlas runs, and an empty place in which one is tried."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.db import connection
from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]

from atlas_site.trial_folders import trial_folder

SUFFIX = "sqlite3"
FOLDER = "atlas-restore-"


class Unsound(Exception):
    """The copy is not whole; the message says what the database found."""


def copy(target: Path, *, without: Sequence[str]) -> None:
    """Copy the database into this file, without the rows of these tables. Readers and writers go on meanwhile.

    The copy is written anew at the end, so that nothing of the rows that were left out stays in its free pages.
    Raises Unsound.
    """
    try:
        with _reading(Path(str(connection.settings_dict["NAME"]))) as live, _writing(target) as kept:
            live.backup(kept)
            _leave_out(kept, without)
    except sqlite3.Error as error:
        raise Unsound(f"SQLite cannot copy it: {error}.") from None


def _leave_out(kept: sqlite3.Connection, tables: Sequence[str]) -> None:
    kept.execute("PRAGMA journal_mode = MEMORY")  # no second file with what is deleted here
    kept.execute("PRAGMA secure_delete = ON")
    for table in tables:
        kept.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own tables
    kept.execute("VACUUM")


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    """With Django's functions, which constraints of the tables call."""
    with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as opened:
        register(opened)
        yield opened


@contextlib.contextmanager
def _writing(file: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as opened:
        register(opened)
        yield opened


def check(file: Path) -> None:
    """Let SQLite read the whole file and each reference between rows. Raises Unsound."""
    try:
        with _reading(file) as kept:
            told = [row[0] for row in kept.execute("PRAGMA integrity_check").fetchall()]
            lost = kept.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise Unsound(f"SQLite cannot read it: {error}.") from None
    if told != ["ok"] or lost:
        raise Unsound(f"SQLite finds it broken: {told[0]}; references that lead nowhere: {len(lost)}.")


@contextlib.contextmanager
def restored(file: Path) -> Iterator[str]:
    """DATABASE_URL of the backup in a folder that only this user can read and that is gone at the end.

    Those of trials that were killed are removed first.
    """
    check(file)
    with trial_folder(FOLDER) as folder:
        shutil.copyfile(file, folder / "atlas.sqlite3")
        yield f"sqlite:///{folder / 'atlas.sqlite3'}"
