"""A connection for each thread that looks after a database: it waits for nobody who reads."""

from __future__ import annotations

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper


def own_connection(alias: str) -> BaseDatabaseWrapper:
    """A connection of this thread to that database, outside any pool, kept until it breaks.

    Where readers have used up a pool, its question would wait for them, and a busy database look like a frozen one.
    """
    own: BaseDatabaseWrapper = connections[alias].copy()
    own.settings_dict["OPTIONS"].pop("pool", None)
    own.settings_dict["CONN_MAX_AGE"] = None
    return own
