"""The sample atlas for tests that need a full database: loaded once per run, and a copy of it for each process."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from tests.environment import FOLDER
from tests.sqlite_files import close_for_good
from tests.studies.releasing import atlas, release  # noqa: F401 - fixtures of releases


@pytest.fixture(scope="session")
def _sample_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """Name of a copy of the test database that holds the sample atlas (913 studies, 34 with texts)."""
    empty, own = str(connection.settings_dict["NAME"]), False
    with django_db_blocker.unblock():
        with _one_process_at_a_time() as note:
            if not note.exists():
                note.write_text(_loaded_copy(empty))
                own = True
            loaded = note.read_text()
            name = _copy(loaded, os.environ.get("PYTEST_XDIST_WORKER", "main"))
        point_to(empty)
    yield name
    with django_db_blocker.unblock():
        _destroy(name)
        if own:  # whoever asks after this loads it anew
            with _one_process_at_a_time() as note:
                note.unlink()
                _destroy(loaded)
        point_to(empty)


@contextmanager
def _one_process_at_a_time() -> Iterator[Path]:
    """The note that names the database from which the processes of this run copy; not there before it is loaded."""
    note = Path(os.environ[FOLDER]) / "sample-database"
    with note.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield note


def _loaded_copy(empty: str) -> str:
    """Copy the empty database and load the sample atlas; the name of the copy, which nothing has open.

    On SQLite it is a file outside the data folder: some tests read every file that is in there.
    """
    close_for_good()
    if connection.vendor == "sqlite":
        name = str(Path(os.environ[FOLDER]) / "sample.sqlite3")
        shutil.copy(empty, name)
    else:
        name = _copy(empty, "loaded")
    point_to(name)
    call_command("load_sample", verbosity=0)
    close_for_good()
    return name


def _copy(source: str, suffix: str) -> str:
    point_to(source)
    connection.creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
    return str(connection.creation.get_test_db_clone_settings(suffix)["NAME"])


def _destroy(name: str) -> None:
    point_to(name)
    connection.creation.destroy_test_db(name, verbosity=0)


@pytest.fixture(scope="module")
def sample_atlas(_sample_database: str, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """All tests of the module see the sample atlas.

    Write `pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]`. Each test's own writes are
    rolled back as usual. Tests that commit do not belong into such a module: they would empty the copy for
    all that follow.
    """
    empty = str(connection.settings_dict["NAME"])
    point_to(_sample_database)
    yield
    point_to(empty)


def point_to(name: str) -> None:
    """Let the default connection, here and in new threads, open this database from now on."""
    connection.close()
    connection.settings_dict["NAME"] = name
