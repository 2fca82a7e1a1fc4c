"""What a member of staff tells the system about themselves: papers they wrote, whether they want mail. Only their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from atlas_site import second_factor
from atlas_site.account_events import Event, record
from contributions.models import StaffSettings
from contributions.naming import written
from studies.admin.fields import LinesField
from studies.identifiers import recognise


class OwnPapersField(LinesField):
    """Numbers of papers, one a line, in any spelling; stored in one."""

    def clean(self, value: Any) -> list[str]:
        found = {line: recognise(line) for line in super().clean(value)}
        if wrong := [line for line, number in found.items() if number is None]:
            raise ValidationError(f"This is no DOI, PMID or PMCID: {', '.join(wrong)}.")
        return [written(number) for number in found.values()]


class SettingsForm(forms.Form):
    use_required_attribute = False
    own_papers = OwnPapersField(
        required=False,
        label="Papers that you wrote",
        help_text="DOI, PMID or PMCID, one per line. The system then lets you look at messages about them, not decide.",
    )
    wants_mail = forms.BooleanField(
        required=False,
        label="Send me reminders by mail",
        help_text="At most one a day: how many messages wait. Never what is in them.",
    )
    email = forms.EmailField(
        required=False,
        label="Your mail address",
        help_text="For these reminders, and for a word when the password or second factor of your account changes.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("wants_mail") and not values.get("email") and "email" not in self.errors:
            self.add_error("email", "Write the address to which the reminders should go.")
        return values


def my_settings(request: HttpRequest) -> HttpResponse:
    """Show and save the settings of whoever is signed in; no address leads to anybody else's."""
    user: Any = request.user
    held = StaffSettings.objects.filter(user=user).first() or StaffSettings(user=user)
    initial = {"own_papers": held.own_papers, "wants_mail": held.wants_mail, "email": user.email}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        _save(user, form.cleaned_data)
        messages.success(request, "Your settings are saved.")
        return HttpResponseRedirect(reverse("admin:my_settings"))
    context = {
        **admin.site.each_context(request),
        "title": "Your settings",
        "form": form,
        "has_device": second_factor.has_device(user),
        "codes_left": second_factor.codes_left(user),
    }
    return TemplateResponse(request, "admin/contributions/my_settings.html", context)


@transaction.atomic
def _save(user: Any, values: dict[str, Any]) -> None:
    settings = {name: values[name] for name in ("own_papers", "wants_mail")}
    StaffSettings.objects.update_or_create(user=user, defaults=settings)
    if user.email != values["email"]:
        record(Event.ADDRESS_CHANGED, user)  # at the old one
        user.email = values["email"]
        user.save(update_fields=["email"])
