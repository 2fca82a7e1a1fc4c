"""Which database the code that runs now reads from. Everything of one request reads from the same one.

Outside a request for a public page it is the primary, so that commands, tests and everybody who writes see what was written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from atlas_site.replicas.naming import PRIMARY

_chosen: ContextVar[str] = ContextVar("database_to_read", default=PRIMARY)


def database_to_read() -> str:
    """The alias of the database that is read now."""
    return _chosen.get()


def connection_to_read() -> BaseDatabaseWrapper:
    """The connection of this thread to the database that is read now. Statements that write go to the primary instead."""
    return connections[_chosen.get()]


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    """Inside, this thread reads from that database."""
    token = _chosen.set(alias)
    try:
        yield
    finally:
        _chosen.reset(token)
