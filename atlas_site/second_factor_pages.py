"""The pages of the second factor: give a code, set up an app, get new recovery codes, take a lost device away."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from atlas_site import second_factor
from atlas_site.account_events import Event, record
from atlas_site.second_factor import UsedCode, WrongCode
from atlas_site.sign_in import refusal

View = Callable[..., HttpResponse]


class CodeForm(forms.Form):
    """A code from the app, or a recovery code."""

    use_required_attribute = False
    code = forms.CharField(
        required=False,
        max_length=20,
        label="Code from your app",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    recovery = forms.CharField(
        required=False,
        max_length=40,
        label="Recovery code",
        help_text="One of the ten codes that you kept. Each works once.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not (cleaned["code"].strip() or cleaned["recovery"].strip()):
            self.add_error("code", "Write the six digits that your app shows now.")
        return cleaned


class SetUpForm(forms.Form):
    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(
        max_length=20,
        label="Code from the app",
        help_text="Six digits. They change every 30 seconds.",
        error_messages={"required": "Write the six digits that the app shows now."},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def for_staff(view: View) -> View:
    """For whoever signed in as staff with a password, before the second factor; everybody else signs in first.

    So does whoever's session is over or was ended: a code alone does not bring it back.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **options: Any) -> HttpResponse:
        if second_factor.SINCE in request.session and second_factor.is_over(request):
            logout(request)
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, *args, **options)

    return never_cache(csrf_protect(sensitive_post_parameters()(guarded)))


@for_staff
def give_code(request: HttpRequest) -> HttpResponse:
    if second_factor.is_verified(request):
        return HttpResponseRedirect(next_page(request))
    if not second_factor.has_device(_user(request)):
        return HttpResponseRedirect(with_next("admin:second_factor_set_up", next_page(request)))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _given(request, form):
        return HttpResponseRedirect(next_page(request))
    return _page(request, "give.html", "Second factor", form=form)


def _given(request: HttpRequest, form: CodeForm) -> bool:
    """Whether the code was right; else the form says why not."""
    typed = {name: value.strip() for name, value in form.cleaned_data.items()}
    if message := refusal(request):
        form.add_error(None, message)
        form.is_slowed = True  # type: ignore[attr-defined]
        return False
    try:
        second_factor.give(request=request, **typed)
    except WrongCode as error:
        form.add_error("recovery" if typed["recovery"] else "code", str(error))
        record(Event.FACTOR_REUSED if isinstance(error, UsedCode) else Event.FACTOR_WRONG, _user(request))
        return False
    record(Event.RECOVERY_USED if typed["recovery"] else Event.FACTOR_RIGHT, _user(request))
    if typed["recovery"]:
        left = second_factor.codes_left(_user(request))
        messages.warning(request, f"You used a recovery code; {left} are left. If your device is lost, set up another.")
    return True


@for_staff
def set_up(request: HttpRequest) -> HttpResponse:
    """The first time, or anew for somebody who has just given the old second factor."""
    user = _user(request)
    if second_factor.has_device(user) and not second_factor.is_verified(request):
        return HttpResponseRedirect(with_next("admin:second_factor", next_page(request)))
    form = SetUpForm(request.POST or None, initial={"key": second_factor.new_key(user)})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        try:
            codes = second_factor.enrol(request=request, sealed=typed["key"], code=typed["code"])
        except WrongCode as error:
            form.add_error("code", str(error))
        else:
            record(Event.SET_UP, user)
            return _page(request, "codes.html", "Keep these recovery codes", codes=codes)
    sealed, device = _shown_key(user, form)
    shown = {"picture": second_factor.picture(device), "typed_key": second_factor.typed_key(device)}
    return _page(request, "set_up.html", "Set up your second factor", form=form, sealed=sealed, **shown)


def _shown_key(user: Any, form: SetUpForm) -> tuple[str, Any]:
    """The key that the page shows: the one that was shown before, so that a scanned picture stays good, or a new one."""
    sealed = form["key"].value() or second_factor.new_key(user)
    try:
        return sealed, second_factor.sealed_device(user, sealed)
    except WrongCode:
        sealed = second_factor.new_key(user)
        return sealed, second_factor.sealed_device(user, sealed)


@require_POST
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes for oneself; the old ones end."""
    if not second_factor.has_device(_user(request)):
        raise PermissionDenied
    with transaction.atomic():
        codes = second_factor.new_codes(_user(request))
        record(Event.RENEWED, _user(request))
    return _page(request, "codes.html", "Keep these recovery codes", codes=codes)


def next_page(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is a page of this site; else the start page of the admin."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME) or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")


def with_next(name: str, wanted: str) -> str:
    return str(redirect_to_login(wanted, reverse(name)).headers["Location"])


def _user(request: HttpRequest) -> Any:
    return request.user


def _page(request: HttpRequest, template: str, title: str, **more: Any) -> TemplateResponse:
    from django.contrib.admin import site

    form = more.get("form")
    context = {**site.each_context(request), "title": title, "next": next_page(request), "form": None, **more}
    status = 429 if getattr(form, "is_slowed", False) else 200
    return TemplateResponse(request, f"admin/second_factor/{template}", context, status=status)
