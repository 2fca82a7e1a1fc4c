"""What a copy of the database tells about the accounts of staff: no secret of an app, and no password that could be tried."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import Settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from atlas_site import account_keys, passwords, second_factor
from atlas_site.models import StaffApp
from contributions import outbox
from contributions.crypto import DecryptionError
from tests.studies.factories import make_user
from tests.test_sign_in import GIVE, PASSWORD, ada, code_of, enrol, errors, log_in, opens, returning  # noqa: F401

pytestmark = pytest.mark.django_db
SECRET, OTHER = "3132333435363738393031323334353637383930", "t2:" + "C" * 42 + "A="
migration = import_module("atlas_site.migrations.0002_account_secrets")


@pytest.fixture
def keyed(settings):
    settings.PASSWORD_HASHERS = Settings("atlas_site.settings").PASSWORD_HASHERS


def app_of(user) -> StaffApp:
    return StaffApp.objects.create(user=user, name="app", key=SECRET)


def stored(app) -> str:
    return TOTPDevice.objects.values_list("key", flat=True).get(pk=app.pk)


def test_secret_of_an_app_is_sealed_where_it_lies_and_opens_for_its_owner():
    app = app_of(make_user("lead"))
    assert (len(stored(app)), SECRET in stored(app), len(stored(app)) <= 80) == (76, False, True)
    assert StaffApp.objects.get().bin_key.hex() == SECRET
    assert stored(app) != stored(app_of(make_user("editor")))


def test_setting_up_leaves_no_secret_in_the_database(client, ada):  # noqa: F811
    log_in(client)
    enrol(client, ada)
    app = StaffApp.objects.get()
    assert account_keys.open_sealed(stored(app), owner=ada.pk) == app.bin_key
    assert app.bin_key.hex() not in stored(app)


def test_secret_moved_to_another_account_or_written_plainly_opens_nothing():
    app, other = app_of(make_user("lead")), make_user("editor")
    StaffApp.objects.filter(pk=app.pk).update(user=other)
    with pytest.raises(DecryptionError):
        StaffApp.objects.get().bin_key  # noqa: B018
    StaffApp.objects.filter(pk=app.pk).update(key=SECRET)
    with pytest.raises(DecryptionError):
        StaffApp.objects.get().bin_key  # noqa: B018


def test_any_changed_sign_is_seen():
    text = account_keys.seal(bytes.fromhex(SECRET), owner=1)
    for at in range(0, len(text) - 2, 3):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        with pytest.raises(DecryptionError):
            account_keys.open_sealed(changed, owner=1)


def test_rotation_seals_anew_and_then_the_old_key_may_go(settings):
    app, old = app_of(make_user("lead")), settings.ATLAS_ENCRYPTION_KEYS
    settings.ATLAS_ENCRYPTION_KEYS = f"{OTHER},{old}"
    before = stored(app)
    assert (dict(second_factor.reseal()), stored(app) == before) == ({}, False)
    settings.ATLAS_ENCRYPTION_KEYS = OTHER
    assert StaffApp.objects.get().bin_key.hex() == SECRET


def test_rotation_counts_what_it_cannot_open_and_leaves_it(settings):
    app = app_of(make_user("lead"))
    before, name = stored(app), account_keys.current()
    settings.ATLAS_ENCRYPTION_KEYS = OTHER
    assert (dict(second_factor.reseal()), stored(app)) == ({name: 1}, before)


def test_rotation_goes_on_past_a_key_that_was_never_sealed():
    app = app_of(make_user("lead"))
    StaffApp.objects.filter(pk=app.pk).update(key=SECRET)
    assert (dict(second_factor.reseal()), stored(app)) == ({"none": 1}, SECRET)


def test_lost_keys_are_told_in_words_and_recovery_codes_still_open(settings, ada):  # noqa: F811
    client, codes = returning(ada)
    code = code_of(ada, ahead=1)
    settings.ATLAS_ENCRYPTION_KEYS = OTHER
    assert errors(client.post(GIVE, {"code": code})) == [second_factor.UNREADABLE]
    client.post(GIVE, {"recovery": codes[0]})
    assert opens(client)


def test_upgrade_seals_what_was_plain_and_roll_back_gives_it_back():
    app = app_of(make_user("lead"))
    TOTPDevice.objects.update(key=SECRET)
    editor = SimpleNamespace(connection=connection)  # all that it asks of the editor
    migration.seal(apps, editor)
    migration.seal(apps, editor)
    assert StaffApp.objects.get().bin_key.hex() == SECRET
    migration.unseal(apps, editor)
    assert stored(app) == SECRET


def test_password_is_hashed_with_a_key_that_is_not_in_the_database(settings, keyed):
    encoded = make_password(PASSWORD)
    assert (check_password(PASSWORD, encoded), check_password("another", encoded)) == (True, False)
    assert (encoded.split("$")[0], len(encoded) <= 128) == ("scrypt_keyed", True)
    settings.ATLAS_ENCRYPTION_KEYS = OTHER
    assert check_password(PASSWORD, encoded) is False


def test_password_is_hashed_anew_at_the_next_sign_in_after_a_new_key(settings, keyed):
    ann = User.objects.create_user("ann", password=PASSWORD)
    settings.ATLAS_ENCRYPTION_KEYS = f"{OTHER},{settings.ATLAS_ENCRYPTION_KEYS}"
    assert passwords.owners_with_another_key() == ["ann"]
    assert User.objects.get().check_password(PASSWORD)
    assert passwords.owners_with_another_key() == []
    settings.ATLAS_ENCRYPTION_KEYS = OTHER
    assert (User.objects.get().check_password(PASSWORD), ann.check_password("x")) == (True, False)


def test_hash_of_before_still_opens_and_is_replaced(keyed):
    ann = User.objects.create(username="ann", password=make_password(PASSWORD, hasher="scrypt"))
    assert ann.check_password(PASSWORD)
    assert User.objects.get().password.split("$")[0] == "scrypt_keyed"


def test_recovery_codes_have_a_salt_of_their_own():
    user = make_user("lead")
    second_factor.new_codes(user)
    first = StaticDevice.objects.get().name
    second_factor.new_codes(user)
    device = StaticDevice.objects.get()
    assert (len(first), first == device.name) == (len("recovery ") + 16, False)
    assert second_factor._hash(device, "abc") != second_factor._hash(StaticDevice(user=user, name=first), "abc")


def test_recovery_code_of_before_the_salt_still_opens(ada):  # noqa: F811
    client, _ = returning(ada)
    device = StaticDevice.objects.get()
    device.name = "recovery"
    device.save()
    StaticToken.objects.create(device=device, token=second_factor._hash(device, "old-code"))
    client.post(GIVE, {"recovery": "old-code"})
    assert opens(client)


@pytest.mark.usefixtures("slowly")
def test_code_given_a_second_time_is_told_to_its_owner(ada):  # noqa: F811
    User.objects.update(email="ada@example.org")
    client, _ = returning(ada)
    code = code_of(ada, ahead=1)
    client.post(GIVE, {"code": code})
    late = Client()
    log_in(late)
    outbox.send_due(at=timezone.now())
    mail.outbox.clear()
    late.post(GIVE, {"code": code})
    outbox.send_due(at=timezone.now())
    assert [(one.to, one.body.splitlines()[2]) for one in mail.outbox] == [
        (["ada@example.org"], "Somebody gave a code of your app that had been used before. It did not open anything.")
    ]
    assert not opens(late)
