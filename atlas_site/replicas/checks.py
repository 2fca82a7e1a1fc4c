"""Checks of `manage.py check --deploy` that ask the replicas."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.db import Error as DatabaseFault
from django.db import connections

from atlas_site.replicas import following


@register(Tags.security, deploy=True)
def check_replicas(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Each replica answers, and is a standby: a server that takes writes is no copy of ours, or was promoted."""
    return [message for name in following.replicas() for message in _faults(name)]


def _faults(name: str) -> list[CheckMessage]:
    try:
        with connections[name].cursor() as cursor:
            cursor.execute("SELECT pg_is_in_recovery()")
            if cursor.fetchone()[0]:
                return []
    except DatabaseFault:
        hint = "Start it, or take it out of ATLAS_REPLICA_URLS. Readers are sent to other databases."
        return [Caution(f"{name} does not answer.", hint=hint, id="atlas.W012")]
    hint = "Name only standbys that follow the database of DATABASE_URL (docs/scaling.md)."
    return [Error(f"{name} takes writes of its own, so it is no standby.", hint=hint, id="atlas.E009")]
