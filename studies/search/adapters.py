"""Which adapter serves which database."""

from typing import Any

from django.db import connections

from atlas_site.replicas.choice import connection_to_read
from studies.search import postgres, sqlite

ADAPTERS = {"sqlite": sqlite, "postgresql": postgres}


def adapter() -> Any:
    """The module of the database that is read now, with install(), match(), documents() and known()."""
    return ADAPTERS[connection_to_read().vendor]


def reinstall(using: str, **kwargs: object) -> None:
    """Put back what a migration may have dropped (called after every migrate)."""
    ADAPTERS[connections[using].vendor].install(connections[using])


def is_installed() -> bool:
    """Whether the full-text index stands with all that keeps it. Two small queries at most."""
    return bool(adapter().is_installed(connection_to_read()))
