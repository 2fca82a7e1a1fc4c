"""The parts that need no second server: how late a replica is, which is asked first, what the settings refuse."""

import gc
import math
import os
import random
import weakref

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections, router
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from atlas_site import databases
from atlas_site.replicas import candidates, following, middleware
from atlas_site.replicas.choice import connection_to_read, database_to_read, reading_from
from atlas_site.replicas.places import SILENT, Track, lag
from studies.models import PublicState, Study
from studies.search import common_words, index
from studies.search.bitmaps import to_ids
from tests.studies.factories import published_study

PRIMARY, ONE, TWO = "postgres://a@b/c", "postgres://a@d/c", "postgres://a@e/c"


def track(*places: tuple[float, int]) -> Track:
    made = Track(0.0)
    for at, place in places:
        made.note(at, place)
    return made


@pytest.mark.parametrize(
    ("primary", "replica", "behind"),
    [
        ([(10, 500)], [(10.2, 500)], 0.2),
        ([(10, 500)], [(10.2, 900)], 0.2),
        ([(10, 500), (11, 600), (12, 700)], [(12.5, 650)], 1.5),
        ([(10, 500), (20, 500), (30, 500)], [(30.5, 500)], 0.5),  # nothing is written, so nobody is late
        ([(10, 500), (11, 600)], [(12, 400)], math.inf),
        ([], [(12, 400)], math.inf),
        ([(10, 500)], [], math.inf),
        ([(10, 500)], [(9.9, 500)], 0.0),
    ],
)
def test_lag_is_the_time_since_the_primary_was_where_the_replica_is(primary, replica, behind):
    assert lag(track(*primary), track(*replica)) == pytest.approx(behind)


def test_server_is_away_when_it_refuses_or_is_silent():
    seen = Track(100.0)
    assert not seen.is_away(100.0 + SILENT)
    assert seen.is_away(100.1 + SILENT)
    seen.note(107.0, 1)
    assert not seen.is_away(107.0 + SILENT)
    seen.failed = True
    assert seen.is_away(107.0)
    seen.note(108.0, 1)
    assert not seen.is_away(108.0)


@pytest.fixture
def three(monkeypatch):
    """A primary and two replicas that are well, as this process knows them."""
    now = 1000.0
    monkeypatch.setattr(following, "replicas", lambda: ["replica-1", "replica-2"])
    tracks = {name: track((now, 500)) for name in ("default", "replica-1", "replica-2")}
    monkeypatch.setattr(following, "_tracks", tracks)
    monkeypatch.setattr(following, "_process", os.getpid())
    monkeypatch.setattr(candidates, "_until", {})
    monkeypatch.setattr(following.time, "monotonic", lambda: now)
    return tracks


def own_order() -> list[str]:
    order = ["replica-1", "replica-2"]
    random.Random(os.getpid()).shuffle(order)  # noqa: S311
    return order


def test_readers_go_to_the_replica_of_their_process_first_and_to_the_primary_last(three):
    assert candidates.for_reader() == [*own_order(), "default"]


def test_replica_that_failed_is_left_out_with_a_chance_in_its_pause(three):
    first, second = own_order()
    pauses = {candidates.leave_out(first) for _ in range(20)}
    assert len(pauses) > 1
    assert min(pauses) >= candidates.PAUSE / 2
    assert max(pauses) <= candidates.PAUSE * 1.5
    assert candidates.for_reader() == [second, "default"]


def test_late_replica_stands_behind_the_primary_unless_that_is_away(three):
    first, second = own_order()
    three[first].places.clear()
    three[first].note(1000.0, 400)
    assert candidates.for_reader() == [second, "default", first]
    three["default"].failed = True
    assert candidates.for_reader() == [first, second, "default"]
    assert candidates.readers_are_served()
    three[first].failed = three[second].failed = True
    assert candidates.for_reader() == [first, second, "default"]
    assert not candidates.readers_are_served()


@pytest.mark.parametrize(
    ("method", "path", "cookie", "may"),
    [
        ("get", "/evidence/", "", True),
        ("head", "/evidence/", "look=theme-dark", True),
        ("get", "/reading-list/", "reading=1", True),
        ("get", "/evidence/", "sessionid=x", False),
        ("post", "/preferences/", "", False),
        ("get", "/contribute/", "", False),
        ("get", "/my-contribution/", "", False),
        ("get", "/admin/login/", "", False),
    ],
)
def test_only_readers_without_a_session_read_from_replicas(method, path, cookie, may):
    request = getattr(RequestFactory(), method)(path, headers={"cookie": cookie})
    assert middleware.may_read_from_replica(request) is may


def test_everything_inside_reads_from_the_chosen_database_and_writes_to_the_primary(three):
    before = (router.db_for_read(Study), router.db_for_write(Study), database_to_read())
    with reading_from("replica-2"):
        assert (router.db_for_read(Study), router.db_for_write(Study)) == ("replica-2", "default")
        assert Study.objects.all().db == "replica-2"
    assert before == ("default", "default", "default")
    assert connection_to_read() is connections["default"]


def asked(get_response, path="/evidence/"):
    """The answer to a reader, and the databases that were asked one after the other."""
    seen = []

    def answer(request):
        seen.append(database_to_read())
        return get_response(database_to_read())

    return middleware.ReplicasMiddleware(answer)(RequestFactory().get(path)), seen


def failing(state: str):
    """An answer as Django makes it of a fault of the replica: the signal, then a page."""

    def answer(database):
        if database == "default":
            return HttpResponse("there")
        try:
            cause = Exception()
            cause.sqlstate = state
            raise OperationalError from cause
        except OperationalError:
            middleware.got_request_exception.send(sender=None, request=None)
            return HttpResponse("away", status=503)

    return answer


def test_fault_of_one_replica_is_answered_by_the_next_database_and_remembered(three):
    answer, seen = asked(failing("57P01"))
    assert (answer.content, seen) == (b"there", [*own_order(), "default"])
    assert asked(failing("57P01"))[1] == ["default"]


def test_statement_that_a_replica_had_to_end_is_asked_elsewhere_and_the_replica_stays(three):
    answer, seen = asked(failing("40001"))
    assert (answer.content, seen) == (b"there", [*own_order(), "default"])
    assert asked(failing("40001"))[1] == seen


def test_statement_that_took_too_long_is_not_asked_again(three):
    answer, seen = asked(failing("57014"))
    assert (answer.status_code, seen) == (503, own_order()[:1])


class WithText(Exception):
    """Whose going can be watched."""


@pytest.mark.parametrize("method", ["get", "post"])
def test_fault_of_a_request_is_held_by_nothing_afterwards(three, method):
    """What was typed stands in the frames of a fault: it must not stay in the thread that answered."""
    faults = []

    def answer(request):
        try:
            raise WithText
        except WithText as fault:
            faults.append(weakref.ref(fault))
            middleware.got_request_exception.send(sender=None, request=request)
        return HttpResponse("failed", status=500)

    middleware.ReplicasMiddleware(answer)(getattr(RequestFactory(), method)("/contribute/", {"text": "What was typed"}))
    gc.collect()
    assert [fault() for fault in faults] == [None]


def test_file_that_is_made_while_it_is_sent_reads_from_one_database_to_its_end(three):
    def pieces():
        for _ in range(3):
            yield database_to_read()

    answer, _ = asked(lambda database: StreamingHttpResponse(pieces()))
    assert database_to_read() == "default"
    assert b"".join(answer.streaming_content).decode() == own_order()[0] * 3


@pytest.mark.parametrize(
    ("address", "replicas", "told"),
    [
        ("sqlite:////tmp/a", [ONE], "ATLAS_REPLICA_URLS needs a DATABASE_URL of PostgreSQL: SQLite has no replicas."),
        (PRIMARY, ["sqlite:////tmp/a"], "ATLAS_REPLICA_URLS must hold addresses that begin with postgres://."),
        (PRIMARY, ["mysql://a@b/c"], "ATLAS_REPLICA_URLS must begin with sqlite:/// or postgres://."),
        (PRIMARY, [PRIMARY], "ATLAS_REPLICA_URLS names a database twice, or the one of DATABASE_URL."),
        (PRIMARY, [ONE, ONE], "ATLAS_REPLICA_URLS names a database twice, or the one of DATABASE_URL."),
        (PRIMARY, ["postgres://a:b@c:port/d"], "ATLAS_REPLICA_URLS cannot be read: write special characters in it as %XX."),
    ],
)  # fmt: skip
def test_setting_that_cannot_be_right_stops_the_start_without_repeating_an_address(address, replicas, told):
    with pytest.raises(ImproperlyConfigured) as error:
        databases.configured(address, replicas, kept_for=60)
    assert str(error.value) == told


def test_replicas_are_named_by_their_place_in_the_setting():
    found = databases.configured(PRIMARY, [ONE, TWO], kept_for=60)
    assert {name: config["HOST"] for name, config in found.items()} == {
        "default": "b", "replica-1": "d", "replica-2": "e",
    }  # fmt: skip
    assert {config["CONN_MAX_AGE"] for config in found.values()} == {60}
    pooled = databases.configured(PRIMARY, [ONE], kept_for=60, pool=3).values()
    assert [(each["CONN_MAX_AGE"], each["OPTIONS"]["pool"]["max_size"]) for each in pooled] == [(0, 3), (0, 3)]


@pytest.mark.django_db
def test_each_database_has_a_catalogue_of_its_own_while_their_states_differ(monkeypatch):
    """One database plays both: what it holds when it is asked in the name of the replica is the replica's state."""
    first = published_study(title="First")
    state = PublicState.objects.get()
    old = index.catalogue()
    second = published_study(title="Second")
    new = index.catalogue()
    built = []
    monkeypatch.setattr(index.facets, "build", built.append)
    monkeypatch.setattr(index, "database_to_read", lambda: "replica-1")
    monkeypatch.setitem(index._held, "replica-1", old)
    monkeypatch.setattr(index, "public_moment", lambda: (state.counter, state.newest_hash))
    assert index.catalogue() is old
    monkeypatch.setattr(index, "database_to_read", lambda: "default")
    monkeypatch.setattr(index, "public_moment", lambda: new.state)
    assert index.catalogue() is new
    monkeypatch.setattr(index, "database_to_read", lambda: "replica-1")
    assert index.catalogue() is new  # it has caught up: one catalogue for both
    assert (to_ids(old.index.everything), to_ids(new.index.everything)) == ([first.pk], [first.pk, second.pk])
    assert built == []


@pytest.mark.django_db
def test_words_of_a_newer_state_are_no_use_to_whoever_reads_an_older_one():
    published_study(title="First fatigue")
    old = index.catalogue()
    published_study(title="Second fatigue")
    new = index.catalogue()
    query = index_query("fatigue", new)
    common_words.keep(new, query, common_words.ANYWHERE, new.index.everything)
    assert common_words.holding(new, query, common_words.ANYWHERE) == new.index.everything
    assert common_words.holding(old, query, common_words.ANYWHERE) is None


def index_query(text, catalogue):
    from studies.search.query import parse

    return parse(text, catalogue.synonyms)
