"""The public state, asked in the cheapest way that is right: one plain statement on a connection that stands.

Nothing is remembered between two requests, so no page is older than the database: to read one row costs less than a listener for
changes that could be sure to have missed none.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connections

from atlas_site.replicas import candidates, following
from atlas_site.replicas.choice import connection_to_read
from atlas_site.replicas.naming import PRIMARY
from studies.models import PublicState
from studies.search.index import PublicMoment

STATEMENT = f"SELECT counter, newest_hash, moved_at FROM {PublicState._meta.db_table}"  # noqa: S608 - a table of ours


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
    with connection_to_read().cursor() as cursor:
        cursor.execute(STATEMENT)
        return _read(cursor.fetchone())


def quick_moment() -> tuple[Moment, str] | None:
    """The state, and the database that said it where readers are spread over several; None where the ordinary way must be taken.

    That opens, checks and renews connections and knows what to do with a fault; here a connection that fails is only closed.
    """
    name = _database()
    connection: Any = connections[name] if name else None
    if connection is None or connection.connection is None or _is_over(connection):
        return None
    try:
        moment = _read(connection.connection.execute(STATEMENT).fetchone())
    except Exception:  # noqa: BLE001 - whatever it is, the ordinary way meets it again and tells it
        connection.close()
        return None
    return moment, name if following.replicas() else ""


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
