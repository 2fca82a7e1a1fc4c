"""Who signed in and who could not stands in the log, by number; whoever owns an account hears of what changes it."""

import io
import logging
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from atlas_site import account_events, second_factor
from atlas_site.models import AccountMail, StaffApp
from contributions import outbox
from tests.security.settings import effective_level
from tests.signing_in import sign_in
from tests.studies.factories import make_user
from tests.test_sign_in import GIVE, PASSWORD, SET_UP, code_of, enrol, log_in, wrong_for

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("slowly")]


@pytest.fixture(autouse=True)
def fast_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def zoe():
    user = make_user("moderator", username="ada")
    user.set_password(PASSWORD)
    user.email = "ada@example.org"
    user.save()
    return user


@pytest.fixture
def lines(caplog):
    """The lines so far."""
    caplog.set_level(logging.INFO, logger=account_events.logger.name)
    return lambda: [record.getMessage() for record in caplog.records if record.name == account_events.logger.name]


@pytest.fixture
def told():
    """Run this, which sends nothing itself; what the mails say that are owed then, and to whom."""

    def run(act) -> list[tuple[str, list[str]]]:
        mail.outbox.clear()
        act()
        assert mail.outbox == []
        assert outbox.send_due(at=timezone.now()).failed == 0
        return [(sent.body.splitlines()[2], sent.to) for sent in mail.outbox]

    return run


def test_log_tells_every_half_of_signing_in_by_number_alone(client, zoe, lines):
    log_in(client, password="x")
    log_in(client, "nobody-here", "x")
    log_in(client)
    enrol(client, zoe)
    again = with_password()
    again.post(GIVE, {"code": wrong_for(StaffApp.objects.get())})
    expected = [
        f"Account {zoe.pk}: the password was wrong.",
        "Account unknown: the password was wrong.",
        f"Account {zoe.pk}: the password was right.",
        f"Account {zoe.pk}: a second factor was set up.",
        f"Account {zoe.pk}: the password was right.",
        f"Account {zoe.pk}: the second factor was wrong.",
    ]
    assert lines() == expected


def with_password():
    """Another browser in which the password was given."""
    client = Client()
    log_in(client)
    return client


def test_log_tells_of_tries_that_come_too_soon(client, zoe, lines):
    for _ in range(5):
        log_in(client, password="x")
    assert lines()[-1] == f"Account {zoe.pk}: a try to sign in came too soon."


def test_lines_are_written_at_the_usual_level_of_the_log():
    assert effective_level(account_events.logger.name) == "INFO"


def test_log_tells_of_refused_staff_and_of_nothing_that_was_typed(client, zoe, caplog):
    sign_in(client, zoe)
    client.get("/admin/auth/user/?q=typed-by-ada")
    lines = [record.getMessage() for record in caplog.records if record.name == "django.request"]
    assert lines == ["Forbidden (Permission denied): /admin/auth/user/"]


def test_nothing_typed_begins_a_line_of_its_own_in_the_log(client):
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    logging.getLogger().addHandler(handler)
    try:
        client.get("/none%0aACCOUNT%201:%20the%20password%20was%20right%0d%1b[31m/")
        log_in(client, "x\nAccount 1: the password was right.", "x")
    finally:
        logging.getLogger().removeHandler(handler)
    lines = heard.getvalue().splitlines()
    assert [line for line in lines if line.startswith(("ACCOUNT", "Account 1"))] == []
    assert [line for line in lines if not line.isprintable()] == []


def test_owner_hears_of_a_new_device_of_new_codes_and_of_a_used_code(client, zoe, told):
    log_in(client)
    pages = []
    assert told(lambda: pages.append(enrol(client, zoe))) == [
        ("A phone was set up as the second factor of your account.", ["ada@example.org"])
    ]
    late = with_password()
    code = pages[0].context["codes"][0]
    assert told(lambda: late.post(GIVE, {"recovery": code})) == [
        ("One of your recovery codes was used to sign in.", ["ada@example.org"])
    ]
    assert told(lambda: client.post("/admin/second-factor/codes/")) == [
        ("New recovery codes were made for your account.", ["ada@example.org"])
    ]


def test_owner_hears_of_a_new_password_but_not_of_a_try(client, zoe, told):
    sign_in(client, zoe)
    fresh = {"new_password1": "grey stones by the sea", "new_password2": "grey stones by the sea"}
    assert told(lambda: client.post("/admin/password_change/", {"old_password": "x"} | fresh)) == []
    assert told(lambda: client.post("/admin/password_change/", {"old_password": PASSWORD} | fresh)) == [
        ("The password of your account was changed.", ["ada@example.org"])
    ]


def test_owner_hears_of_a_new_mail_address_at_the_old_one(client, zoe, told):
    sign_in(client, zoe)
    assert told(lambda: client.post("/admin/my-settings/", {"email": "ada@example.org", "own_papers": ""})) == []
    assert told(lambda: client.post("/admin/my-settings/", {"email": "other@example.org", "own_papers": ""})) == [
        ("The mail address of your account was changed.", ["ada@example.org"])
    ]


def test_owner_hears_when_somebody_else_sets_a_password(client, zoe, told, django_user_model):
    sign_in(client, django_user_model.objects.create_superuser("root"))
    fresh = {"password1": "grey stones by the sea", "password2": "grey stones by the sea", "usable_password": "true"}
    act = f"/admin/auth/user/{zoe.pk}/password/"
    assert told(lambda: client.post(act, fresh)) == [("The password of your account was changed.", ["ada@example.org"])]


def test_owner_hears_of_a_reset_by_a_lead_and_by_the_command(client, zoe, told):
    gone = "The second factor of your account was taken away. The next sign-in sets up another."
    StaffApp.objects.create(user=zoe, name="app", confirmed=True)
    sign_in(client, make_user("lead"))
    assert told(lambda: client.post(f"/admin/auth/user/{zoe.pk}/reset-second-factor/")) == [(gone, ["ada@example.org"])]
    assert told(lambda: call_command("reset_second_factor", "ada")) == [(gone, ["ada@example.org"])]


def test_nobody_without_an_address_is_written_to(client, zoe, told):
    zoe.email = ""
    zoe.save()
    log_in(client)
    assert told(lambda: enrol(client, zoe)) == []
    assert (second_factor.has_device(zoe), AccountMail.objects.count()) == (True, 0)


def test_change_that_is_not_made_is_not_told(client, zoe, told, monkeypatch):
    """Both stand in one transaction."""
    sign_in(client, zoe)
    client.raise_request_exception = False
    monkeypatch.setattr("contributions.admin.my_settings.record", record_and_fail)
    values = {"email": "other@example.org", "own_papers": ""}
    assert told(lambda: client.post("/admin/my-settings/", values)) == []
    zoe.refresh_from_db()
    assert zoe.email == "ada@example.org"


def record_and_fail(event, user):
    account_events.record(event, user)
    raise ZeroDivisionError


def test_mail_says_when_it_happened_and_goes_with_its_account(client, zoe, told):
    at = datetime(2026, 3, 1, 23, 5, tzinfo=UTC)
    told(lambda: account_events.record(account_events.Event.RESET, zoe))
    account_events.record(account_events.Event.RESET, zoe)
    AccountMail.objects.update(owed_at=at, due_at=at)
    outbox.send_due(at=timezone.now())
    assert mail.outbox[-1].body.splitlines()[3] == "This was on 01 March 2026 at 23:05 UTC."
    account_events.record(account_events.Event.RESET, zoe)
    zoe.delete()
    assert AccountMail.objects.count() == 0


def test_mail_says_nothing_that_helps_to_sign_in(client, zoe, told):
    log_in(client)
    pages = []
    told(lambda: pages.append(enrol(client, zoe)))
    body = mail.outbox[0].body
    secrets = [*pages[0].context["codes"], StaffApp.objects.get().key, code_of(zoe), PASSWORD, "ada"]
    assert [secret for secret in secrets if secret in body] == []
    assert SET_UP not in body
