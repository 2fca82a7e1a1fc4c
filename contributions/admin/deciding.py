"""Carrying out an act that was posted: on the version that was shown, or an answer that says who was faster."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone

from contributions.admin import page, words
from contributions.admin.acts import Act
from contributions.admin.forms import ActForm
from contributions.models import Contribution
from contributions.review import ConsentMissing, Decided, NotAllowed, Shown, TextMissing
from contributions.transitions import Action
from studies.admin.again import compared, note_sent
from studies.admin.showing import sides
from studies.admin.steps import done_title, typed_texts
from studies.errors import Conflict, Problems, Stale

if TYPE_CHECKING:
    from studies.admin.base import StaffAdmin


def view_of(act: Act) -> Callable[[StaffAdmin, HttpRequest, Contribution], HttpResponse]:
    def view(admin: StaffAdmin, request: HttpRequest, contribution: Contribution) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not request.user.has_perm(act.permission):
            raise PermissionDenied
        form = act.form(request.POST, contribution=contribution)
        if "insert" in request.POST:
            return page.show(admin, request, contribution, typed={act.slug: _with_start(act, form)})
        if not form.is_valid():
            return page.show(admin, request, contribution, typed={act.slug: form})
        return _carry_out(admin, request, contribution, act, form)

    return view


def _carry_out(
    admin: StaffAdmin, request: HttpRequest, contribution: Contribution, act: Act, form: ActForm
) -> HttpResponse:
    shown = Shown(contribution.pk, form.cleaned_data["version"])
    try:
        told = act.run(shown=shown, by=request.user, at=timezone.now(), values=form.cleaned_data)
    except (TextMissing, ConsentMissing, Problems) as error:
        form.add_error(None, str(error))
        return page.show(admin, request, contribution, typed={act.slug: form})
    except (Decided, Stale, Conflict, NotAllowed) as error:
        return answer_to(error, admin, request, contribution, typed=typed_words(form), actions=act.actions)
    note_sent(request)
    messages.success(request, told)
    return HttpResponseRedirect(page.address(contribution, "change", request))


def typed_words(form: forms.Form) -> list[tuple[str, str]]:
    """What a person typed, as against what they chose from a list."""
    chosen = {str(field.label) for field in form if isinstance(field.field, forms.ChoiceField)}
    return [(label, text) for label, text in typed_texts(form) if label not in chosen]


def answer_to(
    error: Exception,
    admin: StaffAdmin,
    request: HttpRequest,
    contribution: Contribution,
    *,
    typed: list[tuple[str, str]],
    actions: Collection[Action] = (),
) -> HttpResponse:
    """The page that says why nothing was changed: 409 with who did what, 403 in words. What was typed is in it.

    Whoever pressed twice, and whose last step was one of `actions`, reads that it was done the first time, and whether they
    sent the same again.
    """
    contribution.refresh_from_db()
    event = contribution.events.select_related("actor").last()
    title, status, found = "This has changed meanwhile", 409, {}
    if isinstance(error, Decided) and event and event.actor == request.user and event.action in actions:
        again = compared(request)
        title, found = done_title(again), {"is_done": True, "again": again}
    elif isinstance(error, NotAllowed):
        title, status, found = "This is not open to you", 403, {"refusal": str(error)}
    elif isinstance(error, Conflict):
        title, found = "Somebody changed the same place meanwhile", {"conflicts": sides(error.merge.conflicts)}
    elif isinstance(error, Stale):
        found = {"refusal": str(error)}
    return admin.page(
        request,
        "admin/contributions/not_done.html",
        title=title,
        status=status,
        contribution=contribution,
        last={"said": words.happened(event), "at": event.happened_at} if event else None,
        typed=typed,
        rebase_address=page.address(contribution, "rebase", request),
        **found,
        **page.ways(request, contribution),
    )


def _with_start(act: Act, form: Any) -> ActForm:
    """The form as it was typed, with the chosen sentence at the end of the answer; nothing is checked or done."""
    values = {name: form.data.get(name, "") for name in form.fields}
    values["text"] = "\n\n".join(filter(None, [values.get("text", "").strip(), form.chosen_start()]))
    return act.form(initial=values, contribution=form.contribution)
