"""Clocks and erasure: what goes when, so that it does not come back.

The erasure ledger is a file outside the database and its backups: one line `uuid time` for every erasure, appended and
fsynced BEFORE the erasing commit. After a restore `replay()` erases again what a backup brought back.
"""

from __future__ import annotations

import fcntl
import os
import uuid as uuids
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction

from contributions.models import ContactDetail, Contribution, Event, Message, ProposalLink
from contributions.moves import Decided, move
from contributions.querysets import CONTACT_DAYS
from contributions.transitions import Action, Actor
from contributions.vocabulary import ENDS, State

CLOCK = frozenset({Actor.CLOCK})
EVENT_YEARS = 5
PRIVATE_TABLES = (Message, ContactDetail, Contribution)


def ledger_path() -> Path:
    return Path(settings.ATLAS_ERASURE_LEDGER)


def note_erasure(contribution: Contribution, *, at: datetime) -> None:
    """Append one content-free line to the ledger and wait until it is on the disk."""
    path = ledger_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, f"{contribution.uuid} {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}\n".encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def delete_content(contribution: Contribution) -> None:
    """Delete thread, contact detail and link; the caller's transaction clears the key."""
    Message.objects.filter(contribution=contribution).delete()
    ContactDetail.objects.filter(contribution=contribution).delete()
    ProposalLink.objects.filter(contribution=contribution).delete()


def erase(
    *, contribution: Contribution, actors: frozenset[Actor], at: datetime, user: AbstractBaseUser | None = None
) -> None:
    """Erase an ended (or abandoned quarantined) contribution; what stays is kind, outcome and month.

    Effects: one ledger line, then in one transaction content, key, receipt, study and times go, one event stays; then
    the database's files are scrubbed. Public revisions are not touched. Raises NotAllowed and Decided.
    """
    note_erasure(contribution, at=at)
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        delete_content(locked)
        move(contribution=locked, action=Action.ERASE, actors=actors, at=at, user=user, **_tombstone(locked, at))
    scrub_files()


def _tombstone(contribution: Contribution, at: datetime) -> dict[str, object]:
    month = {"day": 1, "hour": 0, "minute": 0, "second": 0, "microsecond": 0}
    return {
        "wrapped_key": None,
        "receipt_hash": None,
        "token_hash": None,
        "receipt_key_id": "",
        "study": None,
        "alias": "Erased",
        "duplicate_of": None,
        "earlier_holder": None,
        "may_summarise": False,
        "may_quote": False,
        "may_contact": False,
        "received_at": contribution.received_at.replace(**month),  # type: ignore[arg-type]
        "waiting_since": contribution.received_at.replace(**month),  # type: ignore[arg-type]
        "ended_at": (contribution.ended_at or at).replace(**month),  # type: ignore[arg-type]
    }


def scrub_files() -> None:
    """Make sure that deleted rows are gone from the files too, not only from the tables.

    SQLite overwrites deleted rows (`secure_delete`); its write-ahead log is emptied here. PostgreSQL keeps dead rows
    until they are vacuumed: `purge` rewrites the private tables, which are small.
    """
    if connection.in_atomic_block:
        return  # a test's transaction; the commit that matters has not happened
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for model in PRIVATE_TABLES:
                cursor.execute(f"VACUUM (FULL) {connection.ops.quote_name(model._meta.db_table)}")


def purge(*, at: datetime) -> dict[str, int]:
    """Everything whose clock ran out. Idempotent; a run that was missed is made up by the next."""
    done = {"erased": 0, "closed": 0, "contacts": 0, "events": 0}
    for contribution in Contribution.objects.silent(at):
        done["closed"] += _try(lambda: close(contribution=contribution, at=at), contribution)
    for contribution in Contribution.objects.erasable(at):
        done["erased"] += _try(lambda: erase(contribution=contribution, actors=CLOCK, at=at), contribution)
    due = at - timedelta(days=CONTACT_DAYS)
    done["contacts"] = ContactDetail.objects.filter(
        contribution__state__in=ENDS, contribution__ended_at__lte=due
    ).delete()[0]
    done["events"] = Event.objects.filter(happened_at__lte=at - timedelta(days=365 * EVENT_YEARS + 1)).delete()[0]
    drop_old_ledger_lines(at=at)
    scrub_files()
    return done


def _try(act, contribution: Contribution) -> int:  # type: ignore[no-untyped-def]
    """One contribution that changed at this very moment does not stop the others."""
    try:
        act()
    except Decided:
        return 0
    return 1


def close(*, contribution: Contribution, at: datetime) -> None:
    """Close a contribution whose question found no answer for 60 days."""
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        move(contribution=locked, action=Action.CLOSE, actors=CLOCK, at=at)


def ledger() -> Iterator[tuple[uuids.UUID, datetime]]:
    """The ledger's lines. A line that was torn by a crash is passed over: its commit did not happen."""
    path = ledger_path()
    if not path.exists():
        return
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        parts = line.split(" ")
        try:
            yield uuids.UUID(parts[0]), datetime.strptime(parts[1], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except (ValueError, IndexError):
            continue


def replay(*, at: datetime) -> int:
    """Erase again whatever a restored backup brought back. Returns how many came back."""
    again = 0
    for row_uuid, _ in ledger():
        with transaction.atomic():
            found = Contribution.objects.select_for_update().filter(uuid=row_uuid, wrapped_key__isnull=False).first()
            if found is None:
                continue
            delete_content(found)
            _erase_whatever_its_state(found, at=at)
            again += 1
    scrub_files()
    return again


def _erase_whatever_its_state(contribution: Contribution, *, at: datetime) -> None:
    """A backup may be older than the end that led to the erasure, so the table of states does not apply here."""
    outcome = contribution.outcome or State.TAKEN_BACK
    Contribution.objects.filter(pk=contribution.pk).update(
        **_tombstone(contribution, at),
        state=State.ERASED,
        outcome=outcome,
        holder=None,
        lease_until=None,
        version=contribution.version + 1,
    )


def drop_old_ledger_lines(*, at: datetime) -> int:
    """Drop lines older than the longest backup; returns how many went. The file is rewritten in place under its lock, because
    appenders hold it open."""
    path = ledger_path()
    if not path.exists():
        return 0
    oldest = at - timedelta(days=settings.ATLAS_BACKUP_DAYS + 1)
    with path.open("r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        lines = file.read().splitlines(keepends=True)
        keep = [line for line in lines if not _older(line, oldest)]
        if len(keep) < len(lines):
            file.seek(0)
            file.write("".join(keep))
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    return len(lines) - len(keep)


def _older(line: str, oldest: datetime) -> bool:
    return line.split(" ")[-1].strip() < f"{oldest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
