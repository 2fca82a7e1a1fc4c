"""Full text on PostgreSQL: two narrow tables of words with an index each, kept by triggers on the search documents.

A common word makes the database look at every row that has it, so the rows hold little beside the words. The tables are
no models, which SQLite would have to have too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studies.search.expressions import TSQUERY, apart, has_phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper

    from studies.search.query import Part, Query

DOCUMENTS = "studies_searchdocument"
WORDS, TITLES = "studies_searchwords", "studies_searchtitles"
COLUMNS = ("title", "key", "body", "people", "abstract")

# The tokens are folded and stemmed already, so the 'simple' configuration takes them exactly as they stand. A mark
# between the columns keeps a phrase from running from one into the next; it is taken out again, its place stays empty.
_TOGETHER = " || 'x0:1'::tsvector || ".join(f"to_tsvector('simple', \"{column}\")" for column in COLUMNS)
_WORDS_OF = {WORDS: f"ts_delete({_TOGETHER}, 'x0')", TITLES: "to_tsvector('simple', title)"}
_DOCUMENTS = f"SELECT study_id, {', '.join(COLUMNS)} FROM {DOCUMENTS}"


def _table(name: str) -> list[str]:
    """The table with an entry for every document that has none."""
    return [
        f"CREATE TABLE IF NOT EXISTS {name} (study_id bigint PRIMARY KEY, words tsvector NOT NULL)",
        # The texts of a study are compared with a phrase often enough to keep them uncompressed.
        f"ALTER TABLE {name} ALTER COLUMN words SET STORAGE EXTERNAL",
        f"""INSERT INTO {name} SELECT study_id, {_WORDS_OF[name]} FROM {DOCUMENTS} AS document
            WHERE NOT EXISTS (SELECT FROM {name} AS known WHERE known.study_id = document.study_id)""",
        f"CREATE INDEX IF NOT EXISTS {name}_words ON {name} USING gin (words) WITH (fastupdate = off)",
    ]


def _enter(name: str) -> str:
    return f"""INSERT INTO {name} SELECT study_id, {_WORDS_OF[name]} FROM (SELECT NEW.*) AS document
               ON CONFLICT (study_id) DO UPDATE SET words = EXCLUDED.words;"""


def _search(function: str, name: str) -> str:
    """For common words the planner would read every row; inside such a function it may not."""
    return f"""CREATE OR REPLACE FUNCTION {function}(wanted tsquery) RETURNS bigint[] LANGUAGE sql STABLE
               SET enable_seqscan = off
               AS $$ SELECT coalesce(array_agg(study_id), '{{}}') FROM {name} WHERE words @@ wanted $$"""


_TRIGGERS = [
    f"""CREATE OR REPLACE FUNCTION searchdocument_written() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN {_enter(WORDS)} {_enter(TITLES)} RETURN NULL; END $$""",
    f"""CREATE OR REPLACE FUNCTION searchdocument_removed() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN
            DELETE FROM {WORDS} WHERE study_id = OLD.study_id; DELETE FROM {TITLES} WHERE study_id = OLD.study_id;
            RETURN NULL;
        END $$""",
    f"""CREATE OR REPLACE FUNCTION searchdocument_emptied() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN TRUNCATE {WORDS}, {TITLES}; RETURN NULL; END $$""",
    f"""CREATE OR REPLACE TRIGGER searchdocument_written AFTER INSERT OR UPDATE ON {DOCUMENTS}
        FOR EACH ROW EXECUTE FUNCTION searchdocument_written()""",
    f"""CREATE OR REPLACE TRIGGER searchdocument_removed AFTER DELETE ON {DOCUMENTS}
        FOR EACH ROW EXECUTE FUNCTION searchdocument_removed()""",
    f"""CREATE OR REPLACE TRIGGER searchdocument_emptied AFTER TRUNCATE ON {DOCUMENTS}
        FOR EACH STATEMENT EXECUTE FUNCTION searchdocument_emptied()""",
]
_INSTALL = [
    *_table(WORDS),
    *_table(TITLES),
    *_TRIGGERS,
    _search("study_search", WORDS),
    _search("study_title_search", TITLES),
    # Where the words stood before.
    f"ALTER TABLE {DOCUMENTS} DROP COLUMN IF EXISTS words, DROP COLUMN IF EXISTS title_words",
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create tables, indexes, triggers and search functions where they are missing, and enter what is not entered."""
    with connection.cursor() as cursor:
        for statement in _INSTALL:
            cursor.execute(statement)


def is_installed(connection: BaseDatabaseWrapper) -> bool:
    """Whether both tables of words and each trigger on the documents are there."""
    triggers = ["searchdocument_written", "searchdocument_removed", "searchdocument_emptied"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL AND to_regclass(%s) IS NOT NULL", [WORDS, TITLES])
        tables = cursor.fetchone()[0]
        cursor.execute("SELECT count(DISTINCT tgname) FROM pg_trigger WHERE tgname = ANY(%s)", [triggers])
        return bool(tables and cursor.fetchone()[0] == len(triggers))


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
        # As one text, which takes a fifth of the time that a list takes to be written.
        cursor.execute(f"{_DOCUMENTS} WHERE study_id = ANY(%s::bigint[])", [f"{{{','.join(map(str, ids))}}}"])
        return {each: columns for each, *columns in cursor.fetchall()}


def known(connection: BaseDatabaseWrapper, parts: Sequence[Part]) -> list[bool]:
    """For each part whether any study has it."""
    if not parts:
        return []
    one = f"EXISTS (SELECT 1 FROM {WORDS} WHERE words @@ %s::tsquery)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join([one] * len(parts)), [TSQUERY.any_part([part]) for part in parts])
        return list(cursor.fetchone())


def _hits(connection: BaseDatabaseWrapper, function: str, expressions: Sequence[str]) -> list[int]:
    """What any of the expressions finds; an id may come twice."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " || ".join([f"{function}(%s::tsquery)"] * len(expressions)), expressions)
        return list(cursor.fetchone()[0])
