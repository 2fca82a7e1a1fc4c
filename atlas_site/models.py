"""What the house remembers of itself, and of the accounts of its staff."""

from __future__ import annotations

import uuid
from binascii import unhexlify
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django_otp.plugins.otp_totp.models import TOTPDevice

from atlas_site import account_keys


class TimerRun(models.Model):
    """One run of a command that a timer starts, written when it ended; a run that was killed leaves no row.

    `said` is what the command answered: counts and names of sources, never words or names of people.
    """

    name = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    ok = models.BooleanField()
    said = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["name", "-id"], name="timer_run_newest")]

    def __str__(self) -> str:
        return f"{self.name} {self.ended_at:%Y-%m-%d %H:%M}"


class StaffApp(TOTPDevice):
    """An app on the phone of a member of staff: django-otp's device whose secret is sealed in the database.

    `key` is hexadecimal until it is saved, and sealed from then on (atlas_site/account_keys.py).
    """

    class Meta:
        proxy = True
        default_permissions = ()

    @property
    def bin_key(self) -> bytes:
        """The secret; raises DecryptionError where the key that sealed it is gone."""
        if self._state.adding and not is_sealed(self.key):
            return unhexlify(self.key)
        return account_keys.open_sealed(self.key, owner=self.user_id)

    def save(self, *args: Any, **options: Any) -> None:
        if self._state.adding and not is_sealed(self.key):
            self.key = account_keys.seal(unhexlify(self.key), owner=self.user_id)
        super().save(*args, **options)


def is_sealed(key: str) -> bool:
    """Sealed keys have 76 characters, plain ones up to 40 in hexadecimal."""
    return len(key) > 40


class StaffSession(models.Model):
    """One session of a member of staff; staff_sessions.py says what it is good for. It knows no place and no browser."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    used_at = models.DateTimeField(help_text="To ten minutes or so.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["started_at"], name="staff_session_started")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"


class GivenPassword(models.Model):
    """A password that somebody else chose for this account; the row goes when its owner has chosen one."""

    LASTS = timedelta(days=14)

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user_id} {self.given_at:%Y-%m-%d}"

    def is_too_old(self, at: datetime) -> bool:
        return at - self.given_at >= self.LASTS


class AccountMail(models.Model):
    """A mail about an account that is owed to its owner; it goes once the mail has left (contributions/outbox.py).

    `address` is the one that the account had when it happened: whoever takes an account over changes it next.
    """

    uuid = models.UUIDField(default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    event = models.CharField(max_length=24, help_text="The name of an account_events.Event.")
    address = models.EmailField()
    owed_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="When it is tried next.")
    tries = models.PositiveSmallIntegerField(default=0)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["due_at"], name="account_mail_due")]

    def __str__(self) -> str:
        return "mail about an account"
