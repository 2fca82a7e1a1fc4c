"""The release as one SQLite file, with full-text search, ready to be published with Datasette.

The same state gives the same bytes with the same release of SQLite: rows go in in order, and the file is rewritten
at the end without gaps.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from studies.dumping.states import AtlasState
from studies.dumping.tables import TABLES, Table

LICENCES = "Texts CC BY 4.0, facts CC0 1.0"
TYPES = {"integer": "INTEGER", "boolean": "INTEGER"}
SEARCHED = (
    "title",
    "question",
    "key_point",
    "main_limitation",
    "summary",
    "significance",
    "limitations",
    "population_label",
)
INDEXES = {
    "studies": ("slug", "doi", "pmid", "pem", "design", "evidence_level", "published_on", "retraction_status"),
    "study_topics": ("topic",),
    "study_definitions": ("definition",),
    "links": ("other_study",),
    "revisions": ("study",),
}
REFERENCES = {
    "definition": "case_definitions(slug)",
    "topic": "topics(slug)",
    "other_study": "studies(id)",
}


def write(path: Path, state: AtlasState) -> None:
    """Create the file from the tables of the release; it must not be there yet. A table names the release."""
    with sqlite3.connect(path, isolation_level=None) as file:
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "encoding='UTF-8'"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN")
        for table in TABLES:
            _fill(file, table)
        _search(file)
        _name(file, state)
        file.execute("COMMIT")
        file.execute("VACUUM")
    file.close()


def _name(file: sqlite3.Connection, state: AtlasState) -> None:
    columns = ("name", "changed_at", "counter", "newest_hash", "address", "licence")
    file.execute(f"CREATE TABLE release ({', '.join(columns)})")
    values = (state.name, state.time, state.counter, state.newest_hash, f"{settings.ATLAS_URL}/", LICENCES)
    file.execute("INSERT INTO release VALUES (?, ?, ?, ?, ?, ?)", values)


def _fill(file: sqlite3.Connection, table: Table) -> None:
    file.execute(_statement(table))
    places = ", ".join("?" * len(table.columns))
    file.executemany(f"INSERT INTO {table.name} VALUES ({places})", table.rows())  # noqa: S608 - names of our own
    for column in INDEXES.get(table.name, ()):
        file.execute(f"CREATE INDEX {table.name}_{column} ON {table.name} ({column})")


def _statement(table: Table) -> str:
    columns = [f"{column.name} {TYPES.get(column.kind, 'TEXT')}" for column in table.columns]
    lines = [*columns, f"PRIMARY KEY ({', '.join(table.key)})", *_references(table)]
    return f"CREATE TABLE {table.name} ({', '.join(lines)})"


def _references(table: Table) -> Iterable[str]:
    """A revision may be of a withdrawn study, which stands in another table."""
    for name in table.names:
        if name in REFERENCES:
            yield f"FOREIGN KEY ({name}) REFERENCES {REFERENCES[name]}"
        elif name == "study" and table.name != "revisions":
            yield f"FOREIGN KEY ({name}) REFERENCES studies(id)"


def _search(file: sqlite3.Connection) -> None:
    columns = ", ".join(SEARCHED)
    file.execute(
        f"CREATE VIRTUAL TABLE studies_fts USING fts5({columns}, content='studies', content_rowid='id', "
        "tokenize='porter unicode61 remove_diacritics 2')"
    )
    file.execute("INSERT INTO studies_fts(studies_fts) VALUES ('rebuild')")
    file.execute("INSERT INTO studies_fts(studies_fts) VALUES ('optimize')")
