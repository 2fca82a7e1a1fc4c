"""What timers leave behind, and how staff and `manage.py status` see it."""

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from atlas_site.management import timed
from atlas_site.models import TimerRun
from atlas_site.watching import standing, timers
from atlas_site.watching.duties import DOES, NONE_YET, TRIAL, named
from contributions import retention
from contributions.models import Notice
from tests.contributions.factories import received
from tests.signing_in import sign_in
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=1)
# The commands of the timers, and those that staff start by hand and want to see afterwards.
NOTED = {*timers.DUE, "replay_erasures", "rotate_keys"}


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path):
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"


def ran(name, *, before: timedelta = LATER, ok: bool = True, said: str = "") -> TimerRun:
    at = timezone.now() - before
    assert timers.note(name=name, started_at=at - LATER, ended_at=at, ok=ok, said=said)
    return TimerRun.objects.latest("id")


def status() -> tuple[int, list[str]]:
    out = io.StringIO()
    try:
        call_command("status", stdout=out)
    except SystemExit as end:
        return end.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def test_run_of_a_command_is_kept_with_its_answer():
    call_command("purge", stdout=io.StringIO())
    run = TimerRun.objects.get()
    assert (run.name, run.ok, run.said) == (
        "purge", True,
        "Closed without reply: 0. Erased: 0. Contact details: 0. Events: 0. Counters: 0. Ledger lines: 0. Files of editors: 0.",
    )  # fmt: skip
    assert run.started_at <= run.ended_at


def test_run_that_ends_with_a_code_is_kept_as_not_good(monkeypatch):
    monkeypatch.setattr(retention, "scrub", lambda **options: False)
    with pytest.raises(SystemExit):
        call_command("purge", stdout=io.StringIO(), stderr=io.StringIO())
    assert TimerRun.objects.get().ok is False


def test_run_that_stops_is_kept_by_the_kind_of_its_fault_alone():
    class Command(timed.TimedCommand):
        def handle(self, *args, **options):
            raise ValueError("secret words")

    Command.__module__ = "studies.management.commands.falling"
    with pytest.raises(ValueError, match="secret words"):
        call_command(Command())
    run = TimerRun.objects.get()
    assert (run.name, run.ok, run.said) == ("falling", False, "It stopped: ValueError.")


def test_refusal_of_a_command_is_kept_without_its_sentence():
    with pytest.raises(CommandError):
        call_command("replay_erasures")
    run = TimerRun.objects.get()
    assert (run.name, run.ok, run.said) == ("replay_erasures", False, "It stopped.")


def test_run_that_cannot_be_noted_keeps_its_outcome(caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE atlas_site_timerrun RENAME TO kept_away")
    out = io.StringIO()
    call_command("verify_history", stdout=out)
    assert out.getvalue().startswith("The history is whole: 0 revisions")
    assert caplog.messages == ["The run of verify_history could not be noted in the database."]


def test_every_command_of_a_timer_notes_its_runs():
    from django.core.management import get_commands, load_command_class

    known = get_commands()
    assert {name for name in NOTED if name not in known} == set()
    assert {n for n in NOTED if not isinstance(load_command_class(known[n], n), timed.TimedCommand)} == set()


@pytest.mark.postgres
def test_role_of_the_export_may_note_its_run_and_read_none(settings):
    with connection.cursor() as cursor:
        cursor.execute((settings.BASE_DIR / "deploy" / "dump_role.sql").read_text().replace("%", "%%"))
        cursor.execute("SET LOCAL ROLE atlas_dump")
    at = timezone.now()
    assert timers.note(name="export_atlas", started_at=at, ended_at=at, ok=True, said="")
    with connection.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("SELECT said FROM atlas_site_timerrun")


def test_command_is_overdue_when_its_last_good_run_is_too_old():
    ran("backup", before=timedelta(hours=26))
    ran("backup", ok=False)
    ran("sync")
    states = timers.states(timezone.now())
    overdue = {name for name, state in states.items() if state.is_overdue}
    assert overdue == {"alarm", "backup", "publish_due", "send_notices"}  # the others had no two days yet
    assert states["backup"].last.ok is False
    assert states["backup"].good_at < states["backup"].last.ended_at


def test_old_runs_go_but_never_the_newest_nor_the_newest_good_one():
    for days in (50, 40, 35):
        ran("backup", before=timedelta(days=days), ok=days != 35)
    ran("sync", before=timedelta(days=29))
    ran("sync")
    assert timers.forget(at=timezone.now()) == 1
    kept = sorted((run.name, (timezone.now() - run.ended_at).days) for run in TimerRun.objects.all())
    assert kept == [("backup", 35), ("backup", 40), ("sync", 0), ("sync", 29)]


def test_status_is_content_when_every_timer_went_well():
    for name in timers.DUE:
        ran(name, before=timedelta(minutes=5))
    code, lines = status()
    told = [f"  {DOES[name]} ({name}): went well 5 minutes ago." for name in timers.DUE]
    assert (code, lines) == (0, ["  No contribution waits.", *told])


def test_status_ends_with_1_and_marks_what_is_overdue():
    ran("purge", before=timedelta(days=3))
    for name in timers.DUE:
        if name not in {"purge", "remind", "export_atlas"}:
            ran(name)
    ran("sync", ok=False)
    received(at=timezone.now() - timedelta(days=15))
    code, lines = status()
    assert lines[-1] == "  Writing a release of the data (export_atlas): has not run yet. Its hour is still to come."
    assert (code, [line for line in lines if line.startswith("!")]) == (
        1,
        [
            "! Contributions that wait: 1, the oldest for 15 days.",
            f"! {named('sync')}: did not do all its work 1 minute ago, last went well 1 minute ago. Its log says why.",
            f"! {named('purge')}: went well 3 days ago. It should have run since. Its timer seems to be off.",
            "! Reminding staff of messages that wait (remind): has never run. Its timer seems to be off.",
        ],
    )


def test_nothing_is_overdue_on_the_first_day_and_all_where_no_timer_ever_ran():
    assert status() == (1, ["  No contribution waits.", f"! {NONE_YET}"])
    ran("publish_due")
    ran("send_notices")
    code, lines = status()
    assert (code, [line for line in lines if line.startswith("!")], len(lines)) == (0, [], 1 + len(timers.DUE))


def test_trial_on_one_machine_alarms_nobody_about_timers(settings):
    settings.LOCAL = True
    assert status() == (0, ["  No contribution waits.", f"  {TRIAL}"])
    ran("backup", before=timedelta(days=9))
    told = "  Writing a backup (backup): went well 9 days ago."
    assert status() == (0, ["  No contribution waits.", f"  {TRIAL}", told])
    ran("sync", ok=False)
    code, lines = status()
    assert (code, len(lines), [line[:1] for line in lines]) == (1, 4, [" ", " ", "!", " "])


def test_status_tells_of_mail_that_does_not_leave():
    now = timezone.now()
    for name in timers.DUE:
        ran(name)
    for tries, hours in ((0, 9), (1, 0.5), (1, 3), (2, 5)):  # not tried yet, not late yet, late, late
        Notice.objects.create(
            what="answer", contribution=received(), owed_at=now - timedelta(hours=hours), due_at=now, tries=tries
        )
    assert status()[1][1] == "! Mails that could not be sent yet: 2, the oldest owed 5 hours ago."
    Notice.objects.filter(tries=2).update(given_up_at=now)
    code, lines = status()
    assert (code, lines[1:3]) == (
        1,
        [
            "! Mails that could not be sent yet: 1, the oldest owed 3 hours ago.",
            "! Mails that were given up in the last days: 1.",
        ],
    )


def test_status_says_when_the_atlas_is_not_ready():
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="atlas_site").delete()
    err = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("status", stderr=err)
    assert err.getvalue() == "The atlas is not ready: migrations.\n"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-3, "0 minutes ago"),
        (1, "1 minute ago"),
        (60, "1 hour ago"),
        (47 * 60, "47 hours ago"),
        (48 * 60, "2 days ago"),
    ],
)
def test_age_is_told_in_one_unit(minutes, words):
    assert standing.ago(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(("role", "sees"), [("lead", True), ("moderator", False), ("editor", False), ("triage", False)])
def test_leads_alone_see_how_the_atlas_stands(role, sees):
    ran("backup", said="kept words")
    page = sign_in(Client(), make_user(role)).get("/admin/").content.decode()
    lines = re.findall(r"<li>(?:<strong>To do\.</strong> )?([\w ]+ \(\w+\): (?:went|has)[^<]*)</li>", page)
    assert ("Writing a backup (backup): went well 1 minute ago." in lines, len(lines)) == (
        sees,
        len(timers.DUE) if sees else 0,
    )


@pytest.mark.parametrize("local", [True, False])
def test_first_page_says_where_timers_are_turned_on_if_there_are_any(settings, local):
    settings.LOCAL = local
    page = sign_in(Client(), make_user("lead")).get("/admin/").content.decode()
    assert page.count("<code>docs/operations.md</code>") == (0 if local else 1)


def test_every_duty_of_a_timer_is_said_in_plain_words():
    assert set(DOES) == set(timers.DUE)
