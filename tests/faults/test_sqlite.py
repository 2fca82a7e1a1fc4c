"""SQLite is locked by another process for long, or its disk is full, under a real server of the site."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.faults.site import (
    STUDY,
    Contributor,
    Site,
    arrives_once,
    arrives_whole,
    disk,
    fill_up,
    first_without_room,
    keeps_the_text,
)
from tests.replicas.webs import Visitor, folder_environment, manage, run_python

SOUND = """
from django.db import connection
print(connection.cursor().execute("PRAGMA integrity_check").fetchall())
"""
pytestmark = [pytest.mark.sqlite, pytest.mark.full]


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with sqlite_site(tmp_path / "data", tmp_path) as made:
        yield made


class sqlite_site:  # noqa: N801 - used as a block
    def __init__(self, data, folder) -> None:
        settings = folder_environment(folder, DATABASE_URL=f"sqlite:///{data / 'atlas.sqlite3'}")
        data.mkdir(exist_ok=True)
        self.site = Site(folder, settings)

    def __enter__(self) -> Site:
        self.site.fill()
        return self.site

    def __exit__(self, *_: object) -> None:
        self.site.stop()


def test_locked_database_is_waited_for_and_then_leaves_the_text(site, tmp_path):
    """The waiting takes the twenty seconds of the busy timeout; readers read meanwhile."""
    web = site.web()
    someone = Contributor.at(web)
    other = sqlite3.connect(tmp_path / "data" / "atlas.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        keeps_the_text(someone)
        assert Visitor(web).get(STUDY).status == 200
    finally:
        other.execute("ROLLBACK")
        other.close()
    arrives_once(site, someone)


def test_full_disk_takes_no_message_and_shows_all_pages(tmp_path):
    with ExitStack() as stack:
        small = disk(stack, tmp_path / "data", 24)
        site = stack.enter_context(sqlite_site(small, tmp_path))
        web = site.web(ATLAS_TRUSTED_PROXIES="1")
        assert Visitor(web).get(STUDY).status == 200
        ballast = fill_up(small)
        refused = first_without_room(web)
        assert Visitor(web).get(STUDY).status == 200
        ballast.unlink()
        arrives_whole(site, refused)
        assert manage(site.settings, "verify_history").startswith("The history is whole: 3 revisions")
        assert run_python(site.settings, SOUND) == "[('ok',)]\n"
