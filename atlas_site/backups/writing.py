"""Backups as files: dated, with a checksum beside them, for this user alone, and deleted when their time is over."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

from django.contrib.sessions.models import Session
from django.db import connection

from atlas_site.backups import postgres, sqlite
from atlas_site.backups.sqlite import Unsound
from contributions.models import DayKey

ENGINES: dict[str, ModuleType] = {"sqlite": sqlite, "postgresql": postgres}
# Who is signed in, and the key that leads from counters back to addresses: they stand in no backup.
LEFT_OUT = (Session, DayKey)
STAMP = "%Y%m%dT%H%M%SZ"
NAME = re.compile(r"atlas-(\d{8}T\d{6}Z)\.(sqlite3|dump)")


@dataclass(frozen=True)
class Backup:
    path: Path
    bytes: int
    removed: int


def back_up(*, folder: Path, at: datetime, days: int | None) -> Backup:
    """Write one backup that the database itself has read again; then delete those older than so many days; none without a number.

    Effects: a file `atlas-<time>.<sqlite3|dump>` with mode 0600 and its `.sha256`, both on the disk before anything older
    goes. Raises Unsound and OSError; then no file of that name stands there and nothing was deleted.
    """
    engine = ENGINES[connection.vendor]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"atlas-{at.astimezone(UTC).strftime(STAMP)}.{engine.SUFFIX}"
    draft = target.with_name(f".{target.name}.part")
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        engine.copy(draft, without=[model._meta.db_table for model in LEFT_OUT])
        engine.check(draft)
        _finish(draft, target)
    finally:
        draft.unlink(missing_ok=True)
    removed = 0 if days is None else _remove_before(folder, at - timedelta(days=days))
    return Backup(target, target.stat().st_size, removed)


def checksum_holds(file: Path) -> bool:
    """Whether the file is what its `.sha256` says; raises Unsound where there is none."""
    try:
        noted = _sums(file).read_text(encoding="ascii").split()[0]
    except (OSError, UnicodeDecodeError, IndexError):
        raise Unsound(f"There is no checksum {_sums(file).name} beside it.") from None
    return noted == _digest(file)


def _finish(draft: Path, target: Path) -> None:
    """The checksum is there first: a backup under its name always has one."""
    descriptor = os.open(_sums(target), os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{_digest(draft)}  {target.name}\n")
        file.flush()
        os.fsync(file.fileno())
    _sync(draft)
    draft.replace(target)
    _sync(target.parent)


def _remove_before(folder: Path, oldest: datetime) -> int:
    old = [path for path in folder.iterdir() if (made := _made_at(path)) and made < oldest]
    for path in old:
        path.unlink()
        _sums(path).unlink(missing_ok=True)
    return len(old)


def _made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for any other file, which is never touched."""
    found = NAME.fullmatch(path.name)
    return datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) if found else None


def _sums(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
