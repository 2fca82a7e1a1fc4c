"""A pool that readers have used up is no database that says nothing."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.replicas.conftest import Place
from tests.replicas.webs import Visitor
from tests.servers import until

pytestmark = [pytest.mark.postgres, pytest.mark.full]
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pooled' AND wait_event_type = 'Lock'"
ASKED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE application_name = 'pooled' AND query = 'SELECT 1' AND query_start > %s::timestamptz + interval '1 second'
"""


def test_database_is_asked_past_a_pool_that_is_used_up(place: Place):
    """The one connection of the pool waits for a lock: who waits for it is not cut off, as if the database were frozen."""
    url = f"{place.primary.url}&application_name=pooled"
    named = {"DATABASE_URL": url, "ATLAS_REPLICA_URLS": "", "ATLAS_STATEMENT_SECONDS": "0", "ATLAS_PAGE_CACHE": "0"}
    web = place.web(DATABASE_POOL="1", **named)
    with ThreadPoolExecutor(1) as reader, psycopg.connect(f"host={place.primary.home} user=atlas dbname=atlas") as own:
        own.execute("LOCK studies_topic IN ACCESS EXCLUSIVE MODE")
        answer = reader.submit(lambda: Visitor(web).get("/topics/").status)
        until(lambda: place.primary.sql(WAITING)[0][0] == 1, "a reader who waits")
        (since,) = place.primary.sql("SELECT clock_timestamp()::text")[0]
        until(lambda: place.primary.sql(ASKED, [since])[0][0] > 0, "the watch to ask")
        own.rollback()
        assert answer.result() == 200
    assert "says nothing" not in web.log.read_text()


def test_refusing_database_is_not_waited_for_in_the_pool(place: Place):
    """A pool tries for ten seconds to get a connection to a server that is stopped; nobody waits for that."""
    web = place.web(DATABASE_POOL="1", ATLAS_REPLICA_URLS="")
    assert Visitor(web).get("/topics/").status == 200
    place.primary.end(immediate=True)
    until(lambda: "is not waited for" in web.log.read_text(), "the watch to notice")
    assert Visitor(web).get("/topics/").headers["X-Atlas-Cache"] == "stale"
    place.primary.start()
    until(lambda: Visitor(web).get("/topics/").headers["X-Atlas-Cache"] == "hit", "the database to be asked again")
