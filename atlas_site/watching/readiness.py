"""Whether this process can serve: the database answers, knows all migrations, and can search."""

from __future__ import annotations

from functools import cache

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from atlas_site.replicas import following
from studies.search import adapters


def missing() -> str:
    """The first thing that is missing, as one word; empty when nothing is. A handful of small queries."""
    if following.primary_is_away():
        return "database"  # known already: a server that hangs would let the watcher wait
    try:
        if not _newest_migrations() <= set(MigrationRecorder(connection).applied_migrations()):
            return "migrations"
        return "" if adapters.is_installed() else "search"
    except Error:
        return "database"


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each part, as the code has them; read once."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
