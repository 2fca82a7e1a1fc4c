"""The disk of PostgreSQL's data folder is full, its log of changes (WAL) included: it panics, and cannot even start.

Who starts it again is this test, at the moments at which systemd would with `Restart=on-failure` (docs/operations.md).
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from atlas_site.caching.words import STALE
from tests.faults.site import (
    AWAY,
    OTHER,
    STUDY,
    TEXT,
    Contributor,
    Site,
    arrives_once,
    disk,
    fill_up,
    first_without_room,
    keeps_the_text,
    look,
    recovers,
    told,
)
from tests.replicas.webs import Visitor, folder_environment, manage
from tests.servers import Primary, until

pytestmark = [pytest.mark.postgres, pytest.mark.full]
MEGABYTES = 320
SMALL_LOG = ["wal_keep_size=0", "min_wal_size=32MB", "max_wal_size=48MB"]
# From here on no checkpoint gives room back, as where changes come faster than one can end.
GROWING_LOG = ["max_wal_size=4GB", "checkpoint_timeout=1d"]
WORDS = "SELECT pg_logical_emit_message(false, 'full', repeat('x', 500000))"  # fills the log and no table


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


@pytest.fixture
def small(stack) -> Path:
    """A disk of its own, in a folder that PostgreSQL's account may enter."""
    above = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atlas-full-")))
    above.chmod(0o755)
    return disk(stack, above / "data", MEGABYTES)


@pytest.fixture
def server(stack, small) -> Primary:
    made = Primary(data=small, options=SMALL_LOG)
    stack.callback(made.remove)
    return made


@pytest.fixture
def site(stack, server, tmp_path) -> Site:
    made = Site(tmp_path, folder_environment(tmp_path, DATABASE_URL=server.url))
    made.fill()
    stack.callback(made.stop)
    server.restart(options=GROWING_LOG)
    server.sql("SELECT pg_switch_wal()")
    server.sql("CHECKPOINT")
    return made


def panics(server: Primary) -> bool:
    """Write into its log of changes until it says that it cannot."""
    with suppress(psycopg.OperationalError):  # it has gone, or starts
        server.sql(WORDS)
    return "PANIC" in server.log


def is_started(server: Primary) -> bool:
    """What systemd does once; whether it answers then, or has ended again."""
    if not server.is_running:
        server.start(wait=False)
    until(lambda: not server.is_running or server.sql("SELECT 1"), "the server to answer or to end")
    if server.is_running:
        return True
    server._gone()
    return False


def test_full_data_folder_loses_nothing_and_ends_without_a_hand(server, small, site):
    web = site.web(ATLAS_TRUSTED_PROXIES="1")
    before, waiting = Contributor.at(web), Contributor.at(web)
    before.values["text"] = f"Before the disk was full. {TEXT}"
    assert before.send().status == 200
    assert look(web, STUDY)[0] == 200

    ballast = [fill_up(small)]
    refused = first_without_room(web)  # no table can grow any more; the log still has room
    refused_text = refused.values["text"]
    assert [look(web, path)[0] for path in (STUDY, OTHER, "/changes/")] == [200] * 3

    until(lambda: panics(server), "the server to panic")
    assert look(web, STUDY)[0] == 200
    if server.is_running:
        server.end(immediate=True)
    else:
        server._gone()
    ballast.append(fill_up(small, name="more"))
    assert [is_started(server) for _ in range(2)] == [False] * 2
    assert look(web, STUDY) == (200, STALE)
    assert told(Visitor(web).get("/glossary/")) == AWAY
    keeps_the_text(waiting)
    assert (Visitor(web).get("/healthz").status, Visitor(web).get("/readyz").status) == (200, 503)

    for each in ballast:
        each.unlink()
    until(lambda: is_started(server), "the server to start")
    recovers(web)
    arrives_once(site, waiting)
    assert before.opens()
    assert refused.send().status == 200
    number = int(refused_text.partition(".")[0].removeprefix("Message "))
    expected = ["Before the disk was full", TEXT.partition(". ")[0], *(f"Message {each}" for each in range(number + 1))]
    assert sorted(text.partition(". ")[0] for texts in site.held() for text in texts) == sorted(expected)
    assert manage(site.settings, "verify_history").startswith("The history is whole: 3 revisions")
