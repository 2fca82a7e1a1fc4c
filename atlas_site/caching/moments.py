"""The public state, asked in the cheapest way that is right: one plain statement on a connection that stands.

Nothing is remembered between two requests, so no page is older than the database: to read one row costs less than a listener for
changes that could be sure to have missed none. What is slow about asking PostgreSQL are the layers of Python in front of its own
library, so a kept page is asked for past them. The statement is not prepared, since a pooler may
hand every statement to another of its connections.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connections

from atlas_site import breaker
from atlas_site.replicas import candidates, following
from atlas_site.replicas.choice import connection_to_read
from atlas_site.replicas.naming import PRIMARY
from studies.models import PublicState
from studies.search.index import PublicMoment

POSTGRES, TUPLES_OK = "postgresql", 2  # PGRES_TUPLES_OK of libpq
# Both write the time in UTC, whatever style of dates the server's administrator prefers.
TIME = {POSTGRES: "to_char(moved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", "sqlite": "moved_at"}
STATEMENTS = {
    vendor: f"SELECT counter, newest_hash, {time} FROM {PublicState._meta.db_table}"  # noqa: S608 - a table of ours
    for vendor, time in TIME.items()
}


class Moment(NamedTuple):
    """A public state. The time, as the database writes it, tells a restored backup from the state that it was made of."""

    counter: int
    newest_hash: str
    moved_at: str

    @property
    def state(self) -> PublicMoment:
        return (self.counter, self.newest_hash)

    def time(self) -> datetime | None:
        """When something public changed last; None where that was before times were noted."""
        if not self.moved_at:
            return None
        found = datetime.fromisoformat(self.moved_at)
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_now() -> Moment:
    """The state of the database that this request reads. One query."""
    connection = connection_to_read()
    with connection.cursor() as cursor:
        cursor.execute(STATEMENTS[connection.vendor])
        return _read(cursor.fetchone())


def quick_moment() -> tuple[Moment, str] | None:
    """The state, and the database that said it where readers are spread over several; None where the ordinary way must be taken.

    That opens, checks and renews connections and knows what to do with a fault; here a connection that fails is only closed.
    """
    name = _database()
    if name == PRIMARY and breaker.is_open():
        return None
    connection: Any = connections[name] if name else None
    if connection is None or connection.connection is None or _is_over(connection):
        return None
    try:
        moment = _asked_directly(connection)
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way meets it again and tells it
        connection.close()
        return None
    return moment, name if following.replicas() else ""


def _asked_directly(connection: Any) -> Moment:
    """Ask by the driver's own connection. Raises whatever it raises, RuntimeError where PostgreSQL has no answer."""
    statement = STATEMENTS[connection.vendor]
    if connection.vendor != POSTGRES:
        return _read(connection.connection.execute(statement).fetchone())
    answer = connection.connection.pgconn.exec_(statement.encode())
    if answer.status != TUPLES_OK:
        raise RuntimeError("PostgreSQL did not tell the public state")
    if not answer.ntuples:
        return _read(None)
    counter, newest_hash, moved_at = ((answer.get_value(0, column) or b"").decode() for column in range(3))
    return Moment(int(counter), newest_hash, moved_at)


def _read(row: tuple[int, str, Any] | None) -> Moment:
    counter, newest_hash, moved_at = row or (0, "", None)
    return Moment(counter, newest_hash, str(moved_at or ""))


def _database() -> str:
    """The one that a reader's request would read from; empty where nobody follows the replicas yet."""
    if not following.replicas():
        return PRIMARY
    return candidates.for_reader()[0] if following.is_following() else ""


def _is_over(connection: Any) -> bool:
    """Whether the connection has served its time, or is in the middle of something."""
    over = connection.close_at is not None and time.monotonic() >= connection.close_at
    return over or connection.in_atomic_block or connection.errors_occurred
