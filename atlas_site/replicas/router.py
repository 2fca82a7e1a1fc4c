"""Django's database router: reads follow the choice of the request, writes go to the primary."""

from __future__ import annotations

from django.db.models import Model

from atlas_site.replicas.choice import database_to_read
from atlas_site.replicas.naming import PRIMARY


class ReplicaRouter:
    def db_for_read(self, model: type[Model], **hints: object) -> str:
        return database_to_read()

    def db_for_write(self, model: type[Model], **hints: object) -> str:
        return PRIMARY

    def allow_relation(self, one: Model, other: Model, **hints: object) -> bool:
        """All are copies of one database."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool:
        """Replicas follow by themselves and take no statement that writes."""
        return db == PRIMARY
