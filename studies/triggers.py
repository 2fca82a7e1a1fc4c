"""The database's own refusal to change history: triggers, for SQLite and PostgreSQL alike.

Revisions, of studies and of the atlas's own texts, accept INSERT alone. RevisionValue also accepts redaction: value and salt
emptied, date and reason set, nothing else touched. A migration installs them and `post_migrate` puts them back, because SQLite
drops them whenever Django rebuilds a table. `REPLACE` deletes rows on SQLite without asking the triggers for DELETE, so INSERT is
watched there too.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

REVISION, VALUE = "studies_revision", "studies_revisionvalue"
GUIDE, TERM = "studies_guiderevision", "studies_termrevision"
REFUSAL = "The history is append-only."

_REDACTION = """
    NEW.value IS NULL AND NEW.salt IS NULL AND NEW.redacted_on IS NOT NULL AND NEW.redaction_reason <> ''
    AND OLD.value IS NOT NULL AND OLD.id = NEW.id AND OLD.revision_id = NEW.revision_id AND OLD.field = NEW.field
"""


def _whole(table: str, owner: str, *unique: str) -> dict[str, str]:
    """A table whose rows are added and never touched again. `unique` columns are where `REPLACE` would find a row."""
    same = " OR ".join(f"{column} = NEW.{column}" for column in ("id", "hash", *unique))
    taken = f"SELECT 1 FROM {table} WHERE {same} OR ({owner}_id = NEW.{owner}_id AND number = NEW.number)"  # noqa: S608
    return {
        f"{table}_no_update": f"BEFORE UPDATE ON {table}",
        f"{table}_no_delete": f"BEFORE DELETE ON {table}",
        f"{table}_no_replace": f"BEFORE INSERT ON {table} WHEN EXISTS ({taken})",
    }


_SQLITE = {
    REVISION: _whole(REVISION, "study", "sequence"),
    VALUE: {
        f"{VALUE}_redaction_only": f"BEFORE UPDATE ON {VALUE} WHEN NOT ({_REDACTION})",
        f"{VALUE}_no_delete": f"BEFORE DELETE ON {VALUE}",
        f"{VALUE}_no_replace": f"""BEFORE INSERT ON {VALUE} WHEN EXISTS (
            SELECT 1 FROM {VALUE} WHERE id = NEW.id OR (revision_id = NEW.revision_id AND field = NEW.field))""",  # noqa: S608
    },
    GUIDE: _whole(GUIDE, "guide"),
    TERM: _whole(TERM, "term"),
}

_FUNCTION = "studies_refuse_change"
# 'O' fires in every ordinary session, 'A' always; 'R' only while replicating, 'D' never. `tgtype` holds the events as bits.
_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
_WORDS = {_UPDATE: "UPDATE", _DELETE: "DELETE", _TRUNCATE: "TRUNCATE"}
_CLOSED = {"append_only": _ROW | _UPDATE | _DELETE, "no_truncate": _TRUNCATE}
_REDACTABLE = {"redaction_only": _ROW | _UPDATE, "no_delete": _ROW | _DELETE, "no_truncate": _TRUNCATE}
_POSTGRES = {
    table: {
        f"{table}_{name}": events | _BEFORE for name, events in (_REDACTABLE if table == VALUE else _CLOSED).items()
    }
    for table in _SQLITE
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place on the tables that are there; again does no harm."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _statements(connection):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for `install` and for emptying a test database; nothing else may."""
    with connection.cursor() as cursor:
        for table in _present(connection):
            for name in _BY_VENDOR[connection.vendor][table]:
                place = "" if connection.vendor == "sqlite" else f" ON {table}"
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{place}")


def installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether all triggers are in place, on their tables, switched on, and still refuse.

    SQLite keeps a trigger as it was written, so that its text is compared. PostgreSQL keeps a reading of it: there what the
    function does is compared, and where and on what the triggers fire.
    """
    catalogue, expected = {
        "sqlite": (_SQLITE_CATALOGUE, _sqlite_texts),
        "postgresql": (_POSTGRES_CATALOGUE, _postgres_kinds),
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        return expected() <= set(cursor.fetchall())


def reinstall(*, using: str, **kwargs: Any) -> None:
    """Receiver of `post_migrate`; does nothing while the tables are not there yet."""
    connection = connections[using]
    if _present(connection) and not installed(connection):
        install(connection)


_SQLITE_CATALOGUE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRES_CATALOGUE = """SELECT tgname, relname, tgtype::int, tgqual IS NOT NULL, btrim(prosrc)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)"""
_REFUSE = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END"
_BY_VENDOR: dict[str, dict[str, Any]] = {"sqlite": _SQLITE, "postgresql": _POSTGRES}


def _present(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that there are: an early migration installs before a later one makes the rest."""
    there = set(connection.introspection.table_names())
    return [table for table in _SQLITE if table in there]


def _sqlite_texts() -> set[tuple[Any, ...]]:
    return {
        (name, table, _sqlite_statement(name, event))
        for table, named in _SQLITE.items()
        for name, event in named.items()
    }


def _postgres_kinds() -> set[tuple[Any, ...]]:
    return {
        (name, table, events, _is_narrowed(name), _REFUSE)
        for table, named in _POSTGRES.items()
        for name, events in named.items()
    }


def _statements(connection: BaseDatabaseWrapper) -> list[str]:
    tables = _present(connection)
    if connection.vendor == "sqlite":
        return [_sqlite_statement(name, event) for table in tables for name, event in _SQLITE[table].items()]
    function = f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {_REFUSE} $$"
    return [function] + [
        _postgres_statement(table, name, events) for table in tables for name, events in _POSTGRES[table].items()
    ]


def _sqlite_statement(name: str, event: str) -> str:
    return f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"


def _postgres_statement(table: str, name: str, events: int) -> str:
    when = " OR ".join(word for bit, word in _WORDS.items() if events & bit)
    each = "ROW" if events & _ROW else "STATEMENT"
    narrowed = f" WHEN (NOT ({_REDACTION}))" if _is_narrowed(name) else ""
    return f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH {each}{narrowed} EXECUTE FUNCTION {_FUNCTION}()"


def _is_narrowed(name: str) -> bool:
    return name.endswith("_redaction_only")
