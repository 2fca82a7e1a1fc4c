"""No test leaves a database open to those after it, and looking into its files takes no lock away."""

import gc
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from tests.clock import PATIENCE
from tests.sqlite_files import OPEN_FILES, bytes_of, close_for_good, times_open

pytestmark = [pytest.mark.sqlite, pytest.mark.usefixtures("committing")]
linux = pytest.mark.skipif(not OPEN_FILES.exists(), reason="Only Linux tells which files a process has open.")
LOOK = "import sqlite3, sys; one = sqlite3.connect(sys.argv[1]); one.execute('SELECT * FROM auth_group').fetchall(); one.close()"


def name() -> str:
    return str(connection.settings_dict["NAME"])


def leave_a_cursor() -> None:
    """In a cycle, as the errors of Django leave theirs, and in the middle of its rows."""
    cycle: list[object] = [connection.cursor().execute("SELECT id FROM auth_permission")]
    cycle.append(cycle)


@linux
def test_connection_that_a_cursor_keeps_is_closed_for_good():
    leave_a_cursor()
    gc.disable()  # nothing but our own look may find it
    try:
        connection.close()
        assert times_open(name()) == 1
        close_for_good()
    finally:
        gc.enable()
    assert times_open(name()) == 0
    assert Group.objects.exists()


@linux
def test_connection_of_a_thread_that_goes_on_is_told():
    ready, done = Event(), Event()

    def hold() -> None:
        connection.ensure_connection()
        ready.set()
        done.wait(PATIENCE)
        connection.close()

    thread = Thread(target=hold)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        with pytest.raises(AssertionError, match="a thread that did not close its connection"):
            close_for_good()
    finally:
        done.set()
        thread.join()
    close_for_good()


def test_log_of_writes_stays_when_its_files_were_looked_at():
    """Who comes and goes takes the log for nobody's where our locks are gone."""
    Group.objects.create(name="Written to the log")
    log = Path(f"{name()}-wal")
    assert b"Written to the log" in bytes_of(log)
    for end in ("", "-wal", "-shm"):
        bytes_of(Path(name() + end))
    subprocess.run([sys.executable, "-c", LOOK, name()], check=True)
    assert log.exists()
    with closing(sqlite3.connect(name())) as other:
        assert other.execute("SELECT count(*) FROM auth_group").fetchone()[0] == Group.objects.count()
