"""Sessions: a new name at each step, an end, cookies that scripts and other sites do not get, no second way in."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import Settings
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from atlas_site import second_factor
from tests.contributions.factories import send
from tests.signing_in import sign_in
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "quiet river under stones"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def fast_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def is_open(client) -> bool:
    return client.get("/admin/").status_code == 200


def flags(cookie) -> dict[str, object]:
    return {name: cookie[name] for name in ("httponly", "samesite", "path", "domain", "max-age", "expires")}


def with_session(key: str) -> Client:
    client = Client()
    client.cookies[configured.SESSION_COOKIE_NAME] = key
    return client


def later(monkeypatch, seconds: int) -> None:
    now = second_factor.time.time()
    monkeypatch.setattr("atlas_site.second_factor.time.time", lambda: now + seconds)


# --- A session that somebody else chose ------------------------------------------------------------------------------------


def test_session_that_a_stranger_planted_is_not_taken_over_by_a_contributor(client):
    store = import_module(configured.SESSION_ENGINE).SessionStore()
    store["planted"] = True
    store.save()
    receipt = send()
    victim = with_session(store.session_key)
    victim.post("/my-contribution/", {"words": receipt.words})
    assert victim.session.session_key != store.session_key
    assert ("planted" in victim.session, Session.objects.filter(pk=store.session_key).exists()) == (False, False)
    page = with_session(store.session_key).get("/my-contribution/")
    assert receipt.contribution.alias not in page.content.decode()


@pytest.mark.parametrize("key", ["x" * 32, "a" * 500, "../../etc/passwd", "%00", "é"])
def test_made_up_session_opens_nothing_and_is_not_kept(key):
    client = with_session(key)
    assert client.get("/admin/").headers["Location"].startswith(LOGIN)
    assert client.get("/my-contribution/").status_code == 200
    assert Session.objects.count() == 0


def test_member_of_staff_who_opens_a_message_is_signed_out(client):
    sign_in(client, make_user("lead"))
    client.post("/my-contribution/", {"words": send().words})
    assert (is_open(client), "_auth_user_id" in client.session) == (False, False)


# --- Its end ---------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("slowly")
def test_staff_session_ends_after_twelve_hours_however_busy_it_is(client, monkeypatch):
    sign_in(client, make_user("moderator"))
    later(monkeypatch, configured.SESSION_COOKIE_AGE - 60)
    assert is_open(client)
    later(monkeypatch, 120)
    assert client.get("/admin/").headers["Location"] == f"{LOGIN}?next=/admin/"
    page = client.get(LOGIN)
    assert (page.status_code, "_auth_user_id" in client.session) == (200, False)
    assert Session.objects.count() == 0


def test_session_without_a_beginning_counts_as_over(client):
    """One of before the rule, or one whose beginning was taken away."""
    sign_in(client, make_user("moderator"))
    session = client.session
    del session[second_factor.SINCE]
    session.save()
    assert not is_open(client)


def test_session_is_over_on_the_server_too(client):
    sign_in(client, make_user("moderator"))
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_open(client)


def test_signing_out_ends_the_session_on_the_server(client):
    sign_in(client, make_user("moderator"))
    key = client.session.session_key
    assert client.get("/admin/logout/").status_code == 405
    assert is_open(client)
    client.post("/admin/logout/")
    assert (is_open(with_session(key)), Session.objects.filter(pk=key).exists()) == (False, False)


def test_new_password_ends_all_other_sessions_and_asks_for_the_old_one(client):
    ada = make_user("moderator")
    ada.set_password(PASSWORD)
    ada.save()
    other = sign_in(Client(), ada)
    sign_in(client, ada)
    fresh = {"new_password1": "grey stones by the sea", "new_password2": "grey stones by the sea"}
    assert client.post("/admin/password_change/", {"old_password": "wrong"} | fresh).status_code == 200
    assert is_open(other)
    before = client.session.session_key
    assert client.post("/admin/password_change/", {"old_password": PASSWORD} | fresh).status_code == 302
    assert (is_open(client), is_open(other), client.session.session_key != before) == (True, False, True)


def test_account_that_is_switched_off_or_loses_its_rights_is_out_at_once(client):
    ada = make_user("moderator")
    sign_in(client, ada)
    ada.groups.clear()
    assert client.get("/admin/contributions/contribution/").status_code == 403
    ada.is_staff = False
    ada.save()
    assert not is_open(client)
    ada.is_staff, ada.is_active = True, False
    ada.save()
    assert not is_open(client)


# --- Cookies ---------------------------------------------------------------------------------------------------------------


def test_cookies_of_staff_go_with_the_browser_and_no_script_reads_them(client):
    ada = make_user("moderator")
    ada.set_password(PASSWORD)
    ada.save()
    client.post(LOGIN, {"username": ada.username, "password": PASSWORD})
    shut = {"httponly": True, "samesite": "Lax", "path": "/", "domain": "", "max-age": "", "expires": ""}
    assert {name: flags(cookie) for name, cookie in client.cookies.items()} == {"sessionid": shut, "csrftoken": shut}


def test_cookie_of_a_contributor_ends_after_half_an_hour(client):
    client.post("/my-contribution/", {"words": send().words})
    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (1800, True, "Lax")


def test_reading_sets_no_cookie(client):
    for address in ("/", "/evidence/", "/api/v1/studies", "/feeds/", "/about/", "/policies/privacy/"):
        assert (address, list(client.get(address).cookies)) == (address, [])


def test_session_is_never_part_of_an_address(client):
    ada = make_user("lead")
    sign_in(client, ada)
    key = client.session.session_key
    assert not is_open(Client(QUERY_STRING=f"sessionid={key}"))
    assert key not in client.get("/admin/").content.decode()


# --- No other way in --------------------------------------------------------------------------------------------------------


def test_there_is_no_reset_of_passwords_by_mail_and_no_registration():
    """A forgotten password is set anew by whoever runs the server; an address in a mailbox opens nothing."""
    for name in ("password_reset", "admin_password_reset", "password_reset_confirm", "register", "signup"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    assert [name for name in get_resolver("atlas_site.urls").reverse_dict if "reset" in str(name)] == []


def test_no_account_exists_that_nobody_made(django_user_model):
    assert django_user_model.objects.count() == 0


@pytest.mark.parametrize(
    ("password", "accepted"),
    [
        ("elevenchars", False),
        ("twelve chars", True),
        ("p" * 129, False),
        ("many words make a good password " * 4, True),
        ("administrator", False),
        ("ünïcödé 🐢 ist erlaubt", True),
        ("all small letters and nothing else", True),
    ],
)
def test_passwords_are_judged_by_length_and_not_by_kinds_of_signs(password, accepted):
    try:
        validate_password(password, make_user("editor", username="zoe"))
    except ValidationError:
        assert not accepted
    else:
        assert accepted


def test_passwords_are_stored_by_scrypt_with_a_salt_of_their_own():
    with override_settings(PASSWORD_HASHERS=Settings("atlas_site.settings").PASSWORD_HASHERS):
        one, other = make_password(PASSWORD), make_password(PASSWORD)
    assert (one.split("$")[0], one == other, len(one.split("$")[2]) >= 22) == ("scrypt_keyed", False, True)
