"""The first half of signing in: name and password, limited and slowed. The second half is second_factor.py."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from atlas_site import passwords, slowing
from atlas_site.account_events import Event, record, record_try
from contributions import limits

TOO_OLD = (
    "This password was made for you more than 14 days ago and has ended. Ask whoever runs the server for a new one."
)
WAIT = "There were too many tries. Please wait {} and try again."


class StaffSignInForm(AdminAuthenticationForm):
    """Django's form, which says the same of an unknown name, a wrong password and an account without staff rights.

    `is_slowed` tells the page that nothing was checked.
    """

    request: HttpRequest
    is_slowed = False

    class Media:
        js = ("js/password.js",)

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
            self._require_fresh(self.user_cache)
            slowing.succeeded(name, request=self.request, at=at)
            record(Event.PASSWORD_RIGHT, self.user_cache)
        return dict(cleaned or self.cleaned_data)

    def _require_fresh(self, user: Any) -> None:
        """Only whoever knows the password learns that it is too old."""
        if passwords.is_too_old(user, at=timezone.now()):
            record(Event.PASSWORD_TOO_OLD, user)
            raise ValidationError(TOO_OLD)

    def _require_patience(self, name: str) -> None:
        if message := slowed(self.request, name):
            self.is_slowed = True
            record_try(Event.SLOWED, name)
            raise ValidationError(message)


class AgainForm(forms.Form):
    """The password of whoever is signed in, once more: a screen that was left open is not enough for what follows.

    Counted and slowed like signing in. The account of a one-time login has no password, and no field here.
    """

    use_required_attribute = False
    is_slowed = False
    password = forms.CharField(
        label="Your password",
        help_text="Once more, so that we know it is you.",
        strip=False,
        max_length=passwords.LONGEST,
        error_messages={"required": "Write your password."},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request.POST if request.method == "POST" else None)
        self.request = request
        self.user = cast("Any", request.user)
        if not self.user.has_usable_password():
            del self.fields["password"]

    def clean_password(self) -> str:
        """Effects: one try is counted; a wrong one is logged and makes the next wait."""
        password, name = str(self.cleaned_data["password"]), self.user.get_username()
        if message := slowed(self.request, name):
            self.is_slowed = True
            record(Event.SLOWED, self.user)
            raise ValidationError(message)
        if not self.user.check_password(password):
            slowing.failed(name, request=self.request, at=timezone.now())
            record(Event.PASSWORD_WRONG, self.user)
            raise ValidationError("This password is not right.")
        slowing.succeeded(name, request=self.request, at=timezone.now())
        return password


def slowed(request: HttpRequest, name: str) -> str:
    """Count one try with a password; why nothing is checked now, in words, or nothing."""
    message = refusal(request)
    if not message and (seconds := slowing.seconds_to_wait(name, request=request, at=timezone.now())):
        message = WAIT.format(in_words(seconds))
    return message


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
