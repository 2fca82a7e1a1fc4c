"""Full text on PostgreSQL: two generated columns on the search documents with an index each.

The columns are not fields of the model, which SQLite could not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.search.expressions import TSQUERY, apart, has_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from studies.search.query import Part, Query

DOCUMENTS = "studies_searchdocument"
COLUMNS = ("title", "key", "body", "people", "abstract")

# The tokens are folded and stemmed already, so the 'simple' configuration takes them exactly as they stand. A mark
# between the columns keeps a phrase from running from one into the next; it is taken out again, its place stays empty.
_WORDS = " || 'x0:1'::tsvector || ".join(f"to_tsvector('simple', \"{column}\")" for column in COLUMNS)
_DOCUMENTS = f"SELECT study_id, {', '.join(COLUMNS)} FROM {DOCUMENTS}"
_INSTALL = [
    f"""ALTER TABLE {DOCUMENTS}
        ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS (ts_delete({_WORDS}, 'x0')) STORED,
        ADD COLUMN IF NOT EXISTS title_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED""",
    # The texts of a study are compared with a phrase often enough to keep them uncompressed.
    f"""ALTER TABLE {DOCUMENTS}
        ALTER COLUMN words SET STORAGE EXTERNAL, ALTER COLUMN title_words SET STORAGE EXTERNAL""",
    f"CREATE INDEX IF NOT EXISTS searchdocument_words ON {DOCUMENTS} USING gin (words) WITH (fastupdate = off)",
    f"CREATE INDEX IF NOT EXISTS searchdocument_title ON {DOCUMENTS} USING gin (title_words) WITH (fastupdate = off)",
    # For common words the planner would read every document; inside these functions it may not.
    f"""CREATE OR REPLACE FUNCTION study_search(wanted tsquery) RETURNS bigint[] LANGUAGE sql STABLE
        SET enable_seqscan = off
        AS $$ SELECT coalesce(array_agg(study_id), '{{}}') FROM {DOCUMENTS} WHERE words @@ wanted $$""",
    f"""CREATE OR REPLACE FUNCTION study_title_search(wanted tsquery) RETURNS bigint[] LANGUAGE sql STABLE
        SET enable_seqscan = off
        AS $$ SELECT coalesce(array_agg(study_id), '{{}}') FROM {DOCUMENTS} WHERE title_words @@ wanted $$""",
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the columns, their indexes and the search functions where they are missing."""
    with connection.cursor() as cursor:
        for statement in _INSTALL:
            cursor.execute(statement)


def match(connection: BaseDatabaseWrapper, query: Query) -> list[int]:
    """Ids of the studies with all that the query requires and nothing that it excludes, in no order.

    An id may come twice.
    """
    parts = apart(query)
    if not has_phrase(query.excluded):
        return _hits(connection, "study_search", [TSQUERY.whole(part) for part in parts])
    without = set(match_any(connection, query.excluded))
    hits = _hits(connection, "study_search", [TSQUERY.required(part) for part in parts])
    return [each for each in hits if each not in without]


def match_titles(connection: BaseDatabaseWrapper, query: Query) -> list[int]:
    """Ids of the studies whose title alone has all that the query requires."""
    return _hits(connection, "study_title_search", [TSQUERY.required(part) for part in apart(query)])


def match_any(connection: BaseDatabaseWrapper, parts: Sequence[Part]) -> list[int]:
    """Ids of the studies with at least one of the parts."""
    return _hits(connection, "study_search", [TSQUERY.any_part(parts)])


def documents(connection: BaseDatabaseWrapper, ids: Sequence[int]) -> dict[int, Sequence[str]]:
    """The columns of the search documents of these studies."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_DOCUMENTS} WHERE study_id = ANY(%s)", [list(ids)])
        return {each: columns for each, *columns in cursor.fetchall()}


def known(connection: BaseDatabaseWrapper, parts: Sequence[Part]) -> list[bool]:
    """For each part whether any study has it."""
    if not parts:
        return []
    one = f"EXISTS (SELECT 1 FROM {DOCUMENTS} WHERE words @@ %s::tsquery)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(parts)), [TSQUERY.any_part([part]) for part in parts])
        return list(cursor.fetchone())


def _hits(connection: BaseDatabaseWrapper, function: str, expressions: Sequence[str]) -> list[int]:
    """What any of the expressions finds; an id may come twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " || ".join([f"{function}(%s::tsquery)"] * len(expressions)), expressions)
        return list(cursor.fetchone()[0])
