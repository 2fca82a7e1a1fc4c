"""The second half of signing in: a code from an app on one's phone, or one of ten recovery codes.

Every page of the admin is closed until it was given (staff.py). The one-time login of scripts/run skips it, and only
where ATLAS_LOCAL is on.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import django_otp
import qrcode
from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.util import random_hex
from qrcode.image.svg import SvgPathFillImage

from atlas_site import account_keys, staff_sessions
from atlas_site.models import StaffApp
from atlas_site.passwords import LETTERS
from atlas_site.sign_in import WAIT, in_words
from contributions.crypto import DecryptionError

if TYPE_CHECKING:
    from django_otp.models import Device

ONE_TIME = "one_time_login"
SINCE = "staff_since"  # when this session was verified, in seconds
SALT = "atlas.second-factor"
SET_UP_SECONDS = 60 * 60
CODES = 10
UNREADABLE = (
    "The server cannot read the secret of your app. Use a recovery code, or ask a lead to reset your second factor."
)


class WrongCode(Exception):
    """The code does not open anything; the message is a sentence for the person."""


class UsedCode(WrongCode):
    """The code was right, but opened a session before: somebody may have looked over the owner's shoulder."""


def is_verified(request: HttpRequest) -> bool:
    """Whether this session gave the second factor, or came by a one-time login on one's own machine."""
    user: Any = request.user
    return (bool(user.is_verified()) or skips_it(request)) and not is_over(request)


def is_over(request: HttpRequest) -> bool:
    """Whether this session was ended, or verified so long ago that one signs in anew, however busy it was."""
    age = time.time() - request.session.get(SINCE, 0)
    return bool(age >= settings.SESSION_COOKIE_AGE) or staff_sessions.own(request) is None


def begin(request: HttpRequest) -> None:
    """From now on the hours of this session count, and its owner sees it in the list."""
    request.session[SINCE] = int(time.time())
    staff_sessions.begin(request)


def skips_it(request: HttpRequest) -> bool:
    return bool(settings.LOCAL) and request.session.get(ONE_TIME) == request.user.pk


def has_device(user: User) -> bool:
    return StaffApp.objects.devices_for_user(user, confirmed=True).exists()


def codes_left(user: User) -> int:
    return sum(device.token_set.count() for device in StaticDevice.objects.devices_for_user(user))


def new_key(user: User) -> str:
    """A fresh key, sealed for this user, so that the page that shows it stores nothing. Good for an hour."""
    return signing.dumps({"key": random_hex(20), "user": user.pk}, salt=SALT)


def sealed_device(user: User, sealed: str) -> StaffApp:
    """The device, not saved yet, that a sealed key stands for. Raises WrongCode where it is too old or another's."""
    try:
        held = signing.loads(sealed, salt=SALT, max_age=SET_UP_SECONDS)
    except signing.BadSignature:
        raise WrongCode("This page was open for too long. Here is a new key.") from None
    if held["user"] != user.pk:
        raise WrongCode("This key is not yours. Here is a new one.")
    return StaffApp(user=user, key=held["key"], name="app", confirmed=True)


def picture(device: StaffApp) -> str:
    """The device's address as a QR code, in a data URI."""
    image = qrcode.make(device.config_url, image_factory=SvgPathFillImage, box_size=12, border=3)
    return f"data:image/svg+xml;base64,{base64.b64encode(image.to_string()).decode()}"


def typed_key(device: StaffApp) -> str:
    """The key in groups of four letters, for apps without a camera."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def enrol(*, request: HttpRequest, sealed: str, code: str) -> list[str]:
    """Set up an app, once a code from it was right; ends whatever the user had before. Returns new recovery codes.

    Effects: the device and the codes' hashes, this session verified under a new key, all others ended. Raises WrongCode.
    """
    user = _user(request)
    device = sealed_device(user, sealed)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if has_device(user) and not is_verified(request):
            raise WrongCode("Another device was set up meanwhile. Sign in with that one.")
        if _has_same(user, device) or not device.verify_token(_plain(code)):
            raise WrongCode("This code is not right. Look at the app again: the code changes every 30 seconds.")
        StaffApp.objects.filter(user=user).exclude(pk=device.pk).delete()
        codes = new_codes(user)
        staff_sessions.end_all(user)
    _verify_session(request, device)
    return codes


def _has_same(user: User, device: StaffApp) -> bool:
    """Whether this very secret was set up already: the page was sent twice. A device that no key opens is another."""
    for other in StaffApp.objects.filter(user=user):
        try:
            if other.bin_key == device.bin_key:
                return True
        except DecryptionError:
            continue
    return False


def new_codes(user: User) -> list[str]:
    """Ten new recovery codes in place of the old ones. They are returned once; only their hashes are stored.

    The random salt of the hashes stands in the name of the device: "recovery", a blank, 16 hexadecimal digits.
    """
    codes = ["-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(3)) for _ in range(CODES)]
    with transaction.atomic():
        device = StaticDevice.objects.filter(user=user).first() or StaticDevice(user=user, confirmed=True)
        device.name = f"recovery {secrets.token_hex(8)}"
        device.save()
        device.token_set.all().delete()
        for code in codes:
            device.token_set.create(token=_hash(device, code))
    return codes


def give(*, request: HttpRequest, code: str = "", recovery: str = "") -> None:
    """Verify this session by a code from the app, or by a recovery code, which is used up. Raises WrongCode, UsedCode."""
    user = _user(request)
    kind = StaticDevice if recovery else StaffApp
    device = kind.objects.devices_for_user(user, confirmed=True).first()
    if device is None:
        raise WrongCode("This code is not right.")
    allowed, why_not = device.verify_is_allowed()
    if not allowed:
        wait = (why_not["locked_until"] - timezone.now()).total_seconds()
        raise WrongCode(WAIT.format(in_words(max(1, int(wait) + 1))))
    try:
        verified = django_otp.verify_token(
            user, device.persistent_id, _hash(device, recovery) if recovery else _plain(code)
        )
    except DecryptionError:
        raise WrongCode(UNREADABLE) from None
    if verified is None:
        kind_of_fault = UsedCode if not recovery and _was_right(device, _plain(code)) else WrongCode
        raise kind_of_fault("This code is not right, or it was used already. Each code works once.")
    _verify_session(request, verified)


def _was_right(app: StaffApp, code: str) -> bool:
    """Whether the app shows this code about now, used or not."""
    shown = TOTP(app.bin_key, app.step, app.t0, app.digits, app.drift)
    shown.time = time.time()
    return code.isascii() and code.isdigit() and bool(shown.verify(int(code), app.tolerance))


def reseal() -> Counter[str]:
    """Seal the secret of every app with the first key of the list, and count what could not be opened by its key's fingerprint.

    Each row by itself, and only the very text that was read is replaced: a device changed meanwhile stays as it is.
    """
    left: Counter[str] = Counter()
    for app in StaffApp.objects.order_by("pk"):
        try:
            if account_keys.key_of(app.key) == account_keys.current():
                continue
            fresh = account_keys.seal(app.bin_key, owner=app.user_id)
        except DecryptionError:
            left[_key_or_none(app)] += 1
            continue
        StaffApp.objects.filter(pk=app.pk, key=app.key).update(key=fresh)
    return left


def _key_or_none(app: StaffApp) -> str:
    try:
        return account_keys.key_of(app.key)
    except DecryptionError:
        return "none"  # a row that never was sealed, such as one from a table that was put back by hand


def reset(user: User) -> None:
    """Take a lost device and its recovery codes away: open sessions end at the next page, the next sign-in sets up anew."""
    staff_sessions.end_all(user)
    StaffApp.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _user(request: HttpRequest) -> User:
    """The user of the request, which django_otp has wrapped."""
    user: Any = request.user
    return user  # type: ignore[no-any-return]


def _verify_session(request: HttpRequest, device: Device) -> None:
    django_otp.login(request, device)
    request.session.pop(ONE_TIME, None)
    begin(request)
    request.session.cycle_key()  # whoever knew the session before does not know it now


def _plain(code: str) -> str:
    return "".join(code.split())


def _hash(device: StaticDevice, code: str) -> str:
    """What django-otp stores in place of a recovery code: 80 bits of a salted hash of its 75. Older sets have no salt."""
    letters = "".join(letter for letter in code.casefold() if letter.isalnum())
    salt = device.name.removeprefix("recovery").strip()
    place = f"{SALT}/{salt}/{device.user_id}" if salt else f"{SALT}/{device.user_id}"
    digest = hashlib.sha256(f"{place}/{letters}".encode()).digest()
    return base64.b32encode(digest).decode()[:16].lower()
