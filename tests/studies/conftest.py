"""The sample atlas for tests that need a full database: loaded once per process, into a database of its own."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from tests.studies.releasing import atlas, release  # noqa: F401 - fixtures of releases

SUFFIX = "sample"


@pytest.fixture(scope="session")
def _sample_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """Name of a copy of the test database that holds the sample atlas (913 studies, 34 with texts)."""
    with django_db_blocker.unblock():
        empty = str(connection.settings_dict["NAME"])
        connection.close()
        connection.creation.clone_test_db(SUFFIX, verbosity=0, autoclobber=True)
        name = str(connection.creation.get_test_db_clone_settings(SUFFIX)["NAME"])
        point_to(name)
        call_command("load_sample", verbosity=0)
        point_to(empty)
    yield name
    with django_db_blocker.unblock():
        connection.creation.destroy_test_db(empty, verbosity=0, suffix=SUFFIX)
        point_to(empty)  # destroying leaves the connection at the database that is gone


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
