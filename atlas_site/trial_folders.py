"""Folders in which something is tried on a copy of the database, and which nobody finds afterwards.

A copy must not outlive what is erased, so what a killed trial left is removed by the next one. Each holds a lock on its folder
for as long as it lives; the system takes the lock away with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def trial_folder(prefix: str) -> Iterator[Path]:
    """A new folder for this user alone, removed at the end. `prefix` names the kind of trial.

    Those of the same kind whose process is gone are removed first.
    """
    _sweep(prefix)
    folder, lock = _locked_folder(prefix)
    with ExitStack() as ends:
        ends.callback(os.close, lock)
        ends.callback(shutil.rmtree, folder)  # before the lock goes
        yield folder


def _locked_folder(prefix: str) -> tuple[Path, int]:
    """Another trial may sweep it away in the moment before the lock: then another one is made."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix))
        lock = _locked(folder, fcntl.LOCK_EX)
        if lock is not None:
            return folder, lock


def _sweep(prefix: str) -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        lock = _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is None:
            continue
        shutil.rmtree(folder, ignore_errors=True)  # what cannot go now is met again by the next one
        os.close(lock)


def _locked(folder: Path, how: int) -> int | None:
    """The lock of this folder, to be closed; None where it is held, gone, somebody else's, or no folder."""
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, how)
        own = os.fstat(lock)
        if own.st_uid == os.geteuid() and os.path.samestat(own, os.lstat(folder)):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None
