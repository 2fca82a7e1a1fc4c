"""What a cache on a server of its own needs here: its client's package, and an end to waiting for it. No models, for settings."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# The last part of Django's names for such caches; the package that each asks through, which is no part of the atlas itself.
CLIENTS = {"RedisCache": "redis", "PyMemcacheCache": "pymemcache", "PyLibMCCache": "pylibmc"}
# A cache answers in a thousandth of this or is of no use; without an end a request would wait for a frozen one for ever.
SECONDS = 1.0


def ready(cache: dict[str, Any]) -> dict[str, Any]:
    """This entry of CACHES, with time-outs where it is a Redis. ImproperlyConfigured where its client is not installed."""
    kind = cache["BACKEND"].rpartition(".")[2]
    package = CLIENTS.get(kind)
    if package and find_spec(package) is None:
        raise ImproperlyConfigured(
            f"CACHE_URL names a cache that is asked through the Python package {package}, which is not installed: "
            "docs/operations.md, Caches."
        )
    if kind != "RedisCache":
        return cache
    return cache | {
        "OPTIONS": {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS} | cache.get("OPTIONS", {})
    }
