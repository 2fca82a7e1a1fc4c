"""The erasure ledger: a file outside the database and its backups, with one line `uuid time` for every erasure.

A line is on the disk BEFORE the erasing commit, so that a restored backup can be erased again (`retention.replay`). It
names no person and holds no content. Writers take turns by a lock file beside it. Each machine that erases has a ledger of
its own, which only a purge on that machine shortens.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import uuid as uuids
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from django.conf import settings

TIME = "%Y-%m-%dT%H:%M:%SZ"
MISSED = timedelta(days=2)  # nights without a purge on this machine


def append(row_uuid: uuids.UUID, *, at: datetime) -> None:
    """Add one line and wait until it is on the disk. Raises OSError; then nothing may be erased."""
    line = f"{row_uuid} {at.astimezone(UTC).strftime(TIME)}\n".encode("ascii")
    with _alone() as path:
        is_new = not path.exists()
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "ab+") as file:
            if _is_torn(file):
                line = b"\n" + line  # a crash cut the last line: it must not swallow this one
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_folder(path.parent)


def lines() -> Iterator[tuple[uuids.UUID, datetime]]:
    """What the ledger names. A line that was torn by a crash is passed over: its commit did not happen."""
    with contextlib.suppress(FileNotFoundError):
        for line in _path().read_text(encoding="ascii", errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                yield _parsed(line)


def drop_before(oldest: datetime) -> int:
    """Drop lines older than this, and torn ones; returns how many. A crash leaves the old file or the new one, whole."""
    with _alone() as path:
        if not path.exists():
            return 0
        before = path.read_text(encoding="ascii", errors="replace").splitlines()
        kept = [(row_uuid, at) for row_uuid, at in lines() if at >= oldest]
        if len(kept) < len(before):
            _replace(path, "".join(f"{row_uuid} {at.strftime(TIME)}\n" for row_uuid, at in kept))
        return len(before) - len(kept)


def oldest_needed(at: datetime) -> datetime:
    """No backup is older than this, with a day to spare."""
    return at - timedelta(days=settings.ATLAS_BACKUP_DAYS + 1)


def is_overdue(at: datetime) -> bool:
    """Whether lines stand here that a purge on this machine should have dropped nights ago."""
    return any(erased < oldest_needed(at) - MISSED for _, erased in lines())


def _path() -> Path:
    return Path(settings.ATLAS_ERASURE_LEDGER)


@contextlib.contextmanager
def _alone() -> Iterator[Path]:
    """The ledger's path while no other process writes it. The lock file stays, so that all lock the same one."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path
    finally:
        os.close(descriptor)


def _parsed(line: str) -> tuple[uuids.UUID, datetime]:
    row_uuid, _, time = line.partition(" ")
    return uuids.UUID(row_uuid), datetime.strptime(time, TIME).replace(tzinfo=UTC)


def _is_torn(file: IO[bytes]) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


def _replace(path: Path, text: str) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".ledger-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
