"""Full text on SQLite: an FTS5 table on the search documents, kept by triggers.

Django rebuilds a SQLite table when a field is altered, which silently drops the triggers; `install` runs after every
migrate and puts them back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.search.expressions import FTS5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from studies.search.query import Part, Query

DOCUMENTS = "studies_searchdocument"
INDEX = "studies_searchindex"
COLUMNS = ("title", "key", "body", "people", "abstract")

_NAMES = ", ".join(f'"{column}"' for column in COLUMNS)
_NEW = ", ".join(f'new."{column}"' for column in COLUMNS)
_OLD = ", ".join(f'old."{column}"' for column in COLUMNS)
_DOCUMENTS = f"SELECT study_id, {_NAMES} FROM {DOCUMENTS}"
_ADD = f"INSERT INTO {INDEX} (rowid, {_NAMES}) VALUES (new.study_id, {_NEW});"
_REMOVE = f"INSERT INTO {INDEX} ({INDEX}, rowid, {_NAMES}) VALUES ('delete', old.study_id, {_OLD});"
# The tokens are plain ASCII already, so the plainest tokenizer reads them exactly as they stand.
_CREATE = f"""
    CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX}
    USING fts5({_NAMES}, content='{DOCUMENTS}', content_rowid='study_id', tokenize='ascii')
"""
_TRIGGERS = {
    "searchdocument_added": f"AFTER INSERT ON {DOCUMENTS} BEGIN {_ADD} END",
    "searchdocument_removed": f"AFTER DELETE ON {DOCUMENTS} BEGIN {_REMOVE} END",
    "searchdocument_changed": f"AFTER UPDATE ON {DOCUMENTS} BEGIN {_REMOVE} {_ADD} END",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the index and its triggers where they are missing; fill the index where a trigger had been lost."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [DOCUMENTS])
        missing = set(_TRIGGERS) - {name for (name,) in cursor.fetchall()}
        cursor.execute(_CREATE)
        for name in sorted(missing):
            cursor.execute(f"CREATE TRIGGER {name} {_TRIGGERS[name]}")
        if missing:
            cursor.execute(f"INSERT INTO {INDEX} ({INDEX}) VALUES ('rebuild')")


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether the index and each of its triggers are there."""
    names = [INDEX, *_TRIGGERS]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM sqlite_master WHERE name IN ({', '.join(['%s'] * len(names))})", names)
        return bool(cursor.fetchone()[0] == len(names))


def match(connection: BaseDatabaseWrapper, query: Query) -> list[int]:
    """Ids of the studies with all that the query requires and nothing that it excludes, in no order."""
    return _hits(connection, FTS5.whole(query))


def match_titles(connection: BaseDatabaseWrapper, query: Query) -> list[int]:
    """Ids of the studies whose title alone has all that the query requires."""
    return _hits(connection, f"{{title}} : ({FTS5.required(query)})")


def match_any(connection: BaseDatabaseWrapper, parts: Sequence[Part]) -> list[int]:
    """Ids of the studies with at least one of the parts."""
    return _hits(connection, FTS5.any_part(parts))


def documents(connection: BaseDatabaseWrapper, ids: Sequence[int]) -> dict[int, Sequence[str]]:
    """The columns of the search documents of these studies."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_DOCUMENTS} WHERE study_id IN ({','.join(map(str, ids))})")
        return {each: columns for each, *columns in cursor.fetchall()}


def known(connection: BaseDatabaseWrapper, parts: Sequence[Part]) -> list[bool]:
    """For each part whether any study has it."""
    if not parts:
        return []
    one = f"EXISTS (SELECT 1 FROM {INDEX} WHERE {INDEX} MATCH %s)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(parts)), [FTS5.any_part([part]) for part in parts])
        return [bool(value) for value in cursor.fetchone()]


def _hits(connection: BaseDatabaseWrapper, expression: str) -> list[int]:
    """As one text and not as rows, which takes half the time for common words."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT group_concat(rowid) FROM {INDEX} WHERE {INDEX} MATCH %s", [expression])
        ids = cursor.fetchone()[0]
    return list(map(int, ids.split(","))) if ids else []
