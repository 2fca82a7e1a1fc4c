"""What those who look after the atlas are told of replicas, and what a conflict on a standby looks like to a reader."""

import json
import subprocess
import sys

import pytest

from atlas_site.replicas.following import State
from atlas_site.watching import standing
from tests.replicas.conftest import Place, reads_from_standby
from tests.replicas.webs import Visitor, run_python
from tests.running import ROOT

CHECKED = """
from atlas_site.replicas.checks import check_replicas
print([(message.id, message.msg) for message in check_replicas(None)])
"""
# A reader's page that reads a table twice within one state, while the primary removes what it reads and tidies up.
CONFLICT = """
import json, psycopg
from django.db import connections
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpResponse
from django.test import RequestFactory
from atlas_site.replicas import candidates, following
from atlas_site.replicas.choice import connection_to_read, database_to_read
from atlas_site.replicas.middleware import ReplicasMiddleware
from tests.servers import until

seen = []

def page(request):
    seen.append(database_to_read())
    with connection_to_read().cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        try:
            cursor.execute("SELECT count(*) FROM in_the_way")
            if database_to_read() != "default":
                remove()
                cursor.execute("SELECT pg_sleep(600)")
        finally:
            if not connection_to_read().connection.closed:
                cursor.execute("ROLLBACK")
    return HttpResponse("whole")

def remove():
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM in_the_way")
        cursor.execute("VACUUM in_the_way")

middleware = ReplicasMiddleware(convert_exception_to_response(page))
until(lambda: candidates.for_reader()[0] == "replica-1")
answer = middleware(RequestFactory().get("/evidence/"))
print(json.dumps([answer.status_code, answer.content.decode(), seen, candidates.for_reader()]))
"""


@pytest.mark.postgres
@pytest.mark.full
def test_figures_status_and_checks_tell_of_replicas(place: Place):
    web = place.web()
    reads_from_standby(web)
    Visitor(web).get("/")
    told = {name: value for name, value in web.figures().items() if name.startswith(("atlas_replica", "atlas_reader"))}
    assert told.pop('atlas_replica_lag_seconds{replica="replica-1"}') < 30
    assert told == {'atlas_replica_up{replica="replica-1"}': 1, 'atlas_reader_requests_total{database="replica-1"}': 1}
    assert "  replica-1 answers and is not behind.\n" in status(place)
    assert run_python(place.settings, CHECKED) == "[]\n"
    place.standby.end()
    assert "! replica-1 does not answer. Readers are sent to other databases.\n" in status(place)
    assert run_python(place.settings, CHECKED) == "[('atlas.W012', 'replica-1 does not answer.')]\n"


@pytest.mark.postgres
@pytest.mark.full
def test_server_that_takes_writes_is_no_replica(place: Place):
    other = place.settings | {"ATLAS_REPLICA_URLS": place.primary.url + "&application_name=other"}
    told = "[('atlas.E009', 'replica-1 takes writes of its own, so it is no standby.')]\n"
    assert run_python(other, CHECKED) == told


def status(place: Place) -> str:
    words = [sys.executable, "manage.py", "status"]
    done = subprocess.run(words, cwd=ROOT, env=place.settings, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(
    ("state", "line"),
    [
        (State("replica-1", False, 0.4), (False, "replica-1 answers and is not behind.")),
        (State("replica-2", True, 0.4), (True, "replica-2 does not answer. Readers are sent to other databases.")),
        (
            State("replica-1", False, 43.2),
            (True, "replica-1 is behind, 43 seconds. Readers are sent to other databases."),
        ),
        (
            State("replica-1", False, float("inf")),
            (True, "replica-1 is behind, by an unknown time. Readers are sent to other databases."),
        ),
    ],
)
def test_line_of_a_replica_says_what_it_means_for_readers(state, line):
    told = standing._replica(state)
    assert (told.is_overdue, told.text) == line


@pytest.mark.postgres
@pytest.mark.full
def test_reader_whose_statement_the_standby_had_to_end_is_answered_by_the_primary(place: Place):
    """A real one: the standby must apply a removal that the statement still needs, and ends the statement."""
    place.standby.restart(options=["max_standby_streaming_delay=0", "hot_standby_feedback=off"])
    place.primary.sql("CREATE TABLE IF NOT EXISTS in_the_way AS SELECT generate_series(1, 1000) AS number")
    place.standby.catch_up()
    try:
        status_code, text, seen, order = json.loads(run_python(place.settings, CONFLICT).splitlines()[-1])
    finally:
        place.primary.sql("DROP TABLE in_the_way")
    assert (status_code, text, seen) == (200, "whole", ["replica-1", "default"])
    assert order == ["replica-1", "default"]  # nothing is wrong with the standby
