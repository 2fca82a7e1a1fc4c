"""`manage.py alarm`: what it calls somebody for, that it does so once, and that an unsent call stays owed."""

import io
import json
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from atlas_site.account_events import Event, record_try
from atlas_site.models import TimerRun
from atlas_site.watching import alarms, calling, measuring, room, timers
from atlas_site.watching.counting import Tally
from atlas_site.watching.recalling import AGAIN, Memory
from tests.clock import PATIENCE
from tests.contributions.factories import received
from tests.faults.mail_server import Mood, mail_server
from tests.watching.test_timers import ran

pytestmark = pytest.mark.django_db
MINUTES = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _server(settings, tmp_path, monkeypatch):
    """A server whose timers all went well, with counts of its own."""
    settings.DATA_DIR = settings.ATLAS_BACKUPS_DIR = settings.ATLAS_RELEASES_DIR = tmp_path
    settings.ATLAS_METRICS_DIR, settings.ATLAS_ALARM_MAIL = tmp_path / "metrics", ["operator@example.org"]
    monkeypatch.setattr(measuring, "_tally", Tally())
    for name in timers.DUE:
        ran(name)


@pytest.fixture
def now():
    return timezone.now()


def sentences(message) -> list[str]:
    """What one mail tells."""
    return message.body.split("\n\n")[1].splitlines()


def told() -> list[list[str]]:
    return [sentences(message) for message in mail.outbox]


def counted(**events: int) -> None:
    """So many events since the server started, as another process keeps them."""
    tally = Tally()
    tally.events.update(events)
    folder = Path(settings.ATLAS_METRICS_DIR)
    folder.mkdir(exist_ok=True)
    (folder / "7-web.json").write_text(json.dumps(tally.as_data()))


def test_nothing_is_sent_where_all_is_well():
    out = io.StringIO()
    call_command("alarm", stdout=out)
    assert (out.getvalue(), mail.outbox) == ("Matters that need somebody: 0, told now: 0.\n", [])


def test_matter_is_told_once_and_again_after_a_day(now):
    received(at=now - timedelta(days=15))
    for run in range(6):
        assert calling.call(at=now + run * MINUTES).matters == 1
    assert told() == [["Contributions that wait: 1, the oldest for 15 days."]]
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        ["operator@example.org"],
        "The Study Atlas needs somebody",
    )
    ran_again(now + AGAIN)
    calling.call(at=now + AGAIN)
    assert told()[1:] == [["Contributions that wait: 1, the oldest for 16 days."]]


def ran_again(at) -> None:
    TimerRun.objects.update(ended_at=at)


def test_new_matter_is_told_beside_one_that_lasts(now):
    received(at=now - timedelta(days=15))
    calling.call(at=now)
    TimerRun.objects.filter(name="backup").update(ended_at=now - timedelta(hours=26))
    calling.call(at=now + MINUTES)
    (line,) = told()[1]
    assert line.startswith("Writing a backup (backup): went well 26 hours ago.")


def test_run_that_failed_calls_where_it_is_grave_and_may_wait_else():
    ran("sync", ok=False)
    assert calling.call(at=timezone.now()).matters == 0
    ran("verify_history", ok=False)
    calling.call(at=timezone.now())
    ((line,),) = told()
    assert line.startswith("Checking the public history (verify_history): did not do all its work")


def test_first_run_of_all_does_not_say_that_nothing_runs():
    TimerRun.objects.all().delete()
    assert calling.call(at=timezone.now()).matters == 0


def test_mail_server_that_speaks_byte_by_byte_is_left_and_the_mail_stays_owed(settings, now, monkeypatch):
    """Each byte comes long before the time-out between two, and no timer starts a command that still runs."""
    monkeypatch.setattr(calling, "LONGEST_TALK", 1)
    received(at=now - timedelta(days=15))
    with mail_server() as server:
        server.mood = Mood.DRIPS
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, PATIENCE
        assert calling.call(at=now) == calling.Called(matters=1, told=0, is_told=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert calling.call(at=now + MINUTES) == calling.Called(matters=1, told=1)


def test_mail_that_does_not_leave_stays_owed(settings, capsys, now):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    received(at=now - timedelta(days=15))
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        with pytest.raises(SystemExit):
            call_command("alarm")
    assert TimerRun.objects.latest("id").ok is False
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("alarm")
    assert len(told()) == 1
    assert capsys.readouterr().out.splitlines() == [
        "Matters that need somebody: 1, told now: 0.",
        "Matters that need somebody: 1, told now: 1.",
    ]


def test_nobody_to_tell_is_a_fault_only_when_there_is_something(settings, capsys, now):
    settings.ATLAS_ALARM_MAIL = []
    call_command("alarm")
    received(at=now - timedelta(days=15))
    with pytest.raises(SystemExit):
        call_command("alarm")
    assert capsys.readouterr().err == "Nobody could be told. Look at ATLAS_ALARM_MAIL, ATLAS_CONTACT and EMAIL_URL.\n"


def test_atlas_that_is_not_ready_and_a_full_disk_are_told(monkeypatch, now):
    MigrationRecorder.Migration.objects.filter(app="atlas_site").delete()
    monkeypatch.setattr(room, "LEAST", 10**18)
    calling.call(at=now)
    assert told() == [
        [
            "The atlas is not ready: migrations.",
            *(f"Less than 1 GB is free where {name} is." for name in room.FOLDERS),
        ]
    ]


# --- Unusual numbers --------------------------------------------------------------------------------------------------


def test_wrong_passwords_of_the_last_hour_are_told(now):
    counted(password_wrong=1000)
    calling.call(at=now)
    assert told() == []  # nobody knows over how long these came
    counted(password_wrong=1020, factor_wrong=9)
    calling.call(at=now + MINUTES)
    assert told() == []
    counted(password_wrong=1021, factor_wrong=9)
    calling.call(at=now + 2 * MINUTES)
    assert told() == [["Wrong passwords and codes of staff in the last hour: 30."]]


def test_what_came_more_than_an_hour_ago_does_not_count(now):
    for run in range(20):
        counted(password_wrong=4 * run)  # 24 within an hour
        ran_again(now + run * MINUTES)
        calling.call(at=now + run * MINUTES)
    assert told() == []


def test_code_given_a_second_time_calls_at_once(now):
    counted(factor_reused=0)
    calling.call(at=now)
    counted(factor_reused=1)
    calling.call(at=now + MINUTES)
    assert told() == [["Codes of staff that were given a second time in the last hour: 1."]]


def test_sum_that_began_anew_counts_from_nothing(now):
    memory = Memory()
    memory.add({"requests": 900}, at=now)
    assert memory.add({"requests": 20}, at=now + MINUTES) == {"requests": 20}
    assert memory.add({"requests": 50}, at=now + 2 * MINUTES) == {"requests": 50}


def test_requests_refusals_and_faults_are_counted_by_their_status(settings):
    settings.ATLAS_ALARM_REQUESTS = 600
    tally = Tally()
    for status, times in ((200, 100), (429, 500), (503, 50)):
        for _ in range(times):
            tally.count(view="studies:list", method="GET", status=status, seconds=0.1, database=0)
    found = alarms.counts_of(Tally.from_data(json.loads(json.dumps(tally.as_data()))))
    assert found == {"requests": 650, "refused": 500, "failed": 50}
    assert [alarm.text for alarm in alarms.unusual(found)] == [
        "Requests that were refused in the last hour, because one place sent too many: 500.",
        "Requests that failed in the last hour: 50.",
        "Requests in the last hour: 650.",
    ]
    settings.ATLAS_ALARM_REQUESTS = 0
    assert [alarm.name for alarm in alarms.unusual(found)] == ["refused", "failed"]


def test_events_of_accounts_are_counted_without_a_token_and_reach_another_process(settings):
    settings.ATLAS_METRICS_TOKEN = ""
    record_try(Event.PASSWORD_WRONG, "nobody")
    Client().post("/admin/login/", {"username": "nobody", "password": "x"})
    (kept,) = settings.ATLAS_METRICS_DIR.glob("*.json")
    assert json.loads(kept.read_text())["events"] == {"password_wrong": 2}


# --- What it remembers ------------------------------------------------------------------------------------------------


def test_memory_survives_its_file(tmp_path, now):
    memory = Memory()
    memory.add({"requests": 5}, at=now)
    memory.note(["backup"], at=now)
    memory.keep(tmp_path / "alarms.json")
    assert Memory.load(tmp_path / "alarms.json") == memory
    assert sorted(path.name for path in tmp_path.glob("alarms*")) == ["alarms.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"told": {"x": 1}, "counted": []}'])
def test_broken_file_counts_as_none_and_is_said(tmp_path, caplog, text):
    path = tmp_path / "alarms.json"
    assert (Memory.load(path), caplog.messages) == (Memory(), [])
    path.write_text(text)
    assert Memory.load(path) == Memory()
    assert caplog.messages == ["The file of the last alarms could not be read."]


def test_clock_that_ran_ahead_keeps_no_call_back(now):
    memory = Memory()
    memory.note(["backup"], at=now + timedelta(days=300))
    assert memory.is_new("backup", at=now)
