"""What a password may be, how its hash is stored, and what becomes of one that somebody else chose."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import ScryptPasswordHasher, check_password
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from atlas_site import account_keys
from atlas_site.models import GivenPassword
from contributions.crypto import DecryptionError

LONGEST = 128  # characters; longer ones cost the server time and make no password better
LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that look alike
BYTES = 32  # of a hash, so that all of it fits into Django's column


class MaximumLengthValidator:
    """Refuses what is longer than `LONGEST` characters."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password can have up to {LONGEST} characters."


class UnlikeTheGivenValidator:
    """Refuses the password that somebody else chose, as long as the owner has to choose one."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_given(user) and check_password(password, user.password):
            raise ValidationError("Choose another than the one that you were given.", code="password_given")

    def password_changed(self, password: str, user: Any = None) -> None:
        """One that is given in place of another, as by `manage.py changepassword`, lasts as long again."""
        GivenPassword.objects.filter(user_id=user.pk).update(given_at=timezone.now())

    def get_help_text(self) -> str:
        return "Your password has to be another than the one that you were given."


class KeyedScryptHasher(ScryptPasswordHasher):
    """Scrypt over the password mixed with a key that stands in no database (atlas_site/account_keys.py).

    The fingerprint of the key stands before the salt, so that a hash is made anew, at the next sign-in, after the key
    was changed. Where the key is gone no password is right.
    """

    algorithm = "scrypt_keyed"

    def salt(self) -> str:
        return f"{account_keys.current()}.{super().salt()}"

    def encode(self, password: str, salt: str, n: int | None = None, r: int | None = None, p: int | None = None) -> str:
        super()._check_encode_args(password, salt)  # type: ignore[misc]
        mixed = account_keys.pepper(password, with_key=salt.partition(".")[0])
        cost = {"n": n or self.work_factor, "r": r or self.block_size, "p": p or self.parallelism}
        digest = hashlib.scrypt(mixed.encode(), salt=salt.encode(), maxmem=self.maxmem, dklen=BYTES, **cost)
        parts = [self.algorithm, cost["n"], salt, cost["r"], cost["p"], base64.b64encode(digest).decode()]
        return "$".join(str(part) for part in parts)

    def verify(self, password: str, encoded: str) -> bool:
        held = self.decode(encoded)
        n, r, p = (int(held[name]) for name in ("work_factor", "block_size", "parallelism"))
        try:
            return constant_time_compare(encoded, self.encode(password, str(held["salt"]), n, r, p))
        except DecryptionError:
            return False

    def must_update(self, encoded: str) -> bool:
        return key_of(encoded) != account_keys.current() or bool(super().must_update(encoded))


def key_of(encoded: str) -> str:
    """The fingerprint of the key in a hash of ours; nothing for any other."""
    algorithm, _, rest = encoded.partition("$")
    return rest.split("$")[1].partition(".")[0] if algorithm == KeyedScryptHasher.algorithm else ""


def owners_with_another_key() -> list[str]:
    """The names of accounts whose password works only as long as an older key stays in the list."""
    rows = User.objects.filter(password__startswith=f"{KeyedScryptHasher.algorithm}$").order_by("username")
    return [
        name for name, encoded in rows.values_list("username", "password") if key_of(encoded) != account_keys.current()
    ]


def draw() -> str:
    """A first password by chance: four groups of five letters, 99 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))


def mark_as_given(user: User, *, at: datetime) -> None:
    """Somebody else chose the password of this account: it ends after 14 days, and its owner chooses one at the next sign-in."""
    GivenPassword.objects.update_or_create(user=user, defaults={"given_at": at})


def is_given(user: Any) -> bool:
    """Whether this account still has a password that somebody else chose."""
    return bool(getattr(user, "pk", None)) and GivenPassword.objects.filter(user_id=user.pk).exists()


def is_too_old(user: Any, *, at: datetime) -> bool:
    """Whether the password was given so long ago that it opens nothing any more."""
    given = GivenPassword.objects.filter(user_id=user.pk).first()
    return given is not None and given.is_too_old(at)


def mark_as_own(user: Any) -> None:
    """The owner has chosen a password."""
    GivenPassword.objects.filter(user_id=user.pk).delete()
