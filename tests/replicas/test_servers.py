"""The servers that other tests stop and kill do what these tests take them to do."""

import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import psycopg
import pytest

from tests.servers import primary, standby, until

pytestmark = [pytest.mark.postgres, pytest.mark.full]


@pytest.mark.parametrize("ending", ["end", "immediate", "kill"])
def test_a_primary_keeps_what_was_written_through_every_kind_of_end(ending):
    with primary() as server:
        address = server.url
        server.sql("CREATE TABLE kept (number int)")
        server.sql("INSERT INTO kept VALUES (%s)", [7])
        server.kill() if ending == "kill" else server.end(immediate=ending == "immediate")
        with pytest.raises(psycopg.OperationalError):
            server.sql("SELECT 1")
        server.start(options=["max_connections=20"])
        assert server.sql("SELECT number FROM kept") == [(7,)]
        assert server.sql("SHOW max_connections") == [("20",)]
        assert server.url == address


def test_a_primary_writes_where_it_is_told_to():
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="atlas-pg-data-") as folder:
        Path(folder).chmod(0o755)
        with primary(data=Path(folder)) as server:
            assert server.sql("SHOW data_directory") == [(folder,)]
        assert (Path(folder) / "PG_VERSION").exists()


def test_a_frozen_primary_does_not_answer_until_it_thaws():
    with primary() as server, ThreadPoolExecutor() as pool:
        with server.frozen():
            asked = pool.submit(server.sql, "SELECT 1")
            assert wait([asked], timeout=0.5).not_done == {asked}
        assert asked.result() == [(1,)]


def test_a_standby_follows_pauses_and_can_be_promoted():
    with primary() as first, standby(first) as second:
        first.sql("CREATE TABLE kept (number int)")
        second.catch_up()
        assert second.sql("SELECT count(*) FROM kept") == [(0,)]
        second.pause_replay()
        first.sql("INSERT INTO kept VALUES (1)")
        assert second.sql("SELECT count(*) FROM kept") == [(0,)]
        second.resume_replay()
        second.catch_up()
        assert second.sql("SELECT count(*) FROM kept") == [(1,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            second.sql("INSERT INTO kept VALUES (2)")
        first.kill()
        second.promote()
        second.sql("INSERT INTO kept VALUES (2)")
        assert second.sql("SELECT count(*) FROM kept") == [(2,)]


def test_a_question_that_a_standby_ended_for_what_it_replays_is_asked_again():
    with (
        primary() as first,
        standby(first, options=["max_standby_streaming_delay=0"]) as second,
        ThreadPoolExecutor() as pool,
    ):
        first.sql("CREATE TABLE kept (number int)")
        first.sql("INSERT INTO kept SELECT generate_series(1, 1000)")
        second.catch_up()
        second.pause_replay()
        first.sql("DELETE FROM kept WHERE number > 10")
        first.sql("VACUUM kept")
        asked = pool.submit(second.sql, "SELECT count(*) FROM kept, pg_sleep(2)")
        seen = (
            "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM kept%' AND backend_xmin IS NOT NULL"
        )
        until(lambda: second.sql(seen), "the question")
        second.resume_replay()
        assert asked.result() == [(10,)]
        assert "due to conflict with recovery" in second.log
