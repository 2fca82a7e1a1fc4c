"""Which adapter serves which database."""

from typing import Any

from django.db import connection, connections

from studies.search import postgres, sqlite

ADAPTERS = {"sqlite": sqlite, "postgresql": postgres}


def adapter() -> Any:
    """The module of this database, with install(), match(), documents() and known()."""
    return ADAPTERS[connection.vendor]


def reinstall(using: str, **kwargs: object) -> None:
    """Put back what a migration may have dropped (called after every migrate)."""
    ADAPTERS[connections[using].vendor].install(connections[using])


def is_installed() -> bool:
    """Whether the full-text index stands with all that keeps it. Two small queries at most."""
    return bool(adapter().is_installed(connection))
