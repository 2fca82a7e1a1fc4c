"""SQLite's files in tests, which other processes open too.

When a process closes a file anywhere, POSIX takes all its locks on that file away, and SQLite rests on those locks
(https://sqlite.org/howtocorrupt.html, section 2.2): another process then takes the log of writes away under a connection that
is still open here, and every later one finds "disk I/O error".
"""

import gc
import subprocess
from pathlib import Path

from django.db import connection, connections

OPEN_FILES = Path("/proc/self/fd")  # Linux alone tells them


def bytes_of(path: Path) -> bytes:
    """What is in a file that this process may have open as a database: another one reads it."""
    return subprocess.run(["cat", path], capture_output=True, check=True).stdout


def close_for_good() -> None:
    """Close the connections of this thread, and what is left of those that were closed before.

    SQLite keeps a closed one open while a cursor of it lives, and an error keeps its cursor: Django's DatabaseErrorWrapper
    leaves the two in a cycle until garbage is collected. Raises AssertionError if somebody has the database open all the same.
    """
    gc.collect()
    connections.close_all()
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        assert not times_open(name), f"This process still has {name} open: a thread that did not close its connection?"


def times_open(name: str) -> int:
    """How often this process has the file open."""
    return [_leads_to(each) for each in OPEN_FILES.iterdir()].count(name) if OPEN_FILES.exists() else 0


def _leads_to(each: Path) -> str:
    try:
        return str(each.readlink())
    except OSError:  # closed meanwhile
        return ""
