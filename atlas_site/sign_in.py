"""The first half of signing in: name and password, limited and slowed. The second half is second_factor.py."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from atlas_site import slowing
from atlas_site.account_events import Event, record, record_try
from contributions import limits

WAIT = "There were too many tries. Please wait {} and try again."


class StaffSignInForm(AdminAuthenticationForm):
    """Django's form, which says the same of an unknown name, a wrong password and an account without staff rights.

    `is_slowed` tells the page that nothing was checked.
    """

    request: HttpRequest
    is_slowed = False

    def clean(self) -> dict[str, Any]:
        name, at = self.cleaned_data.get("username") or "", timezone.now()
        self._require_patience(name)
        try:
            cleaned = super().clean()
        except ValidationError:
            slowing.failed(name, request=self.request, at=at)
            record_try(Event.PASSWORD_WRONG, name)
            raise
        if self.user_cache is not None:
            slowing.succeeded(name, request=self.request, at=at)
            record(Event.PASSWORD_RIGHT, self.user_cache)
        return dict(cleaned or self.cleaned_data)

    def _require_patience(self, name: str) -> None:
        message = refusal(self.request)
        if not message and (seconds := slowing.seconds_to_wait(name, request=self.request, at=timezone.now())):
            message = WAIT.format(in_words(seconds))
        if message:
            self.is_slowed = True
            record_try(Event.SLOWED, name)
            raise ValidationError(message)


def refusal(request: HttpRequest) -> str:
    """Count one try of signing in; why it is refused, in words, or nothing."""
    try:
        limits.count(limits=limits.SIGNING_IN, request=request, at=timezone.now())
    except limits.TooMany as error:
        return WAIT.format(in_words(error.minutes * 60))
    return ""


def in_words(seconds: int) -> str:
    """Whole seconds up to a minute, then minutes, rounded up."""
    if seconds <= 60:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{-(-seconds // 60)} minutes"
