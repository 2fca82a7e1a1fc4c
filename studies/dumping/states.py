"""One state of the atlas, held still while a release is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from atlas_site.replicas.choice import connection_to_read
from studies.canonical import timestamp
from studies.models import PublicState, Revision, RevisionValue


@dataclass(frozen=True)
class AtlasState:
    """Everything that names a release: two exports of the same state have the same."""

    counter: int
    revisions: int
    newest_hash: str
    changed_at: datetime | None
    removed_values: int

    @property
    def name(self) -> str:
        """`atlas-2026-11-26-917`: the day of the last change and the public counter."""
        day = self.changed_at.date().isoformat() if self.changed_at else "empty"
        return f"atlas-{day}-{self.counter}"

    @property
    def time(self) -> str:
        """The time of the last change, `YYYY-MM-DDTHH:MM:SSZ`; empty for an empty atlas."""
        return timestamp(self.changed_at) if self.changed_at else ""


def present() -> AtlasState:
    counted = PublicState.objects.only("counter", "revisions", "newest_hash").get(pk=1)
    newest = Revision.objects.order_by("-sequence").values_list("made_at", flat=True).first()
    return AtlasState(
        counter=counted.counter,
        revisions=counted.revisions,
        newest_hash=counted.newest_hash,
        changed_at=newest,
        removed_values=RevisionValue.objects.filter(redacted_on__isnull=False).count(),
    )


@contextmanager
def held() -> Iterator[AtlasState]:
    """Read within one transaction that sees one state and keeps nobody from writing.

    Inside a transaction that is open already (a test's), that one is used.
    """
    connection = connection_to_read()
    if connection.in_atomic_block:
        yield present()
    elif connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield present()
    else:
        with _deferred():
            yield present()


@contextmanager
def _deferred() -> Iterator[None]:
    """Django begins every transaction on SQLite with the lock for writing; reading needs none."""
    with connection_to_read().cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection_to_read().cursor() as cursor:
            cursor.execute("COMMIT")
