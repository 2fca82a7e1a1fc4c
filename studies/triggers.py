"""The database's own refusal to change history: triggers, for SQLite and PostgreSQL alike.

Revisions accept INSERT alone. RevisionValue also accepts redaction: value and salt emptied, date and reason set, nothing
else touched. A migration installs them and `post_migrate` puts them back, because SQLite drops them whenever Django
rebuilds a table. `REPLACE` deletes rows on SQLite without asking the triggers for DELETE, so INSERT is watched there too.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

REVISION, VALUE = "studies_revision", "studies_revisionvalue"
REFUSAL = "The history is append-only."

_REDACTION = """
    NEW.value IS NULL AND NEW.salt IS NULL AND NEW.redacted_on IS NOT NULL AND NEW.redaction_reason <> ''
    AND OLD.value IS NOT NULL AND OLD.id = NEW.id AND OLD.revision_id = NEW.revision_id AND OLD.field = NEW.field
"""

_SQLITE = {
    f"{REVISION}_no_update": f"BEFORE UPDATE ON {REVISION}",
    f"{REVISION}_no_delete": f"BEFORE DELETE ON {REVISION}",
    f"{REVISION}_no_replace": f"""BEFORE INSERT ON {REVISION} WHEN EXISTS (
        SELECT 1 FROM {REVISION} WHERE id = NEW.id OR hash = NEW.hash OR sequence = NEW.sequence
        OR (study_id = NEW.study_id AND number = NEW.number))""",  # noqa: S608 - our own constants
    f"{VALUE}_redaction_only": f"BEFORE UPDATE ON {VALUE} WHEN NOT ({_REDACTION})",
    f"{VALUE}_no_delete": f"BEFORE DELETE ON {VALUE}",
    f"{VALUE}_no_replace": f"""BEFORE INSERT ON {VALUE} WHEN EXISTS (
        SELECT 1 FROM {VALUE} WHERE id = NEW.id OR (revision_id = NEW.revision_id AND field = NEW.field))""",  # noqa: S608
}

_FUNCTION = "studies_refuse_change"
_POSTGRES = {
    f"{REVISION}_append_only": f"BEFORE UPDATE OR DELETE ON {REVISION} FOR EACH ROW",
    f"{REVISION}_no_truncate": f"BEFORE TRUNCATE ON {REVISION} FOR EACH STATEMENT",
    f"{VALUE}_redaction_only": f"BEFORE UPDATE ON {VALUE} FOR EACH ROW WHEN (NOT ({_REDACTION}))",
    f"{VALUE}_no_delete": f"BEFORE DELETE ON {VALUE} FOR EACH ROW",
    f"{VALUE}_no_truncate": f"BEFORE TRUNCATE ON {VALUE} FOR EACH STATEMENT",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place; again does no harm."""
    remove(connection)
    with connection.cursor() as cursor:
        for statement in _SQLITE_OR_POSTGRES[connection.vendor][1]():
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away, for `install` and for emptying a test database; nothing else may."""
    names, _ = _SQLITE_OR_POSTGRES[connection.vendor]
    with connection.cursor() as cursor:
        for name in names:
            table = "" if connection.vendor == "sqlite" else f" ON {_table(name)}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{table}")


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
    if {REVISION, VALUE} <= set(connection.introspection.table_names()) and not installed(connection):
        install(connection)


_SQLITE_CATALOGUE = "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
# 'O' fires in every ordinary session, 'A' always; 'R' only while replicating, 'D' never. `tgtype` holds the events as bits.
_POSTGRES_CATALOGUE = """SELECT tgname, relname, tgtype::int, tgqual IS NOT NULL, btrim(prosrc)
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE tgenabled IN ('O', 'A') AND pg_table_is_visible(tgrelid)"""
_ROW, _BEFORE, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 8, 16, 32
_REFUSE = f"BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END"


def _sqlite_texts() -> set[tuple[Any, ...]]:
    return {(name, _table(name), statement) for name, statement in zip(_SQLITE, _sqlite_statements(), strict=True)}


def _postgres_kinds() -> set[tuple[Any, ...]]:
    kinds = {
        f"{REVISION}_append_only": (_ROW | _BEFORE | _UPDATE | _DELETE, False),
        f"{REVISION}_no_truncate": (_BEFORE | _TRUNCATE, False),
        f"{VALUE}_redaction_only": (_ROW | _BEFORE | _UPDATE, True),
        f"{VALUE}_no_delete": (_ROW | _BEFORE | _DELETE, False),
        f"{VALUE}_no_truncate": (_BEFORE | _TRUNCATE, False),
    }
    return {(name, _table(name), events, is_narrowed, _REFUSE) for name, (events, is_narrowed) in kinds.items()}


def _table(trigger: str) -> str:
    return VALUE if trigger.startswith(VALUE) else REVISION


def _sqlite_statements() -> list[str]:
    return [
        f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END" for name, event in _SQLITE.items()
    ]


def _postgres_statements() -> list[str]:
    function = f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {_REFUSE} $$"
    return [function] + [
        f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {_FUNCTION}()" for name, event in _POSTGRES.items()
    ]


_SQLITE_OR_POSTGRES = {
    "sqlite": (tuple(_SQLITE), _sqlite_statements),
    "postgresql": (tuple(_POSTGRES), _postgres_statements),
}
