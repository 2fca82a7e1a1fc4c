"""Signing in as staff: password, then second factor, before anything of the admin opens."""

import re
import time
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken

from atlas_site import second_factor, slowing
from atlas_site.models import StaffApp
from contributions.models import Bucket
from tests.signing_in import sign_in
from tests.studies.factories import make_user
from tests.studies.filling import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("slowly")]
PASSWORD = "quiet river under stones"
LOGIN, GIVE, SET_UP = "/admin/login/", "/admin/second-factor/", "/admin/second-factor/set-up/"


@pytest.fixture(autouse=True)
def fast_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada():
    user = make_user("moderator", username="ada")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, name="ada", password=PASSWORD, **extra):
    return client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"}, **extra)


def shown_by(device, ahead=0):
    """What the app of this device shows; `ahead` steps of 30 seconds from now, as a code is good only once."""
    app = TOTP(device.bin_key, drift=ahead)
    app.time = time.time()
    return f"{app.token():06}"


def code_of(user, ahead=0):
    return shown_by(StaffApp.objects.get(user=user), ahead)


def wrong_for(device):
    """A code that no app of this device shows around now."""
    near = {shown_by(device, ahead) for ahead in range(-2, 3)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


def enrol(client, user):
    """Set up an app as the page asks for it; the page with the recovery codes."""
    page = client.get(SET_UP)
    values = {name: value[0] for name, value in form_of(page, holding="key").items()}
    return client.post(SET_UP, values | {"code": shown_by(second_factor.sealed_device(user, values["key"]))})


def opens(client):
    return client.get("/admin/").status_code == 200


def errors(page):
    return [error for found in page.context["form"].errors.values() for error in found]


# --- Nothing is open before ------------------------------------------------------------------------------------------


def every_address(patterns=None, prefix=""):
    """Every address of the admin, with the number 1 wherever one is asked for."""
    for pattern in admin.site.get_urls() if patterns is None else patterns:
        text = str(pattern.pattern).replace("\\Z", "").replace("^", "").replace("$", "")
        while "<" in text:
            text = text[: text.index("<")] + "1" + text[text.index(">") + 1 :]
        if isinstance(pattern, URLResolver):
            yield from every_address(pattern.url_patterns, prefix + text)
        elif isinstance(pattern, URLPattern):
            yield pattern.name, f"/admin/{prefix}{text}".replace("(?P1.*)", "1").replace("(?P1auth|studies)", "auth")


OPEN = {"login", "logout", "second_factor", "second_factor_set_up"}


def test_no_page_of_the_admin_opens_by_password_alone(client, ada):
    log_in(client)
    reached = {name: address for name, address in every_address() if name not in OPEN}
    assert len(reached) > 60
    for name, address in reached.items():
        for answer in (client.get(address), client.post(address, {"anything": "x"})):
            assert answer.status_code == 302, name
            assert answer.url.startswith(LOGIN), name
    assert client.get(f"{LOGIN}?next=/admin/studies/study/").url == f"{GIVE}?next=/admin/studies/study/"
    assert LogEntry.objects.count() == 0


def test_pages_of_the_second_factor_ask_for_the_password_first(client):
    for address in (GIVE, SET_UP, "/admin/second-factor/codes/"):
        assert client.get(address).url == f"{LOGIN}?next={address}"
    client.force_login(User.objects.create(username="reader"))
    for address in (GIVE, SET_UP):
        assert client.get(address).url.startswith(LOGIN)


def test_reader_of_the_public_pages_needs_no_second_factor(client, ada):
    log_in(client)
    assert client.get("/").status_code == 200


def test_one_may_leave_before_the_second_factor(client, ada):
    log_in(client)
    assert client.post("/admin/logout/").status_code == 200
    assert "_auth_user_id" not in client.session


# --- Setting up --------------------------------------------------------------------------------------------------------


def test_first_sign_in_sets_up_an_app_and_goes_on_where_one_wanted(client, ada):
    wanted = "/admin/studies/study/"
    answer = client.post(
        f"{LOGIN}?next={wanted}", {"username": "ada", "password": PASSWORD, "next": wanted}, follow=True
    )
    assert answer.redirect_chain[-1][0] == f"{SET_UP}?next=/admin/studies/study/"
    page = enrol(client, ada)
    assert (page.status_code, len(page.context["codes"]), opens(client)) == (200, 10, True)
    assert page.headers["Cache-Control"].split(", ").count("no-store") == 1


def test_looking_at_the_page_stores_nothing(client, ada):
    log_in(client)
    client.get(SET_UP)
    assert StaffApp.objects.count() == 0


def test_wrong_code_keeps_the_key_that_was_scanned(client, ada):
    log_in(client)
    values = {name: value[0] for name, value in form_of(client.get(SET_UP), holding="key").items()}
    page = client.post(SET_UP, values | {"code": wrong_for(second_factor.sealed_device(ada, values["key"]))})
    assert errors(page) == ["This code is not right. Look at the app again: the code changes every 30 seconds."]
    assert form_of(page, holding="key")["key"] == [values["key"]]
    assert (StaffApp.objects.count(), opens(client)) == (0, False)


@pytest.mark.parametrize("key", ["", "x", "tampered"])
def test_key_that_is_none_gets_a_new_one(client, ada, key):
    log_in(client)
    page = client.post(SET_UP, {"key": key, "code": "123456"})
    assert (page.status_code, StaffApp.objects.count()) == (200, 0)
    assert second_factor.sealed_device(ada, form_of(page, holding="key")["key"][0]).user == ada


def test_key_of_somebody_else_is_refused(client, ada):
    log_in(client)
    page = client.post(SET_UP, {"key": second_factor.new_key(make_user("lead")), "code": "123456"})
    assert errors(page) == ["This key is not yours. Here is a new one."]


def test_password_alone_does_not_replace_a_device(client, ada):
    StaffApp.objects.create(user=ada, name="app", confirmed=True)
    log_in(client)
    assert client.get(SET_UP).url.startswith(GIVE)
    sealed = second_factor.new_key(ada)
    answer = client.post(SET_UP, {"key": sealed, "code": shown_by(second_factor.sealed_device(ada, sealed))})
    assert (answer.status_code, opens(client)) == (302, False)


def test_device_is_replaced_by_whoever_gave_the_old_one(client, ada):
    sign_in(client, ada)
    old = StaffApp.objects.get()
    enrol(client, ada)
    assert StaffApp.objects.get().key != old.key
    assert opens(client)


# --- Giving it ---------------------------------------------------------------------------------------------------------


def returning(user):
    """(a new browser with the password given, the recovery codes) of somebody who set up an app before."""
    first = Client()
    log_in(first)
    codes = enrol(first, user).context["codes"]
    again = Client()
    log_in(again)
    return again, codes


def test_code_of_the_app_opens_the_admin(ada):
    client, _ = returning(ada)
    answer = client.post(GIVE, {"code": code_of(ada, ahead=1), "next": "/admin/studies/study/"})
    assert (answer.url, opens(client)) == ("/admin/studies/study/", True)


def test_code_works_once(ada):
    client, _ = returning(ada)
    code = code_of(ada, ahead=1)
    client.post(GIVE, {"code": code})
    late = Client()
    log_in(late)
    page = late.post(GIVE, {"code": code})
    assert errors(page) == ["This code is not right, or it was used already. Each code works once."]
    assert not opens(late)


def test_recovery_code_works_once_in_any_spelling(ada):
    client, codes = returning(ada)
    client.post(GIVE, {"recovery": codes[0].upper().replace("-", " ")})
    assert (opens(client), StaticToken.objects.count()) == (True, 9)
    late = Client()
    log_in(late)
    late.post(GIVE, {"recovery": codes[0]})
    assert not opens(late)


def test_recovery_codes_are_not_stored(ada):
    _, codes = returning(ada)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert stored & {*codes, *(code.replace("-", "")[:16] for code in codes)} == set()


def test_recovery_code_of_one_opens_nothing_for_another(ada):
    _, codes = returning(ada)
    other = make_user("lead", username="bea")
    second_factor.new_codes(other)
    client = Client()
    client.force_login(other)
    client.post(GIVE, {"recovery": codes[0]})
    assert not opens(client)


def test_new_codes_end_the_old_ones_and_come_by_post_only(ada):
    client, codes = returning(ada)
    client.post(GIVE, {"recovery": codes[0]})
    assert client.get("/admin/second-factor/codes/").status_code == 405
    fresh = client.post("/admin/second-factor/codes/").context["codes"]
    assert (set(fresh) & set(codes), StaticToken.objects.count(), opens(client)) == (set(), 10, True)


def test_wrong_codes_wait_longer_and_longer(ada):
    client, _ = returning(ada)
    waits = []
    for _ in range(3):
        client.post(GIVE, {"code": wrong_for(StaffApp.objects.get())})
        device = StaffApp.objects.get()
        waits.append((device.verify_is_allowed()[1]["locked_until"] - device.throttling_failure_timestamp).seconds)
        StaffApp.objects.update(throttling_failure_timestamp=timezone.now() - timedelta(minutes=5))
    assert waits == [1, 2, 4]
    StaffApp.objects.update(throttling_failure_timestamp=timezone.now())
    page = client.post(GIVE, {"code": code_of(ada, ahead=1)})
    assert errors(page) == ["There were too many tries. Please wait 4 seconds and try again."]
    assert not opens(client)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_one_is_never_sent_to_another_site(ada, wanted):
    client, _ = returning(ada)
    assert client.post(GIVE, {"code": code_of(ada, ahead=1), "next": wanted}).url == "/admin/"


def test_session_gets_a_new_name_at_each_half(client, ada):
    client.get("/admin/login/")
    session = client.session
    session["planted"] = True
    session.save()
    names = [client.session.session_key]
    log_in(client)
    names.append(client.session.session_key)
    enrol(client, ada)
    names.append(client.session.session_key)
    assert len(set(names)) == 3
    stranger = Client()
    for name in names[:2]:
        stranger.cookies["sessionid"] = name
        assert not opens(stranger)


def test_session_verified_for_one_is_not_verified_for_another(client, ada):
    sign_in(client, ada)
    log_in(client, "ada")
    client.force_login(make_user("lead"))
    assert not opens(client)


# --- A lost device -------------------------------------------------------------------------------------------------------


def reset(user):
    return reverse("admin:auth_user_reset_factor", args=[user.pk])


def test_lead_takes_a_lost_device_away(client, ada):
    lost, _ = returning(ada)
    lost.post(GIVE, {"code": code_of(ada, ahead=1)})
    sign_in(client, make_user("lead"))
    assert client.get(reset(ada)).status_code == 200
    assert StaffApp.objects.filter(user=ada).exists()
    client.post(reset(ada))
    assert (StaffApp.objects.filter(user=ada).count(), StaticDevice.objects.filter(user=ada).count()) == (0, 0)
    assert not opens(lost)
    assert LogEntry.objects.get().get_change_message() == "Reset the second factor."
    assert lost.get(GIVE, follow=True).redirect_chain[-1][0].startswith(LOGIN)
    log_in(lost)
    assert lost.get(GIVE, follow=True).redirect_chain[-1][0].startswith(SET_UP)


@pytest.mark.parametrize("role", ["triage", "moderator", "editor"])
def test_only_a_lead_resets(client, ada, role):
    returning(ada)
    sign_in(client, make_user(role))
    assert [client.get(reset(ada)).status_code, client.post(reset(ada)).status_code] == [403, 403]
    assert StaffApp.objects.filter(user=ada).exists()


def test_lead_does_not_reset_their_own(client):
    lead = make_user("lead")
    sign_in(client, lead)
    assert client.post(reset(lead)).status_code == 403


def test_secrets_are_on_no_page_of_the_admin(client, django_user_model):
    sign_in(client, django_user_model.objects.create_superuser("root"))
    registered = {model._meta.label for model in admin.site._registry}
    assert {name for name in registered if name.startswith("otp_")} == set()
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404


def test_command_helps_the_only_lead(ada, capsys):
    returning(ada)
    call_command("reset_second_factor", "ada")
    assert StaffApp.objects.count() == 0
    with pytest.raises(CommandError, match=r"There is no user bea\."):
        call_command("reset_second_factor", "bea")


# --- Guessing ------------------------------------------------------------------------------------------------------------


def test_unknown_name_wrong_password_and_reader_hear_the_same(client, ada):
    reader = User.objects.create_user("reader", password=PASSWORD)
    said = {tuple(errors(log_in(client, *who))) for who in [("nobody", "x"), ("ada", "x"), (reader.username, PASSWORD)]}
    assert len(said) == 1


def slowed(page):
    return page.status_code == 429


def test_wrong_passwords_make_one_wait_and_the_right_one_too(client, ada):
    assert [slowed(log_in(client, password="x")) for _ in range(4)] == [False] * 4
    page = log_in(client)
    assert (page.status_code, errors(page)) == (
        429,
        ["There were too many tries. Please wait 15 seconds and try again."],
    )
    assert "_auth_user_id" not in client.session


def test_an_account_that_does_not_exist_is_slowed_alike(client):
    assert [log_in(client, "nobody", "x").status_code for _ in range(5)] == [200, 200, 200, 200, 429]


def test_a_stranger_elsewhere_does_not_keep_the_owner_out(client, ada):
    for _ in range(6):
        log_in(client, password="x", REMOTE_ADDR="203.0.113.9")
    assert log_in(client, REMOTE_ADDR="198.51.100.7").status_code == 302


def test_wait_doubles_up_to_five_minutes():
    here = slowing.SLOWINGS[0]
    assert [here.wait_after(tries).seconds for tries in (0, 3, 4, 5, 6, 7, 8, 9, 99)] == [
        0, 0, 15, 30, 60, 120, 240, 300, 300,
    ]  # fmt: skip


def test_guessing_from_everywhere_is_slowed_too(client, ada, monkeypatch):
    for number in range(21):
        log_in(client, password="x", REMOTE_ADDR=f"10.0.{number}.1")
    assert slowed(log_in(client, REMOTE_ADDR="198.51.100.7"))


def test_success_ends_the_wait_of_that_place(client, ada):
    for _ in range(3):
        log_in(client, password="x")
    log_in(client)
    other = Client()
    assert [slowed(log_in(other, password="x")) for _ in range(4)] == [False] * 4


def test_tries_from_one_place_are_limited_for_all_names_together(client):
    assert [log_in(client, f"name-{number}", "x").status_code for number in range(11)] == [200] * 10 + [429]


def test_codes_count_against_the_same_limit(ada):
    client, _ = returning(ada)
    for number in range(8):
        log_in(Client(), f"name-{number}", "x")
    page = client.post(GIVE, {"code": code_of(ada, ahead=1)})
    assert (page.status_code, opens(client)) == (429, False)


def test_nothing_stored_names_the_account_or_the_sender(client):
    name = "zoe-moderates"  # no hexadecimal digits could spell it
    make_user("moderator", username=name)
    log_in(client, name, "x", REMOTE_ADDR="203.0.113.9")
    rows = repr(list(Bucket.objects.values()))
    assert Bucket.objects.count() > 0
    assert [word for word in (name, "203.0.113", PASSWORD) if word in rows] == []
    assert mail.outbox == []


def test_password_managers_know_the_fields(client, ada):
    page = client.get(LOGIN).content.decode()
    assert ('autocomplete="username"' in page, 'autocomplete="current-password"' in page) == (True, True)
    log_in(client)
    assert 'autocomplete="one-time-code"' in client.get(SET_UP).content.decode()


# --- On one's own machine ------------------------------------------------------------------------------------------------


def test_one_time_login_skips_the_second_factor_only_where_local(client, settings):
    from atlas_site import one_time

    settings.LOCAL = True
    client.post(f"/admin/once/{one_time.mint(username='lead', roles=['lead'])}/")
    assert opens(client)
    settings.LOCAL = False
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == f"{SET_UP}?next=/admin/"


def test_sign_in_page_has_one_heading(client):
    assert re.findall(r"<h1>(.*?)</h1>", client.get("/admin/login/").content.decode()) == ["Log in"]


def test_whoever_changed_the_password_is_led_on_to_the_work(client):
    sign_in(client, make_user("moderator"))
    page = client.get("/admin/password_change/done/").content.decode()
    assert page.count('<a href="/admin/">Go on to what waits</a>') == 1
