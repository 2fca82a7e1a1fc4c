"""Plain SQL on SQLite, as well as we can write it, as bare JSON: 20 ranked hits, exact total, exact facet counts.

The matches of a request go into a temporary table once, with their facets beside them; counts and pages read that. Ranking
is in tiers as on PostgreSQL: bm25 over all hits of a long list would cost more than all the rest.
"""

# ruff: noqa: S608 - every word put into a statement is written here; values are numbers or parameters

import os
import re
import sqlite3
import threading
from typing import Any

from scripts.benching.rivals.asked import FACETS, PAGE_SIZE, RANKED_TITLES, RANKED_WHOLE, Asked, Codes, application

PATH = os.environ["DATABASE_URL"].removeprefix("sqlite:///")
COLUMNS = ("pem", "design", "level")
_local = threading.local()


def database() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(PATH, isolation_level=None)
        for line in ("temp_store=MEMORY", "cache_size=-65536", "mmap_size=1073741824", "query_only=0"):
            _local.connection.execute(f"PRAGMA {line}")
        _local.connection.execute(
            "CREATE TEMP TABLE base (id INTEGER PRIMARY KEY, day INT, pem INT, design INT, level INT)"
        )
    connection: sqlite3.Connection = _local.connection
    return connection


def expression(q: str) -> str:
    """An FTS5 expression: quoted phrases as they are, every other word on its own."""
    parts = re.findall(r'"([^"]+)"|(\S+)', q)
    return " AND ".join('"' + (phrase or word).replace('"', "") + '"' for phrase, word in parts)


def find(query_string: str) -> dict[str, Any]:
    asked = CODES.read(query_string)
    connection = database()
    source = fill(connection, asked)
    hits = f"SELECT id, day FROM {source} AS b WHERE {conditions(asked)}"
    total = connection.execute(f"SELECT count(*) FROM ({hits})").fetchone()[0]
    ids = page(connection, asked, hits, total)
    places = ",".join("?" * len(ids))
    rows = connection.execute(f"SELECT id, slug, title, published_on FROM studies_study WHERE id IN ({places})", ids)
    by_id = {row[0]: row[1:] for row in rows}
    return {"total": total, "rows": [by_id[each] for each in ids], **counts(connection, asked, source)}


def fill(connection: sqlite3.Connection, asked: Asked) -> str:
    """The table that holds the matches of the words: all studies where there are none."""
    if not asked.q:
        return "bench_narrow"
    connection.execute("DELETE FROM base")
    connection.execute(
        "INSERT INTO base SELECT n.* FROM bench_words JOIN bench_narrow n ON n.id = bench_words.rowid "
        "WHERE bench_words MATCH ?",
        [expression(asked.q)],
    )
    return "base"


def conditions(asked: Asked, without: str = "") -> str:
    """The choices of all facets but one; the numbers are our own."""
    parts = []
    for facet, numbers in asked.chosen.items():
        listed = ",".join(map(str, numbers))
        if facet == "topic" != without:
            parts.append(f"b.id IN (SELECT id FROM bench_topic WHERE topic IN ({listed}))")
        elif facet != without:
            parts.append(f"b.{facet} IN ({listed})")
    return " AND ".join(parts) or "1"


def counts(connection: sqlite3.Connection, asked: Asked, source: str) -> dict[str, dict[str, int]]:
    found = {}
    for facet in COLUMNS:
        sql = f"SELECT {facet}, count(*) FROM {source} AS b WHERE {conditions(asked, facet)} GROUP BY 1"
        found[facet] = CODES.worded(facet, connection.execute(sql))
    which = conditions(asked, "topic")
    inner = (
        "" if source == "bench_narrow" and which == "1" else f"WHERE id IN (SELECT id FROM {source} AS b WHERE {which})"
    )
    sql = f"SELECT topic, count(*) FROM bench_topic {inner} GROUP BY 1"
    found["topic"] = CODES.worded("topic", connection.execute(sql))
    return {facet: found[facet] for facet in FACETS}


def page(connection: sqlite3.Connection, asked: Asked, hits: str, total: int) -> list[int]:
    if not asked.q:
        newest = f"{hits} ORDER BY day DESC, id DESC LIMIT {PAGE_SIZE} OFFSET {asked.offset}"
        return [row[0] for row in connection.execute(newest)]
    match = expression(asked.q)
    if total <= RANKED_WHOLE:
        sql = f"""SELECT rowid FROM bench_words WHERE bench_words MATCH ? AND rowid IN (SELECT id FROM ({hits}))
                  ORDER BY bm25(bench_words, 8, 1) LIMIT {PAGE_SIZE} OFFSET {asked.offset}"""
        return [row[0] for row in connection.execute(sql, [match])]
    return long_page(connection, asked, hits, match)


def long_page(connection: sqlite3.Connection, asked: Asked, hits: str, match: str) -> list[int]:
    sql = f"""SELECT h.id FROM ({hits}) AS h WHERE h.id IN (SELECT rowid FROM bench_words WHERE bench_words MATCH ?)
              ORDER BY h.day DESC, h.id DESC LIMIT {RANKED_TITLES}"""
    titles = [row[0] for row in connection.execute(sql, [f"title : ({match})"])]
    places = ",".join(map(str, titles))
    sql = f"""SELECT rowid FROM bench_words WHERE bench_words MATCH ? AND rowid IN ({places})
              ORDER BY bm25(bench_words, 8, 1)"""
    ranked = [row[0] for row in connection.execute(sql, [match])] if titles else []
    wanted = asked.offset + PAGE_SIZE
    newest = f"{hits} ORDER BY day DESC, id DESC LIMIT {wanted}"
    rest = [row[0] for row in connection.execute(newest)] if len(ranked) < wanted else []
    known = set(ranked)
    return [*ranked, *(each for each in rest if each not in known)][asked.offset : wanted]


CODES = Codes(dict(database().execute("SELECT slug, id FROM studies_topic")))
application = application(find)  # type: ignore[assignment]
