"""The public state, asked in the cheapest way that is right: one plain statement on a connection that stands.

Nothing is remembered between two requests, so no page is older than the database. A batch of one row costs PostgreSQL and SQLite
less than what a listener for changes would need to be sure that it has missed none.
"""

from __future__ import annotations

import time
from typing import Any

from django.db import connections

from atlas_site.replicas import candidates, following
from atlas_site.replicas.naming import PRIMARY
from studies.models import PublicState
from studies.search.index import PublicMoment

STATEMENT = f"SELECT counter, newest_hash FROM {PublicState._meta.db_table}"  # noqa: S608 - a table of ours


def quick_moment() -> tuple[PublicMoment, str] | None:
    """The state, and the database that said it where readers are spread over several; None where the ordinary way must be taken.

    That opens, checks and renews connections and knows what to do with a fault; here a connection that fails is only closed.
    """
    name = _database()
    connection: Any = connections[name] if name else None
    if connection is None or connection.connection is None or _is_over(connection):
        return None
    try:
        row = connection.connection.execute(STATEMENT).fetchone()
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way meets it again and tells it
        connection.close()
        return None
    return ((row[0], row[1]) if row else (0, "")), name if following.replicas() else ""


def _database() -> str:
    """The one that a reader's request would read from; empty where nobody follows the replicas yet."""
    if not following.replicas():
        return PRIMARY
    return candidates.for_reader()[0] if following.is_following() else ""


def _is_over(connection: Any) -> bool:
    """Whether the connection has served its time, or is in the middle of something."""
    over = connection.close_at is not None and time.monotonic() >= connection.close_at
    return over or connection.in_atomic_block or connection.errors_occurred
