"""PostgreSQL stops, restarts, only reads, is full, takes no more connections or is slow, under a real server of the site."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from atlas_site.caching.words import CACHE_HEADER, STALE
from tests.faults.site import (
    AWAY,
    OTHER,
    STUDY,
    TEXT,
    Contributor,
    Site,
    arrives_once,
    arrives_whole,
    disk,
    fill_up,
    first_without_room,
    keeps_the_text,
    look,
    recovers,
    told,
)
from tests.replicas.webs import Visitor, Web, fields, folder_environment
from tests.servers import Primary, until

pytestmark = [pytest.mark.postgres, pytest.mark.full]
CONNECTIONS = 20
HELD = "SELECT pid FROM pg_stat_activity WHERE usename = 'web'"


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Primary, Site]]:
    """A server with three studies, once for the tests of this file."""
    server = Primary(options=[f"max_connections={CONNECTIONS}", "superuser_reserved_connections=3"])
    try:
        folder = tmp_path_factory.mktemp("site")
        # The site's own role is no superuser, as on a server: reserved connections are not for it.
        server.sql("CREATE ROLE web LOGIN SUPERUSER")
        site = Site(folder, folder_environment(folder, DATABASE_URL=server.url.replace("atlas@", "web@")))
        site.fill()
        server.sql("ALTER ROLE web NOSUPERUSER")
        server.sql(
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO web; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO web"
        )
        yield server, site
    finally:
        server.remove()


@pytest.fixture
def server(grown) -> Primary:
    return grown[0]


@pytest.fixture
def site(grown, tmp_path) -> Iterator[Site]:
    """The same atlas with web processes of this test alone; afterwards the server runs and holds no contribution."""
    server, full = grown
    own = Site(tmp_path, full.settings)
    yield own
    own.stop()
    if not server.is_running:
        server.start()
    server.sql("ALTER SYSTEM RESET default_transaction_read_only")
    server.sql("SELECT pg_reload_conf()")
    until(lambda: server.sql("SHOW default_transaction_read_only") == [("off",)])
    server.sql("TRUNCATE contributions_bucket, contributions_contribution CASCADE")


@pytest.fixture
def web(site) -> Web:
    return site.web()


def test_stopped_server_leaves_readers_their_pages_and_contributors_their_text(server, site, web):
    someone, reader = Contributor.at(web), Visitor(web)
    assert reader.get(STUDY).status == 200
    server.end(immediate=True)
    page = reader.get(STUDY)
    assert (page.status, page.headers[CACHE_HEADER]) == (200, STALE)
    assert "no-store" in page.headers["Cache-Control"]
    assert page.text.count("The atlas cannot reach its database at the moment. This page is from ") == 1
    unknown = reader.get(OTHER)
    assert (told(unknown), unknown.text.count('role="search"')) == (AWAY, 0)
    assert told(reader.post("/admin/login/", {}))[0] in {403, 503}
    keeps_the_text(someone)
    assert (reader.get("/healthz").status, reader.get("/readyz").status) == (200, 503)
    server.start()
    recovers(web)
    arrives_once(site, someone)


def test_frozen_server_is_not_waited_for_and_readers_have_their_pages(server, site, web):
    """It takes connections and never answers. More readers come than there are threads, and each of them is answered."""
    someone = Contributor.at(web)
    assert Visitor(web).get(STUDY).status == 200
    with server.frozen():
        until(lambda: look(web, STUDY) == (200, STALE), "the kept page")
        with ThreadPoolExecutor(12) as pool:
            kept = list(pool.map(lambda _: look(web, STUDY), range(48)))
            unknown = list(pool.map(lambda _: told(Visitor(web).get(OTHER)), range(24)))
        assert (kept, unknown) == ([(200, STALE)] * 48, [AWAY] * 24)
        keeps_the_text(someone)
        assert Visitor(web).get("/healthz").status == 200
    recovers(web)
    arrives_once(site, someone)
    assert site.log().count("The database says nothing and is not waited for.") == 1


def test_restarted_server_is_found_again_by_the_first_request(server, site, web):
    """Each thread of the process holds a connection that the restart broke; none of them is used again."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: Visitor(web).get(OTHER).status, range(16)))
    someone = Contributor.at(web)
    server.restart()
    assert [Visitor(web).get(path).status for path in (STUDY, OTHER, "/changes/", "/about/")] == [200] * 4
    assert someone.send().status == 200
    assert someone.opens()


def test_killed_server_keeps_every_message_that_was_acknowledged(server, site, web):
    """All its processes die at once, as in a power cut."""
    people = [Contributor.at(web) for _ in range(3)]
    assert [person.send().status for person in people] == [200] * 3
    server.kill()
    server.start()
    recovers(web)
    assert [person.opens() for person in people] == [True] * 3
    site_text = [text.replace("\r\n", "\n") for texts in site.held() for text in texts]
    assert site_text == [TEXT] * 3


def test_read_only_server_shows_pages_and_says_why_nothing_is_taken(server, site, web):
    server.sql("ALTER SYSTEM SET default_transaction_read_only = on")
    server.sql("SELECT pg_reload_conf()")
    until(lambda: server.sql("SHOW default_transaction_read_only") == [("on",)])
    until(lambda: server.sql("SELECT 1") and Visitor(web).get("/readyz").status == 200)
    assert [look(web, path) for path in (STUDY, OTHER)] == [(200, "miss")] * 2
    someone = Contributor.at(web)
    keeps_the_text(someone)
    staff = Visitor(web)
    page = staff.post("/admin/login/", fields(staff.get("/admin/login/").text) | {"username": "a", "password": "b"})
    assert told(page) == AWAY
    assert page.text.count("nothing can be stored: no message is taken, and nobody can sign in.") == 1
    server.sql("ALTER SYSTEM RESET default_transaction_read_only")
    server.sql("SELECT pg_reload_conf()")
    arrives_once(site, someone)


def test_no_connection_left_is_a_calm_page_until_there_is_one(server, site, web):
    someone = Contributor.at(web)
    before = set(server.sql(HELD))
    web.stop()
    until(lambda: before.isdisjoint(server.sql(HELD)), "the server to see that the connections ended")
    again = site.web()  # a process without any connection, as after a start at the wrong moment
    someone.visitor.web = again
    with ExitStack() as others:
        try:
            while True:
                others.enter_context(psycopg.connect(f"host={server.home} user=atlas dbname=atlas"))
        except psycopg.OperationalError as refusal:
            assert "too many clients" in str(refusal)
        assert told(Visitor(again).get(STUDY)) == AWAY
        keeps_the_text(someone)
        assert Visitor(again).get("/healthz").status == 200
    recovers(again)
    arrives_once(site, someone)


def test_slow_statement_ends_and_hangs_no_process(server, site):
    """A table that answers after a minute: more readers ask for it than there are threads, and others are answered."""
    web = site.web(ATLAS_STATEMENT_SECONDS="1", ATLAS_PAGE_CACHE="0")
    someone = Contributor.at(web)
    server.sql("ALTER TABLE studies_glossaryterm RENAME TO studies_glossaryterm_kept")
    server.sql("CREATE VIEW studies_glossaryterm AS SELECT k.* FROM studies_glossaryterm_kept k, pg_sleep(60)")
    server.sql("GRANT ALL ON studies_glossaryterm TO web")
    try:
        with ThreadPoolExecutor(12) as pool:
            pages = list(pool.map(lambda _: told(Visitor(web).get("/glossary/")), range(12)))
        assert pages == [AWAY] * 12
        assert Visitor(web).get("/policies/privacy/").status == 200
        assert server.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND usename = 'web'"
        ) == [(0,)]
    finally:
        server.sql("DROP VIEW studies_glossaryterm")
        server.sql("ALTER TABLE studies_glossaryterm_kept RENAME TO studies_glossaryterm")
    assert Visitor(web).get("/glossary/").status == 200
    arrives_once(site, someone)


def test_lock_that_somebody_else_holds_is_not_waited_for_without_end(server, site):
    web = site.web(ATLAS_STATEMENT_SECONDS="1")
    someone = Contributor.at(web)
    with psycopg.connect(f"host={server.home} user=atlas dbname=atlas") as other:
        other.execute("LOCK TABLE contributions_contribution IN EXCLUSIVE MODE")
        keeps_the_text(someone)
    arrives_once(site, someone)


def test_command_has_no_limit_of_time(server, site):
    from tests.replicas.webs import run_python

    asked = "from django.db import connection as c\nk = c.cursor(); k.execute('SHOW statement_timeout'); print(k.fetchone())"
    assert run_python(site.settings | {"ATLAS_STATEMENT_SECONDS": "1"}, asked) == "('0',)\n"


def test_full_disk_takes_no_message_and_shows_all_pages(server, site):
    """The disk of the messages is full: PostgreSQL goes on and refuses what needs room."""
    web = site.web(ATLAS_TRUSTED_PROXIES="1")
    with ExitStack() as stack:
        small = disk(stack, server.home / "small", 8)
        server._own(small)
        inner = small / "space"
        inner.mkdir()
        server._own(inner)
        server.sql(f"CREATE TABLESPACE small LOCATION '{inner}'")
        server.sql("ALTER TABLE contributions_message SET TABLESPACE small")
        ballast = fill_up(small)
        refused = first_without_room(web)
        assert [look(web, path)[0] for path in (STUDY, OTHER)] == [200, 200]
        ballast.unlink()
        arrives_whole(site, refused)
        server.sql("TRUNCATE contributions_bucket, contributions_contribution CASCADE")
        server.sql("ALTER TABLE contributions_message SET TABLESPACE pg_default")
        server.sql("DROP TABLESPACE small")
