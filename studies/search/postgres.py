"""Full text on PostgreSQL: two generated columns on the search documents with an index each.

The columns are not fields of the model, which SQLite could not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.search.query import Alternative, Part, Query

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from studies.search.synonyms import Phrase

DOCUMENTS = "studies_searchdocument"
COLUMNS = ("title", "key", "body", "people", "abstract")

# The tokens are folded and stemmed already, so the 'simple' configuration takes them exactly as they stand. A mark
# between the columns keeps a phrase from running from one into the next; it is taken out again, its place stays empty.
_WORDS = " || 'x0:1'::tsvector || ".join(f"to_tsvector('simple', \"{column}\")" for column in COLUMNS)
_INSTALL = [
    f"""ALTER TABLE {DOCUMENTS}
        ADD COLUMN IF NOT EXISTS words tsvector GENERATED ALWAYS AS (ts_delete({_WORDS}, 'x0')) STORED,
        ADD COLUMN IF NOT EXISTS title_words tsvector GENERATED ALWAYS AS (to_tsvector('simple', title)) STORED""",
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


def match(connection: BaseDatabaseWrapper, query: Query, *, in_title: bool = False) -> list[int]:
    """Ids of the studies that the query finds, in no order; `in_title` looks at titles alone.

    The query must require something.
    """
    function = "study_title_search" if in_title else "study_search"
    without = f" & !({_any(query.excluded)})" if query.excluded and not in_title else ""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::tsquery)", [_required(query) + without])
        return cursor.fetchone()[0]


def known(connection: BaseDatabaseWrapper, parts: tuple[Part, ...]) -> list[bool]:
    """For each part whether any study has it."""
    if not parts:
        return []
    one = f"EXISTS (SELECT 1 FROM {DOCUMENTS} WHERE words @@ %s::tsquery)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(parts)), [_any((part,)) for part in parts])
        return list(cursor.fetchone())


def _required(query: Query) -> str:
    return " & ".join(f"({_any((part,))})" for part in query.required)


def _any(parts: tuple[Part, ...]) -> str:
    return " | ".join(_all(alternative) for part in parts for alternative in part.alternatives)


def _all(alternative: Alternative) -> str:
    return "(" + " & ".join(_phrase(phrase) for phrase in alternative) + ")"


def _phrase(phrase: Phrase) -> str:
    return "(" + " <-> ".join(f"'{token}'" for token in phrase) + ")"
