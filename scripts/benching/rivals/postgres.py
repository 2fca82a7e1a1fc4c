"""Plain SQL on PostgreSQL, as well as we can write it, as bare JSON: 20 ranked hits, exact total, exact facet counts.

One statement a request. The matches are found once (GIN) and kept in a CTE with the few bytes of their facets; where
nothing is chosen all counts come from one pass (GROUPING SETS). Ranking is in tiers: short lists whole, of long ones the
newest whose title has the words, then by date.
"""

# ruff: noqa: S608 - every word put into a statement is written here; values are numbers or parameters

import os
import threading
from typing import Any

import django
import psycopg

from scripts.benching.rivals.asked import FACETS, PAGE_SIZE, RANKED_TITLES, RANKED_WHOLE, Asked, Codes, application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
django.setup()

from django.db import connection  # noqa: E402

with connection.cursor() as setup:
    setup.execute("SELECT slug, id FROM studies_topic")
    CODES = Codes(dict(setup.fetchall()))
PARAMETERS = connection.get_connection_params()
connection.close()

COLUMNS = {"pem": "pem = ANY(%(pem)s)", "design": "design = ANY(%(design)s)", "level": "level = ANY(%(level)s)"}
CONDITIONS = {**COLUMNS, "topic": "topics && %(topic)s::smallint[]"}
_local = threading.local()


def connections() -> tuple[psycopg.Connection[Any], psycopg.Connection[Any]]:
    """One connection for words, where a sequential scan would read every vector, and one for the rest."""
    if not hasattr(_local, "pair"):
        _local.pair = tuple(_connect(option) for option in ("-c enable_seqscan=off -c jit=off", "-c jit=off"))
    pair: tuple[psycopg.Connection[Any], psycopg.Connection[Any]] = _local.pair
    return pair


def _connect(options: str) -> psycopg.Connection[Any]:
    known = {
        name: value for name, value in PARAMETERS.items() if name in {"dbname", "user", "host", "port", "password"}
    }
    return psycopg.connect(**known, options=options, autocommit=True)


def find(query_string: str) -> dict[str, Any]:
    asked = CODES.read(query_string)
    words, plain = connections()
    given = {"q": asked.q, "offset": asked.offset, **asked.chosen}
    counts, total, rows = (words if asked.q else plain).execute(statement(asked), given).fetchone() or ([], 0, [])
    by_facet: dict[str, list[tuple[int, int]]] = {facet: [] for facet in FACETS}
    for facet, value, count in counts:
        by_facet[facet].append((value, count))
    return {"total": total, "rows": rows, **{facet: CODES.worded(facet, pairs) for facet, pairs in by_facet.items()}}


def statement(asked: Asked) -> str:
    match = "words @@ (SELECT websearch_to_tsquery('english', %(q)s))" if asked.q else "true"
    hits = f"SELECT * FROM base WHERE {conditions(asked)}" if asked.chosen else "SELECT * FROM base"
    return f"""
        WITH base AS MATERIALIZED (SELECT id, day, pem, design, level, topics FROM bench WHERE {match}),
        hits AS {"MATERIALIZED" if asked.chosen else "NOT MATERIALIZED"} ({hits}),
        total AS MATERIALIZED (SELECT count(*) AS n FROM hits),
        counts AS ({counts(asked)}),
        page AS ({page(asked)})
        SELECT (SELECT coalesce(json_agg(json_build_array(facet, value, n)), '[]') FROM counts),
               (SELECT n FROM total),
               (SELECT coalesce(json_agg(json_build_array(s.slug, s.title, s.published_on) ORDER BY page.place), '[]')
                FROM page JOIN studies_study s ON s.id = page.id)"""


def conditions(asked: Asked, without: str = "") -> str:
    """The choices of all facets but one."""
    return " AND ".join(CONDITIONS[facet] for facet in asked.chosen if facet != without) or "true"


def counts(asked: Asked) -> str:
    topics = f"""SELECT 'topic' AS facet, topic AS value, count(*) AS n FROM base, unnest(topics) AS topic
                 WHERE {conditions(asked, "topic")} GROUP BY topic"""
    if not asked.chosen:
        grouped = """SELECT CASE grouping(pem, design, level) WHEN 3 THEN 'pem' WHEN 5 THEN 'design' ELSE 'level' END,
                     coalesce(pem, design, level), count(*) FROM base GROUP BY GROUPING SETS ((pem), (design), (level))"""
        return f"{topics} UNION ALL {grouped}"
    each = (
        f"SELECT '{facet}', {facet}, count(*) FROM base WHERE {conditions(asked, facet)} GROUP BY {facet}"
        for facet in COLUMNS
    )
    return " UNION ALL ".join([topics, *each])


def page(asked: Asked) -> str:
    newest = f"""SELECT id, row_number() OVER (ORDER BY day DESC, id DESC) AS place FROM hits
                 ORDER BY day DESC, id DESC LIMIT {PAGE_SIZE} OFFSET %(offset)s"""
    if not asked.q and not asked.chosen:
        return f"""SELECT id, row_number() OVER () AS place FROM (SELECT id FROM bench
                   ORDER BY day DESC, id DESC LIMIT {PAGE_SIZE} OFFSET %(offset)s) AS newest"""
    if not asked.q:
        return newest
    query = "(SELECT websearch_to_tsquery('english', %(q)s))"
    return f"""
        SELECT id, row_number() OVER (ORDER BY tier, rank DESC, day DESC, id DESC) AS place FROM (
            SELECT DISTINCT ON (id) id, day, tier, rank FROM (
                (SELECT b.id, b.day, 1 AS tier, ts_rank(b.words, {query}) AS rank FROM hits JOIN bench b USING (id)
                 WHERE (SELECT n FROM total) <= {RANKED_WHOLE})
                UNION ALL
                (SELECT id, day, 2, ts_rank(words, {query}) FROM (SELECT id, day, words FROM bench
                 WHERE (SELECT n FROM total) > {RANKED_WHOLE} AND title_words @@ {query} AND {conditions(asked)}
                 ORDER BY day DESC, id DESC LIMIT {RANKED_TITLES}) AS titles)
                UNION ALL
                (SELECT id, day, 3, 0 FROM hits WHERE (SELECT n FROM total) > {RANKED_WHOLE}
                 ORDER BY day DESC, id DESC LIMIT {PAGE_SIZE} + %(offset)s)
            ) AS tiers ORDER BY id, tier) AS ranked
        ORDER BY place LIMIT {PAGE_SIZE} OFFSET %(offset)s"""


application = application(find)  # type: ignore[assignment]
