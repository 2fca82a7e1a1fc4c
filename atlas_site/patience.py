"""How long a web process lets PostgreSQL work for one person. Commands and migrations take whatever time they need.

The limits travel with the connection's own parameters, so that no statement is needed for them and a pool keeps them.
A pooler between the two may refuse such parameters: docs/faults.md says what to do then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST_WAIT = 10  # seconds for a lock that somebody else holds
IDLE = 300  # seconds that a transaction may stand still: whoever holds locks and has hung lets them go then


def limit(databases: Mapping[str, dict[str, Any]], *, seconds: int) -> None:
    """Give every PostgreSQL among these settings its limits; call it before the first connection. 0 sets none.

    A statement that takes longer, or waits longer for a lock, ends in an OperationalError, which is answered with 503.
    """
    for config in databases.values():
        if seconds and config.get("ENGINE") == "django.db.backends.postgresql":
            given = config.setdefault("OPTIONS", {})
            given["options"] = " ".join(filter(None, [given.get("options"), *_words(seconds)]))


def _words(seconds: int) -> list[str]:
    """In milliseconds, as libpq hands them to the server."""
    limits = {
        "statement_timeout": seconds,
        "lock_timeout": min(seconds, LONGEST_WAIT),
        "idle_in_transaction_session_timeout": IDLE,
    }
    return [f"-c {name}={value * 1000}" for name, value in limits.items()]
