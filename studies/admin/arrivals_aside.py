"""Many papers of the inbox out of scope at once, for one reason: the one decision that is made of many together."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import Truncator

from studies import arrivals
from studies.errors import Problems, Stale
from studies.models import Arrival
from studies.roles import NotAllowed
from studies.vocabulary_desk import ArrivalState, OutOfScope

MOST = 100
SHOWN = "version-"  # and the number of an arrival: the version that the page showed


class ManyForm(forms.Form):
    use_required_attribute = False
    reason = forms.ChoiceField(
        choices=[("", "Choose a reason"), *OutOfScope.choices], label="Why they are out of scope"
    )
    note = forms.CharField(
        required=False,
        max_length=300,
        label="Note for staff",
        help_text="May stay empty.",
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )


@admin.action(description="Out of scope, all for one reason", permissions=["triage"])
def set_aside_many(model_admin: Any, request: HttpRequest, chosen: QuerySet[Arrival]) -> HttpResponse | None:
    """First a page with the titles and the reason to choose, then the decisions, each on its own."""
    found = list(chosen.order_by("-arrived_at", "-pk")[: MOST + 1])
    if len(found) > MOST:
        messages.error(request, f"Choose at most {MOST} papers at once.")
        return None
    form = ManyForm(request.POST if "confirm" in request.POST else None)
    if form.is_valid():
        _set_aside(model_admin, request, form.cleaned_data)
        return None
    waiting = [arrival for arrival in found if arrival.state == ArrivalState.WAITING]
    return model_admin.page(
        request,
        "admin/studies/arrivals_aside.html",
        title="Out of scope, all of these?",
        form=form,
        waiting=waiting,
        decided=[(arrival, arrivals.decision(arrival)) for arrival in found if arrival not in waiting],
    )


def _set_aside(model_admin: Any, request: HttpRequest, values: dict[str, str]) -> None:
    """Those whose version was on the page that asked for the reason, also if somebody decided them since."""
    shown = {name.removeprefix(SHOWN): text for name, text in request.POST.items() if name.startswith(SHOWN)}
    versions = {int(pk): int(text) for pk, text in shown.items() if _is_number(pk) and _is_number(text)}
    found = Arrival.objects.filter(pk__in=sorted(versions)[:MOST]).order_by("-arrived_at", "-pk")
    done = sum(_set_one_aside(model_admin, request, arrival, versions[arrival.pk], values) for arrival in found)
    messages.success(request, f"Out of scope: {done} {'paper' if done == 1 else 'papers'}. They do not come again.")


def _set_one_aside(
    model_admin: Any, request: HttpRequest, arrival: Arrival, version: int, values: dict[str, str]
) -> bool:
    try:
        with transaction.atomic():
            arrivals.set_aside(arrival=arrival, version=version, by=request.user, **values)
            model_admin.log_change(request, arrival, "Out of scope.")
    except (NotAllowed, Stale, Problems) as error:
        messages.warning(request, f"Not done: {Truncator(arrival.title).chars(80)}. {error}")
        return False
    return True


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18
