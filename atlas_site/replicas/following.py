"""Asks every server once a second how far its log goes, each in a thread of its own, so that no reader waits for a look.

The primary may hang while its replicas answer, or the other way round: whoever does not answer delays nobody else.
"""

from __future__ import annotations

import os
import random
import threading
import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from atlas_site.replicas.apart import own_connection
from atlas_site.replicas.naming import PRIMARY
from atlas_site.replicas.places import Track, lag

EVERY = 1.0  # seconds
_PLACE = """
    SELECT (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn)::bigint
"""

_lock = threading.Lock()
_tracks: dict[str, Track] = {}
_process = 0  # the one that follows; a process made by a fork has the tracks of its parent and none of its threads


@dataclass(frozen=True)
class State:
    """How one replica stands. `lag` is in seconds, infinite where it is not known."""

    name: str
    is_away: bool
    lag: float

    @property
    def is_late(self) -> bool:
        """Whether it is further behind than ATLAS_REPLICA_LAG_SECONDS allows."""
        return self.lag > settings.ATLAS_REPLICA_LAG_SECONDS


def replicas() -> list[str]:
    """The replicas in the order of the settings."""
    return [name for name in settings.DATABASES if name != PRIMARY]


def start() -> None:
    """Begin to follow in this process, once. Effects: one thread and one connection for each server."""
    global _process  # noqa: PLW0603 - one set of threads for the process is the point
    with _lock:
        if _process == os.getpid() or not replicas():
            return
        _process = os.getpid()
        _begin()
    for name in _tracks:
        threading.Thread(target=_follow, args=[name], name=f"following {name}", daemon=True).start()


def is_following() -> bool:
    """Whether this process has the threads."""
    return _process == os.getpid()


def states() -> list[State]:
    """How the replicas stand. Where nothing is followed, as in a command, every server is asked once now."""
    if replicas() and not is_following():
        _begin()
        for name in _tracks:  # the primary first: what a replica says afterwards can be no older
            _ask(name, connections[name])
    return [state_of(name) for name in replicas()]


def state_of(replica: str) -> State:
    track = _tracks[replica]
    return State(replica, track.is_away(time.monotonic()), lag(_tracks[PRIMARY], track))


def primary_is_away() -> bool:
    """Whether the primary is known not to answer; never where nothing is followed."""
    return is_following() and _tracks[PRIMARY].is_away(time.monotonic())


def _begin() -> None:
    _tracks.clear()
    _tracks.update({name: Track(time.monotonic()) for name in [PRIMARY, *replicas()]})


def _follow(name: str) -> None:
    connection = own_connection(name)
    while True:
        _ask(name, connection)
        time.sleep(EVERY * random.uniform(0.8, 1.2))  # noqa: S311 - so that processes do not ask all at once


def _ask(name: str, connection: BaseDatabaseWrapper) -> None:
    track = _tracks[name]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_PLACE)
            place = int(cursor.fetchone()[0])
    except Exception:  # noqa: BLE001 - whatever it is, the thread goes on asking; else a server would be away for good
        track.failed = True
        connection.close()
    else:
        track.note(time.monotonic(), place)
        connection.close_if_unusable_or_obsolete()
