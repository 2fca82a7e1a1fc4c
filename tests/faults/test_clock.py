"""The clock of the machine jumps a year ahead and back: nothing is deleted or published for it, and all goes on afterwards."""

import io
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from atlas_site import rates, slowing
from atlas_site.models import TimerRun
from atlas_site.rates import Rate
from atlas_site.watching import clock, standing, timers
from contributions import intake, ledger, limits, messages
from contributions.models import Bucket, Contribution, DayKey
from studies import ordering, publishing, revisions, syncing
from studies.models import Revision, SourceQuery, SyncRun
from studies.verification import verify
from studies.vocabulary_desk import RunState, Source
from tests.contributions.factories import everything, in_state, send
from tests.contributions.pages import form_of, open_message, send_form, words_of
from tests.faults.jumping import DAY, YEAR, clock_off, ran_every_night
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def own_ledger(settings, tmp_path):
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"


@pytest.fixture
def bo() -> User:
    return make_user("moderator", username="bo")


def run(command, *words):
    """What it said; the sentence of a refusal."""
    said = io.StringIO()
    try:
        call_command(command, *words, stdout=said, stderr=said)
    except CommandError as refusal:
        return str(refusal)
    return said.getvalue()


# Deleting


def test_purge_deletes_nothing_after_a_jump_of_a_year(bo):
    in_state("declined", bo, at=timezone.now() - DAY)
    in_state("asked", bo, at=timezone.now() - DAY)
    ledger.append(Contribution.objects.first().uuid, at=timezone.now() - DAY)
    ran_every_night("purge")
    before, lines = everything(), list(ledger.lines())
    with clock_off(YEAR):
        said = run("purge")
    assert said.startswith("Nothing was done. By the clock of this machine purge ran last 365 days before.")
    assert (everything(), list(ledger.lines())) == (before, lines)
    noted = TimerRun.objects.latest("id")
    assert (noted.ok, noted.said) == (False, "The clock is in doubt. It stopped.")


def test_purge_goes_on_by_itself_when_the_clock_is_set(bo):
    old = in_state("declined", bo, at=timezone.now() - 91 * DAY)
    ran_every_night("purge")
    with clock_off(YEAR):
        run("purge")
    assert run("purge").startswith("Closed without reply: 0. Erased: 1.")
    old.refresh_from_db()
    assert old.state == "erased"


def test_machine_that_stood_still_is_believed_after_three_days_without_a_hand(bo):
    in_state("declined", bo, at=timezone.now() - DAY)
    ran_every_night("purge")
    said = []
    for night in range(4):
        with clock_off(100 * DAY + night * DAY + night * timedelta(seconds=1)):
            said.append(run("purge").partition(".")[0])
    assert said == ["Nothing was done"] * 3 + ["Closed without reply: 0"]
    assert Contribution.objects.get().state == "erased"


def test_whoever_trusts_the_clock_can_say_so(bo):
    in_state("declined", bo, at=timezone.now() - DAY)
    ran_every_night("purge")
    with clock_off(100 * DAY):
        assert run("purge", "--trust-clock").startswith("Closed without reply: 0. Erased: 1.")


def test_first_run_and_a_week_without_any_are_no_jump():
    assert clock.doubt("purge", timezone.now()) == ""
    ran_every_night("purge")
    assert clock.doubt("purge", timezone.now() + 7 * DAY) == ""
    assert clock.doubt("purge", timezone.now() - YEAR) == ""
    assert clock.doubt("purge", timezone.now() + 12 * DAY) != ""


# Publishing


def test_nothing_is_published_early_after_a_jump(bo):
    study = make_study(**(TEXTS | CODED))
    digest = publishing.submit(study=study, by=make_user("editor", username="ann"))
    at = timezone.now() + 30 * DAY
    ordering.order(study=study, digest=digest, publish_at=at, note="As agreed.", by=bo)
    ran_every_night("publish_due")
    with clock_off(YEAR):
        assert run("publish_due").startswith("Nothing was done. By the clock of this machine publish_due ran last")
    assert Revision.objects.count() == 0
    assert run("publish_due") == "0 published, 0 could not be.\n"


class Ahead(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + YEAR


def test_history_that_was_written_by_a_wrong_clock_is_whole(bo, monkeypatch):
    def published(title):
        study = make_study(**(TEXTS | CODED | {"title": title}))
        digest = publishing.submit(study=study, by=make_user("editor"))
        return publishing.publish(study=study, digest=digest, by=bo)

    first = published("The first")
    monkeypatch.setattr(revisions, "datetime", Ahead)
    second = published("The second")
    monkeypatch.undo()
    third = published("The third")
    assert first.made_at <= third.made_at < second.made_at
    assert verify() == []


# Contributors


def test_receipts_open_and_texts_arrive_whatever_the_clock_says(client):
    receipt = send(at=timezone.now())
    form = form_of(client.get("/contribute/?kind=other"))
    with clock_off(YEAR):
        assert intake.find(receipt.words) == receipt.contribution
        words = words_of(send_form(client, form, text="Sent when the clock was ahead."))
        again = form_of(client.get("/contribute/?kind=other"))
    later = words_of(send_form(client, again, text="Sent when the clock was set."))
    texts = [messages.read(intake.find(each))[0].content["text"] for each in (words, later)]
    assert texts == ["Sent when the clock was ahead.", "Sent when the clock was set."]
    with clock_off(-YEAR):
        assert open_message(Client(), words).status_code == 200


@pytest.mark.usefixtures("slowly")
def test_key_of_the_day_changes_every_day_again(rf):
    request = rf.post("/")
    with clock_off(YEAR):
        limits.count(limits=limits.SENDING, request=request, at=timezone.now())
        ahead = bytes(DayKey.objects.get().key)
    limits.count(limits=limits.SENDING, request=request, at=timezone.now())
    row = DayKey.objects.get()
    assert (row.day, bytes(row.key) == ahead) == (timezone.now().date(), False)
    number = len(limits.SENDING)
    assert (Bucket.objects.count(), limits.forget(at=timezone.now())) == (2 * number, number)


def test_midnight_is_no_jump():
    today = timezone.now()
    limits.day_key(today + DAY)
    key = bytes(DayKey.objects.get().key)
    assert limits.day_key(today) == key


def test_sending_is_limited_as_before_when_the_clock_is_set(rf):
    with clock_off(YEAR):
        for _ in range(limits.SENDING[0].count):
            limits.count(limits=limits.SENDING, request=rf.post("/"), at=timezone.now())
    limits.count(limits=limits.SENDING, request=rf.post("/"), at=timezone.now())


# Staff


def test_wrong_password_by_a_wrong_clock_keeps_nobody_out(rf):
    with clock_off(HOUR):
        for _ in range(30):
            slowing.failed("ada", request=rf.post("/"), at=timezone.now())
        assert slowing.seconds_to_wait("ada", request=rf.post("/"), at=timezone.now()) > 0
    assert slowing.seconds_to_wait("ada", request=rf.post("/"), at=timezone.now()) == 0


def test_staff_sign_in_again_after_a_jump_and_stay_signed_in_after_a_step_back(client):
    sign_in(client, make_user("moderator"))
    assert client.get("/admin/").status_code == 200
    with clock_off(-YEAR):
        assert client.get("/admin/").status_code == 200
    with clock_off(YEAR):
        assert client.get("/admin/").status_code == 302


def test_runs_of_a_clock_that_was_ahead_hide_nothing_from_those_who_watch():
    with clock_off(YEAR):
        at = timezone.now()
        for name in timers.DUE:
            timers.note(name=name, started_at=at, ended_at=at, ok=True, said="")
    now = timezone.now()
    assert {name for name, state in timers.states(now).items() if not state.is_overdue} == set()
    assert (
        standing.lines(now)[0].text
        == "The clock of this machine is behind what the database holds, or was ahead before."
    )
    for name in timers.DUE:
        timers.note(name=name, started_at=now, ended_at=now, ok=True, said="")
    timers.forget(at=now)
    assert clock.is_behind(now) is False
    assert {name for name, state in timers.states(now).items() if state.is_overdue} == set()


# Programs


@pytest.mark.usefixtures("slowly")
def test_requests_are_counted_anew_and_nobody_is_locked_out(rf):
    rate = Rate("test-of-a-jump", 2, 60)
    with clock_off(YEAR):
        found = [rates.count(rate, rf.get("/"), timezone.now()).exceeded for _ in range(3)]
    assert found == [False, False, True]
    assert rates.count(rate, rf.get("/"), timezone.now()).used == 1


def test_sync_asks_again_for_the_days_that_a_wrong_clock_skipped():
    query = SourceQuery.objects.get(source="pubmed", is_active=True)
    now = timezone.now()
    good, ahead = now - 2 * DAY, now + YEAR
    for at in (good, ahead):
        SyncRun.objects.create(
            query=query, since=query.since, until=at.date(), started_at=at, touched_at=at, state=RunState.DONE
        )
    since, until, _ = syncing._span(query, now)
    assert (since, until) == ((good - syncing.OVERLAP).date(), now.date())


def test_run_that_died_under_a_wrong_clock_blocks_no_other():
    query, ahead = SourceQuery.objects.get(source="pubmed", is_active=True), timezone.now() + YEAR
    dead = SyncRun.objects.create(
        query=query, since=query.since, until=ahead.date(), started_at=ahead, touched_at=ahead, state=RunState.RUNNING
    )
    syncing.begin(source=Source.PUBMED, at=timezone.now())
    dead.refresh_from_db()
    assert dead.state == RunState.FAILED
