"""Notices that PostgreSQL takes a connection and then says nothing, so that nobody waits for it.

Who serves people is watched for it: a thread of each web process asks the server once a second, on a connection of its own. While
that question has waited for SILENT seconds the database counts as frozen. Then the process lets go of everything that waits for
it, by shutting the sockets, and refuses what is asked from then on; readers get kept pages or the calm page at once.
The one thread goes on asking, and the first answer ends it. Nobody is refused where a server refuses by itself: that takes no
time.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

from django.conf import settings
from django.db import OperationalError, connections
from django.db.backends.signals import connection_created

from atlas_site.replicas.apart import own_connection
from atlas_site.replicas.naming import PRIMARY

EVERY = 1.0  # seconds
SILENT = 5.0
LONG = 2.0  # a connection that fails later than this was not refused, but waited for in vain

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_process = 0  # the one that watches; a process made by a fork has none of the threads
_asked_at: float | None = None
_waited_in_vain = False
_watcher: threading.Thread | None = None
_opened: WeakSet[Any] = WeakSet()


def start() -> None:
    """Begin to watch in this process, once, where the primary is PostgreSQL. Effects: two threads, one connection.

    Replicas are not watched: readers are sent on from them by atlas_site/replicas, which asks each of them itself.
    """
    global _process, _watcher  # noqa: PLW0603 - one watch for the process is the point
    with _lock:
        if _process == os.getpid() or not _is_watched():
            return
        _process = os.getpid()
    connection_created.connect(_note_opened)
    _watcher = threading.Thread(target=_watch, name="watching the database", daemon=True)
    _watcher.start()
    threading.Thread(target=_let_go, name="letting go of the database", daemon=True).start()


def is_open() -> bool:
    """Whether the primary is known to say nothing."""
    asked_at = _asked_at
    return _waited_in_vain or (asked_at is not None and time.monotonic() - asked_at > SILENT)


@contextlib.contextmanager
def refusing() -> Iterator[None]:
    """Inside, a thread that asks a frozen primary is told so at once, by the fault that a lost connection raises."""
    if not is_open():
        yield
        return
    connection: Any = connections[PRIMARY]
    connection.ensure_connection = _refuse
    try:
        yield
    finally:
        del connection.ensure_connection


def _refuse() -> None:
    raise OperationalError("The database does not answer; it is asked again every second.")


def _is_watched() -> bool:
    return bool(settings.DATABASES[PRIMARY]["ENGINE"] == "django.db.backends.postgresql")


def _note_opened(connection: Any, **kwargs: object) -> None:
    if connection.alias == PRIMARY and threading.current_thread() is not _watcher:
        _opened.add(connection)


def _watch() -> None:
    connection = own_connection(PRIMARY)
    while True:
        _ask(connection)
        time.sleep(EVERY)


def _ask(connection: Any) -> None:
    """One question, and what its answer, or the time that its failure took, says."""
    global _asked_at, _waited_in_vain  # noqa: PLW0603
    began = _asked_at = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        _waited_in_vain = False
        connection.close_if_unusable_or_obsolete()
    except Exception:  # noqa: BLE001 - whatever it is, the watch goes on; a question without end would count as silence for good
        _waited_in_vain = time.monotonic() - began > LONG or _is_pooled()
        connection.close()
    _asked_at = None


def _is_pooled() -> bool:
    """Whether people wait for a connection of a pool: where a server refuses, they would wait in vain."""
    return bool(settings.DATABASES[PRIMARY].get("OPTIONS", {}).get("pool"))


def _let_go() -> None:
    """While the database is frozen, end what waits for it; one line of the log when that begins and when it is over."""
    was_open = False
    while True:
        time.sleep(EVERY)
        now_open = is_open()
        if now_open != was_open:
            logger.warning("The database %s.", "says nothing and is not waited for" if now_open else "answers again")
        if now_open:
            for connection in list(_opened):
                _shut(connection)
        was_open = now_open


def _shut(connection: Any) -> None:
    """Shut the socket, so that whoever waits on it sees a lost connection. The thread that owns it closes it."""
    with contextlib.suppress(Exception):  # closed meanwhile, by its own thread
        pgconn = connection.connection.pgconn
        theirs = socket.socket(fileno=os.dup(pgconn.socket))
        with theirs:
            if _leads_to(theirs, pgconn):
                theirs.shutdown(socket.SHUT_RDWR)


def _leads_to(theirs: socket.socket, pgconn: Any) -> bool:
    """Whether the socket is the database's: its number might be another's already."""
    port = int(pgconn.port)
    peer = theirs.getpeername()
    return str(peer).endswith(f".s.PGSQL.{port}") if isinstance(peer, str) else peer[1] == port
