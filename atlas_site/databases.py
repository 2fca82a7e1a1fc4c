"""The databases of the settings: the primary, which takes every write, and its replicas, which answer readers.

No fault repeats an address: it may hold a password, and faults go to logs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from atlas_site.replicas.naming import REPLICA

SQLITE = "django.db.backends.sqlite3"
# A server that has vanished without a word is noticed after half a minute, and a reader waits no longer than that for nobody.
PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # milliseconds
}


def configured(address: str, replicas: Sequence[str], *, kept_for: int, pool: int = 0) -> dict[str, dict[str, Any]]:
    """Django's dictionary of databases: `default`, and `replica-1` and so on in the order in which they are named.

    `kept_for` is the seconds for which each thread keeps its connection to PostgreSQL; with a `pool`, the threads of a process
    share so many instead. Raises ImproperlyConfigured.
    """
    found = {"default": _read(address, "DATABASE_URL", kept_for, pool)}
    if replicas and found["default"]["ENGINE"] == SQLITE:
        raise ImproperlyConfigured("ATLAS_REPLICA_URLS needs a DATABASE_URL of PostgreSQL: SQLite has no replicas.")
    if len({address, *replicas}) <= len(replicas):
        raise ImproperlyConfigured("ATLAS_REPLICA_URLS names a database twice, or the one of DATABASE_URL.")
    for number, each in enumerate(replicas, start=1):
        config = _read(each, "ATLAS_REPLICA_URLS", kept_for, pool)
        if config["ENGINE"] == SQLITE:
            raise ImproperlyConfigured("ATLAS_REPLICA_URLS must hold addresses that begin with postgres://.")
        found[f"{REPLICA}{number}"] = config | {"TEST": {"MIRROR": "default"}}
    return found


def _read(address: str, name: str, kept_for: int, pool: int) -> dict[str, Any]:
    """One address as Django's dictionary; `name` is the setting that holds it."""
    if not address.startswith(("sqlite:///", "postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must begin with sqlite:/// or postgres://.")
    try:
        config: dict[str, Any] = environ.Env.db_url_config(address)
    except ValueError:
        raise ImproperlyConfigured(f"{name} cannot be read: write special characters in it as %XX.") from None
    if config["ENGINE"] == SQLITE:
        # IMMEDIATE with WAL lets writers queue instead of failing; FULL makes an answered write survive a power cut.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA cache_size=-8192; PRAGMA mmap_size=268435456; "
            "PRAGMA secure_delete=ON;",  # what is erased is overwritten in the file
        }
        return config | {"CONN_MAX_AGE": None}
    config["OPTIONS"] = PATIENCE | config.get("OPTIONS", {})
    if pool:
        # `timeout`: seconds that a reader waits for one that is free; then the atlas counts as busy.
        config["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
        kept_for = 0
    return config | {"CONN_MAX_AGE": kept_for, "CONN_HEALTH_CHECKS": True}
