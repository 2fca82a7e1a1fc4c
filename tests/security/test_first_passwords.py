"""A password that somebody else chose: it opens one page alone, where one chooses another, and it ends by itself."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from atlas_site import passwords
from atlas_site.models import GivenPassword
from atlas_site.sign_in import TOO_OLD
from contributions.staff import add_staff
from tests.signing_in import sign_in
from tests.test_sign_in import PASSWORD, enrol, errors, log_in, opens

pytestmark = pytest.mark.django_db
CHANGE, OWN = "/admin/password_change/", "grey stones by the sea"


@pytest.fixture(autouse=True)
def fast_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ann():
    return add_staff(username="ann", email="", role="moderator", password=PASSWORD)


def choose(client, word, old=PASSWORD):
    return client.post(CHANGE, {"old_password": old, "new_password1": word, "new_password2": word})


def test_first_sign_in_ends_at_the_page_for_a_password_of_ones_own(client, ann):
    log_in(client, "ann")
    enrol(client, ann)
    for address in ("/admin/", "/admin/contributions/contribution/", "/admin/my-settings/", "/admin/auth/user/"):
        assert client.get(address).url == CHANGE
        assert client.post(address, {"own_papers": "10.1000/x"}).url == CHANGE
    assert client.get(CHANGE).context["is_given"] is True
    assert choose(client, OWN).status_code == 302
    assert (opens(client), GivenPassword.objects.count()) == (True, 0)
    assert client.get(CHANGE).context["is_given"] is False


def test_given_password_is_not_chosen_again(client, ann):
    sign_in(client, ann)
    assert errors(choose(client, PASSWORD)) == ["Choose another than the one that you were given."]
    assert (client.get("/admin/").status_code, GivenPassword.objects.count()) == (302, 1)


def test_account_made_in_the_admin_and_one_whose_password_was_set_there_choose_their_own(client):
    root = User.objects.create_superuser("root", password=PASSWORD)
    sign_in(client, root)
    words = {"username": "bea", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/admin/auth/user/add/", words).status_code == 302
    bea = User.objects.get(username="bea")
    assert passwords.is_given(bea)
    passwords.mark_as_own(bea)
    fresh = {"usable_password": "true", "password1": OWN, "password2": OWN}
    assert client.post(f"/admin/auth/user/{bea.pk}/password/", fresh).status_code == 302
    assert passwords.is_given(bea)
    client.post(f"/admin/auth/user/{root.pk}/password/", fresh)
    assert not passwords.is_given(root)


def test_change_of_other_things_does_not_ask_for_a_new_password(client):
    sign_in(client, User.objects.create_superuser("root"))
    bea = User.objects.create_user("bea", password=PASSWORD)
    joined = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    answer = client.post(f"/admin/auth/user/{bea.pk}/change/", {"username": "bea", "email": "b@example.org"} | joined)
    assert (answer.status_code, User.objects.get(pk=bea.pk).email) == (302, "b@example.org")
    assert GivenPassword.objects.count() == 0


@pytest.mark.usefixtures("slowly")
def test_first_password_ends_after_fourteen_days(client, ann):
    GivenPassword.objects.update(given_at=timezone.now() - GivenPassword.LASTS + timedelta(hours=1))
    assert log_in(client, "ann").status_code == 302
    GivenPassword.objects.update(given_at=timezone.now() - GivenPassword.LASTS)
    late = Client()
    assert errors(log_in(late, "ann")) == [TOO_OLD]
    assert "_auth_user_id" not in late.session
    assert errors(log_in(late, "ann", "wrong")) != [TOO_OLD]


@pytest.mark.usefixtures("slowly")
def test_password_that_ended_is_replaced_on_the_server(client, ann, monkeypatch):
    """By the one way there is for whoever has no superuser; it is a given one again."""
    GivenPassword.objects.update(given_at=timezone.now() - GivenPassword.LASTS)
    monkeypatch.setattr("getpass.getpass", lambda prompt: OWN)
    call_command("changepassword", "ann", stdout=StringIO())
    assert log_in(client, "ann", OWN).status_code == 302
    assert passwords.is_given(ann)


def test_drawn_password_passes_the_rules_and_is_never_the_same():
    drawn = {passwords.draw() for _ in range(50)}
    assert len(drawn) == 50
    assert {(len(word), word.count("-"), set(word) <= {*passwords.LETTERS, "-"}) for word in drawn} == {(23, 3, True)}
