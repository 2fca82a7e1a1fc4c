"""Counts of one process and of several, and the log of slow statements."""

import json
import logging
import subprocess
import sys

import pytest
from django.db import connection

from atlas_site.watching import measuring, sharing
from atlas_site.watching.counting import BUCKETS, Tally
from tests.running import ROOT

COUNT_TO = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) SELECT count(*) FROM n"


def one(**fields) -> Tally:
    tally = Tally()
    tally.count(**({"view": "home", "method": "GET", "status": 200, "seconds": 0.1, "database": 0.05} | fields))
    return tally


@pytest.mark.parametrize(
    ("seconds", "place"), [(0, 0), (BUCKETS[0], 0), (0.0051, 1), (BUCKETS[-1], len(BUCKETS) - 1), (99, len(BUCKETS))]
)
def test_duration_counts_in_the_first_bucket_that_holds_it(seconds, place):
    assert one(seconds=seconds).durations["home"].index(1) == place


def test_unusual_method_makes_no_label():
    assert list(one(method="X" * 50).requests) == [("home", "other", "2xx")]


def test_tallies_add_up_and_survive_json():
    together = one()
    together.add(Tally.from_data(json.loads(json.dumps(one(seconds=30, status=503).as_data()))))
    assert together.requests == {("home", "GET", "2xx"): 1, ("home", "GET", "5xx"): 1}
    assert (sum(together.durations["home"]), together.seconds["home"], together.database["home"]) == (2, 30.1, 0.1)


def test_processes_share_what_they_counted(tmp_path):
    """Another process keeps two requests; this one adds its own, and its own file is not counted twice."""
    code = (
        "import sys; from pathlib import Path; from tests.watching.test_measuring import one;"
        "from atlas_site.watching import sharing; t = one(); t.add(one()); sharing.keep(t, Path(sys.argv[1]))"
    )
    script = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(script, cwd=ROOT, check=True, env=_environment())
    own = one(view="study")
    sharing.keep(own, tmp_path)
    found = sharing.total(own, tmp_path).requests
    assert found == {("home", "GET", "2xx"): 2, ("study", "GET", "2xx"): 1}
    sharing.forget(tmp_path)
    assert list(tmp_path.iterdir()) == []


def _environment():
    import os

    return {**os.environ, "DJANGO_SETTINGS_MODULE": "atlas_site.settings"}


def test_broken_file_of_counts_is_left_out_and_said(tmp_path, caplog):
    (tmp_path / "1-dead.json").write_text('{"requests": 5}')
    assert sharing.total(one(), tmp_path).requests == one().requests
    assert caplog.messages == ["A file of counts in ATLAS_METRICS_DIR could not be read."]


@pytest.mark.django_db
def test_slow_statement_is_logged_with_its_view_and_without_its_values(settings, caplog, rf, monkeypatch):
    monkeypatch.setattr(measuring, "_tally", Tally())
    settings.ATLAS_SLOW_STATEMENT_MS = 1

    def answer(request):
        with connection.cursor() as cursor:
            cursor.execute(COUNT_TO, [300_123])
        from django.http import HttpResponse

        return HttpResponse()

    with caplog.at_level(logging.WARNING, logger="atlas_site.watching.measuring"):
        measuring.MeasureMiddleware(answer)(rf.get("/evidence/"))
    (line,) = [message for message in caplog.messages if "RECURSIVE" in message]
    head, _, statement = line.partition(": ")[2].partition(": ")
    assert head.split(" ms in ") == [head.split(" ")[0], "none"]
    assert statement == COUNT_TO
    assert "300123" not in caplog.text
    assert measuring._tally.slow["none"] >= 1


@pytest.mark.django_db
def test_statement_below_the_limit_is_not_logged(settings, caplog):
    for limit in (60_000, 0):
        settings.ATLAS_SLOW_STATEMENT_MS = limit
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    assert caplog.messages == []
