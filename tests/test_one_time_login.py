"""One-time logins: on one's own machine only, once, for a day, and never for an account with a password."""

import threading
import time
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from atlas_site import one_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def local(settings):
    settings.LOCAL = True


def make_link(name: str = "lead", role: str = "lead") -> str:
    """Path of the link the command prints."""
    out = StringIO()
    call_command("one_time_login", name, "--role", role, stdout=out)
    return "/" + out.getvalue().strip().split("/", 3)[3]


def test_command_refuses_where_not_local():
    with pytest.raises(CommandError, match="One-time logins need ATLAS_LOCAL=1"):
        make_link()
    assert get_user_model().objects.count() == 0


def test_link_does_nothing_where_not_local(client, local, settings):
    link = make_link()
    settings.LOCAL = False
    assert [client.get(link).status_code, client.post(link).status_code] == [404, 404]


def test_link_signs_in_with_the_roles_given(client, local):
    link = make_link("ada", "moderator")
    answer = client.post(link)
    ada = get_user_model().objects.get()
    assert (answer.status_code, answer.url) == (302, "/admin/")
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert (ada.username, ada.is_staff, ada.is_superuser, [group.name for group in ada.groups.all()]) == (
        "ada",
        True,
        False,
        ["moderator"],
    )


def test_looking_at_a_link_does_not_use_it_up(client, local):
    link = make_link()
    assert [client.get(link).status_code, client.head(link).status_code, client.post(link).status_code] == [
        200,
        200,
        302,
    ]


def test_link_works_once(client, local):
    link = make_link()
    client.post(link)
    assert [client.post(link).status_code, client.get(link).status_code] == [410, 410]


def test_newer_link_ends_the_one_before(client, local):
    first, second = make_link(), make_link()
    assert [client.post(first).status_code, client.post(second).status_code] == [410, 302]


def test_link_ends_after_a_day(client, local, monkeypatch):
    link = make_link()
    later = time.time() + one_time.LIFETIME
    monkeypatch.setattr("atlas_site.one_time.time.time", lambda: later)
    assert client.post(link).status_code == 410


def test_token_is_not_stored_and_opens_nothing_as_a_password(client, local):
    token = make_link().rstrip("/").rsplit("/", 1)[1]
    lead = get_user_model().objects.get()
    assert token not in lead.password
    assert lead.has_usable_password() is False
    assert client.login(username="lead", password=token) is False


def test_account_with_a_password_gets_no_link(local):
    get_user_model().objects.create_user("lead", password="a password of her own")
    out = StringIO()
    call_command("one_time_login", "lead", "--role", "lead", stdout=out)
    assert out.getvalue().endswith("has a password; sign in at http://testserver/admin/\n")
    assert get_user_model().objects.get().check_password("a password of her own")


def test_unknown_role_is_named_with_the_known_ones(local):
    with pytest.raises(CommandError, match=r"^There is no role king\. Choose from: triage, moderator, editor, lead\.$"):
        make_link("lead", "king")
    assert get_user_model().objects.count() == 0


@pytest.mark.parametrize("token", ["x", "%00", "_%25", "a" * 3000])
def test_made_up_token_is_refused(client, local, token):
    make_link()
    assert client.post(f"/admin/once/{token}/").status_code == 410


@pytest.mark.usefixtures("committing")
def test_two_simultaneous_uses_have_one_winner(local):
    token = one_time.mint(username="lead", roles=["lead"])
    barrier, winners = threading.Barrier(8), []

    def use() -> None:
        barrier.wait()
        winners.append(one_time.redeem(token) is not None)
        connection.close()

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(winners) == [False] * 7 + [True]
