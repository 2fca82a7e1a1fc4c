"""/healthz, /readyz and /metrics: what they say, to whom, and what they never say."""

import logging

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from atlas_site import breaker
from atlas_site.watching import measuring
from atlas_site.watching.counting import Tally
from studies.search import adapters
from tests.contributions.factories import received
from tests.studies.factories import CODED, TEXTS, published_study

TOKEN = "a long random word for tests"
ASKED = {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(settings, tmp_path, monkeypatch):
    """With a token, a folder of its own and counts that begin at nothing."""
    settings.ATLAS_METRICS_TOKEN, settings.ATLAS_METRICS_DIR = TOKEN, tmp_path / "metrics"
    monkeypatch.setattr(measuring, "_tally", Tally())
    monkeypatch.setattr(measuring, "_kept_at", 0.0)


def told(answer) -> tuple[int, str, str, str]:
    return answer.status_code, answer.content.decode(), answer["Cache-Control"], answer["Content-Type"]


def figures(client: Client) -> dict[str, str]:
    """Each sample of /metrics with its value."""
    lines = client.get("/metrics", **ASKED).content.decode().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))


def test_healthz_asks_no_database_and_no_host(client):
    # Without the mark for databases, any statement would fail this test.
    answer = client.get("/healthz", headers={"host": "10.0.0.7"})
    assert told(answer) == (200, "ok\n", "no-store", "text/plain; charset=utf-8")


def test_healthz_is_not_sent_on_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_says_ready_and_sets_no_cookie(client):
    answer = client.get("/readyz")
    assert told(answer) == (200, "ready\n", "no-store", "text/plain; charset=utf-8")
    assert answer.cookies == {}


@pytest.mark.django_db
def test_readyz_names_a_missing_migration(client):
    MigrationRecorder.Migration.objects.filter(app="atlas_site").delete()
    assert told(client.get("/readyz"))[:2] == (503, "migrations\n")


@pytest.mark.django_db
def test_readyz_names_a_lost_trigger_of_the_search(client):
    trigger = "DROP TRIGGER searchdocument_removed"
    with connection.cursor() as cursor:
        cursor.execute(trigger if connection.vendor == "sqlite" else f"{trigger} ON studies_searchdocument")
    assert told(client.get("/readyz"))[:2] == (503, "search\n")
    adapters.reinstall(using="default")
    assert told(client.get("/readyz"))[:2] == (200, "ready\n")


@pytest.mark.django_db
def test_readyz_says_database_where_a_statement_fails_and_logs_nothing(client, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO kept_away")
        cursor.execute("CREATE TABLE django_migrations (id integer)")
    with caplog.at_level(logging.INFO, logger="atlas_site"):
        assert told(client.get("/readyz"))[:2] == (503, "database\n")


def test_frozen_database_is_told_without_asking_it(client, watched, monkeypatch):
    # Without the mark for databases, any statement would fail this test.
    monkeypatch.setattr(breaker, "_waited_in_vain", True)
    assert told(client.get("/readyz"))[:2] == (503, "database\n")
    assert figures(client)["atlas_database_up"] == "0"


def test_lines_about_probes_are_dropped_from_the_log(rf):
    from atlas_site.logs import ProbesFilter

    def record(path):
        made = logging.LogRecord("django.request", logging.ERROR, "", 0, "Service Unavailable: %s", (path,), None)
        made.request = rf.get(path)
        return made

    assert [ProbesFilter().filter(record(path)) for path in ("/readyz", "/healthz", "/metrics", "/evidence/")] == [
        False, False, False, True,
    ]  # fmt: skip


@pytest.mark.django_db
def test_probes_take_no_form(client):
    assert [client.post(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [404, 404, 404]


@pytest.mark.django_db
def test_metrics_does_not_exist_without_the_setting(client, settings):
    settings.ATLAS_METRICS_TOKEN = ""
    for words in ({}, {"HTTP_AUTHORIZATION": "Bearer "}, ASKED):
        assert client.get("/metrics", **words).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "Bearer", f"Bearer {TOKEN[:-1]}", f"bearer {TOKEN}", TOKEN, "Bearer ü"])
def test_metrics_wants_the_token(client, watched, given):
    answer = client.get("/metrics", HTTP_AUTHORIZATION=given)
    assert told(answer)[:2] == (401, "A token is needed.\n")


@pytest.mark.django_db
def test_metrics_counts_by_view_method_and_status_and_names_no_study(client, watched):
    study = published_study(**(TEXTS | CODED))
    for _ in range(2):
        client.get(f"/evidence/{study.slug}/")
    client.get("/evidence/no-such-study/")
    client.get("/nowhere/secret-words/")
    client.generic("BREW", "/evidence/")
    found = figures(client)
    requests = {name: value for name, value in found.items() if name.startswith("atlas_requests_total")}
    assert requests == {
        'atlas_requests_total{view="studies:study",method="GET",status="2xx"}': "2",
        'atlas_requests_total{view="studies:study",method="GET",status="4xx"}': "1",
        'atlas_requests_total{view="none",method="GET",status="4xx"}': "1",
        'atlas_requests_total{view="studies:evidence",method="other",status="4xx"}': "1",
    }
    assert found['atlas_request_duration_seconds_count{view="studies:study"}'] == "3"
    assert found['atlas_request_duration_seconds_bucket{view="studies:study",le="+Inf"}'] == "3"
    assert float(found['atlas_database_seconds_total{view="studies:study"}']) > 0
    text = client.get("/metrics", **ASKED).content.decode()
    assert [word for word in (study.slug, "no-such-study", "secret-words") if word in text] == []


@pytest.mark.django_db
def test_metrics_tells_what_waits(client, watched):
    before = figures(client)
    assert before["atlas_database_up"] == "1"
    assert "atlas_oldest_contribution_days" not in before
    received()
    after = figures(client)
    assert after['atlas_waiting{queue="contributions"}'] == "1"
    assert int(after["atlas_oldest_contribution_days"]) >= 0


@pytest.mark.django_db
def test_metrics_is_in_the_format_of_prometheus(client, watched):
    client.get("/")
    answer = client.get("/metrics", **ASKED)
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.content.decode().splitlines()
    types = {line.split()[2]: line.split()[3] for line in lines if line.startswith("# TYPE ")}
    samples = [line for line in lines if not line.startswith("#")]
    for sample in samples:
        name, value = sample.rsplit(" ", 1)
        bare = name.partition("{")[0]
        family = bare if bare in types else bare.rsplit("_", 1)[0]
        assert family in types, sample
        float(value)
    assert len(samples) == len({sample.rsplit(" ", 1)[0] for sample in samples})
