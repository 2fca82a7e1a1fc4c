"""SQLite is locked by another process for long, or its disk is full, under a real server of the site."""

import os
import sqlite3
from collections.abc import Iterator

import pytest

from tests.faults.site import KEPT, STUDY, Contributor, Site, arrives_once, fill_up, keeps_the_text, small_disk, told
from tests.replicas.webs import Visitor, folder_environment, manage, run_python
from tests.servers import until

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
    try:
        with small_disk(tmp_path / "data", megabytes=24) as small, sqlite_site(small, tmp_path) as site:
            web = site.web(ATLAS_TRUSTED_PROXIES="1")
            assert Visitor(web).get(STUDY).status == 200
            ballast = fill_up(small)
            refused = first_without_room(web)
            text = refused.values["text"]
            assert Visitor(web).get(STUDY).status == 200
            ballast.unlink()
            until(lambda: refused.send().status == 200, "the message to be taken")
            assert [each for each in site.held() if [text] == each] == [[text]]
            assert manage(site.settings, "verify_history").startswith("The history is whole: 3 revisions")
            assert run_python(site.settings, SOUND) == "[('ok',)]\n"
    except OSError as refusal:
        if os.environ.get("CI") == "true" and os.geteuid() == 0:
            raise
        pytest.skip(f"This machine lets nobody make a small disk: {refusal}")


def first_without_room(web) -> Contributor:
    """Long messages from many places until one finds no room; whoever sent it has the text back."""
    for number in range(100):
        writer = Contributor.at(web)
        writer.visitor.headers["X-Forwarded-For"] = f"10.0.{number}.1"
        text = writer.values["text"] = f"Message {number}. " + "A long text." * 700
        page = writer.send()
        if page.status != 200:
            assert told(page) == KEPT
            assert writer.values["text"] == text
            return writer
    raise AssertionError("The disk never was full.")
