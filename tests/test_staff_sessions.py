"""Staff see when their sessions began and were used, end each of them, and a lead ends those of a lost device."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from atlas_site import staff_sessions
from atlas_site.models import StaffSession
from contributions import outbox, retention
from tests.signing_in import sign_in
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "quiet river under stones"
PAGE, LOGIN = "/admin/sessions/", "/admin/login/"


@pytest.fixture(autouse=True)
def fast_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def with_password(role: str, name: str):
    user = make_user(role, username=name)
    user.email = f"{name}@example.org"
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def ada():
    return with_password("moderator", "ada")


def is_open(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def ending(user) -> str:
    return reverse("admin:auth_user_end_sessions", args=[user.pk])


def listed(client: Client) -> list[str]:
    found = re.findall(r"<li>(Began on .*?)</li>", client.get(PAGE).content.decode())
    return [re.sub(r"<[^>]+>", "", text) for text in found]


def test_each_sees_their_own_sessions_and_which_one_it_is(client, ada):
    sign_in(client, ada)
    at = timezone.now().replace(microsecond=0)
    StaffSession.objects.create(user=ada, started_at=at - timedelta(hours=3), used_at=at - timedelta(hours=2))
    StaffSession.objects.create(user=ada, started_at=at - timedelta(hours=13), used_at=at)  # over by its age
    sign_in(Client(), make_user("lead"))
    lines = listed(client)
    assert [("the one you use now" in line) for line in lines] == [True, False]
    started, used = at - timedelta(hours=3), at - timedelta(hours=2)
    assert lines[1] == (f"Began on {started.day} {started:%B, %H:%M}, last used on {used.day} {used:%B, %H:%M}.")


def test_nothing_is_kept_but_times():
    assert {field.name for field in StaffSession._meta.get_fields()} == {"id", "user", "started_at", "used_at"}


def test_one_session_is_ended_and_the_others_stay(client, ada):
    first, second = sign_in(Client(), ada), sign_in(Client(), ada)
    sign_in(client, ada)
    chosen = first.session[staff_sessions.HELD]
    answer = client.post(PAGE, {"end": chosen, "password": PASSWORD}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Sessions that were ended: 1."]
    assert [is_open(each) for each in (first, second, client)] == [False, True, True]


def test_all_others_are_ended_at_once(client, ada):
    others = [sign_in(Client(), ada) for _ in range(3)]
    colleague = sign_in(Client(), make_user("editor"))
    sign_in(client, ada)
    client.post(PAGE, {"end": "others", "password": PASSWORD})
    assert [is_open(each) for each in (*others, client, colleague)] == [False, False, False, True, True]


@pytest.mark.parametrize("typed", [{}, {"password": ""}, {"password": "wrong"}])
def test_password_is_asked_for_again(client, ada, typed):
    other = sign_in(Client(), ada)
    sign_in(client, ada)
    page = client.post(PAGE, {"end": "others"} | typed)
    assert (page.status_code, list(page.context["form"].errors), is_open(other)) == (200, ["password"], True)


@pytest.mark.usefixtures("slowly")
def test_guessing_the_password_here_is_slowed_as_at_the_sign_in(client, ada):
    other = sign_in(Client(), ada)
    sign_in(client, ada)
    statuses = [client.post(PAGE, {"end": "others", "password": "wrong"}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    assert client.post(PAGE, {"end": "others", "password": PASSWORD}).status_code == 429
    assert is_open(other)


def test_session_of_somebody_else_cannot_be_ended_here(client, ada):
    colleague = sign_in(Client(), make_user("editor"))
    sign_in(Client(), ada)
    sign_in(client, ada)
    page = client.post(PAGE, {"end": colleague.session[staff_sessions.HELD], "password": PASSWORD})
    assert page.context["form"].errors["end"] == ["This session has ended already."]
    assert is_open(colleague)


def test_ended_session_asks_for_the_password_too(client, ada):
    """Not for the code alone, which the lost device shows."""
    lost = sign_in(Client(), ada)
    staff_sessions.end_all(ada)
    answer = lost.get("/admin/second-factor/")
    assert (answer.status_code, answer.url.partition("?")[0]) == (302, LOGIN)
    assert "_auth_user_id" not in lost.session


def test_logging_out_takes_the_session_off_the_list(client, ada):
    sign_in(client, ada)
    assert client.get("/admin/logout/").status_code == 405
    assert StaffSession.objects.count() == 1
    client.post("/admin/logout/")
    assert StaffSession.objects.count() == 0


def test_new_password_takes_the_others_off_the_list(client, ada):
    sign_in(Client(), ada)
    sign_in(client, ada)
    new = "grey stones by the sea"
    client.post("/admin/password_change/", {"old_password": PASSWORD, "new_password1": new, "new_password2": new})
    assert (len(listed(client)), StaffSession.objects.count()) == (1, 1)


@pytest.mark.usefixtures("slowly")
def test_use_is_noted_every_ten_minutes_at_most(client, ada):
    sign_in(client, ada)
    held = StaffSession.objects.get().used_at
    client.get("/admin/")
    assert StaffSession.objects.get().used_at == held
    StaffSession.objects.update(used_at=held - timedelta(minutes=11))
    client.get("/admin/")
    assert StaffSession.objects.get().used_at >= held


def test_page_of_staff_asks_for_its_session_once(client, ada):
    sign_in(client, ada)
    with CaptureQueriesContext(connection) as queries:
        assert is_open(client)
    about = [query["sql"].split()[0] for query in queries if "staffsession" in query["sql"]]
    assert about == ["SELECT"]


def test_lead_ends_all_sessions_of_a_lost_device_and_the_owner_is_told(client, ada):
    lost = [sign_in(Client(), ada), sign_in(Client(), ada)]
    sign_in(client, with_password("lead", "ida"))
    assert "Sessions of ada that may be open: 2." in client.get(ending(ada)).content.decode()
    assert [is_open(each) for each in lost] == [True, True]
    answer = client.post(ending(ada), {"password": PASSWORD}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["Sessions of ada that were ended: 2."]
    assert [is_open(each) for each in (*lost, client)] == [False, False, True]
    outbox.send_due(at=timezone.now())
    assert [message.to for message in mail.outbox] == [["ada@example.org"]]
    assert "A lead ended all open sessions of your account." in mail.outbox[0].body


def test_lead_needs_their_own_password_for_it(client, ada):
    lost = sign_in(Client(), ada)
    sign_in(client, with_password("lead", "ida"))
    assert client.post(ending(ada), {"password": "wrong"}).status_code == 200
    assert is_open(lost)


@pytest.mark.parametrize("role", ["triage", "moderator", "editor"])
def test_nobody_but_a_lead_ends_sessions_of_others(client, ada, role):
    lost = sign_in(Client(), ada)
    sign_in(client, with_password(role, "zoe"))
    assert [client.get(ending(ada)).status_code, client.post(ending(ada), {"password": PASSWORD}).status_code] == [
        403,
        403,
    ]
    assert is_open(lost)


def test_lead_ends_their_own_on_the_page_for_that(client):
    lead = with_password("lead", "ida")
    sign_in(client, lead)
    assert client.get(ending(lead)).status_code == 403
    account = client.get(reverse("admin:auth_user_change", args=[lead.pk])).content.decode()
    assert ending(lead) not in account


def test_way_to_the_pages_is_shown(client, ada):
    sign_in(client, make_user("lead"))
    assert ending(ada) in client.get(reverse("admin:auth_user_change", args=[ada.pk])).content.decode()
    assert f'href="{PAGE}"' in client.get("/admin/my-settings/").content.decode()


def test_account_of_a_trial_has_no_password_to_give(client, settings):
    from atlas_site import one_time

    settings.LOCAL = True
    for browser in (other := Client(), client):
        browser.post(f"/admin/once/{one_time.mint(username='guest', roles=['lead'])}/")
    assert is_open(client)
    StaffSession.objects.create(
        user_id=client.session["_auth_user_id"], started_at=timezone.now(), used_at=timezone.now()
    )
    client.post(PAGE, {"end": "others"})
    assert (is_open(client), is_open(other), StaffSession.objects.count()) == (True, False, 1)


def test_command_that_resets_a_second_factor_ends_the_sessions_too(ada, capsys):
    lost = sign_in(Client(), ada)
    call_command("reset_second_factor", "ada")
    assert (is_open(lost), StaffSession.objects.count()) == (False, 0)


def test_purge_forgets_sessions_that_are_over(ada, settings, tmp_path):
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    at = timezone.now()
    for hours in (1, 13):
        StaffSession.objects.create(user=ada, started_at=at - timedelta(hours=hours), used_at=at)
    retention.purge(at=at)
    assert [(at - row.started_at).seconds for row in StaffSession.objects.all()] == [3600]
