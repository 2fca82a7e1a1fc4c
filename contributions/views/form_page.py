"""The page of the form, filled with whatever was typed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from atlas_site.losable import remembered
from contributions import correcting, figures, form_token, limits, proof_of_work
from contributions.correcting import Place
from contributions.forms import ContributionForm, refilled
from contributions.kinds import ASKED, kind_from, kinds_for
from contributions.terms import TERMS
from contributions.vocabulary import Kind
from studies.models import Study
from studies.views.study import Moved, public_study, trail

MEDIAN_SECONDS = 600


def study_at(slug: str) -> Study:
    """The public study at this address or at the one it moved to; Http404 where there is none."""
    try:
        return public_study(slug)
    except Moved as moved:
        return study_at(moved.slug)


def kind_of(request: HttpRequest, study: Study | None) -> Kind:
    """The kind that was sent, else the usual one: nobody loses a text over it."""
    usual = Kind.CORRECTION if study else Kind.OTHER
    return kind_from(request.POST.get("kind", ""), about_study=bool(study)) or usual


def again(
    request: HttpRequest, study: Study | None, *, kind: Kind | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """The form with everything that was sent, unchecked."""
    form = refilled(request.POST.dict(), kind=kind or kind_of(request, study), study=study)
    return form_page(request, form, study, status=status, **more)


def form_page(
    request: HttpRequest,
    form: ContributionForm,
    study: Study | None,
    *,
    status: int = 200,
    place: Place | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of the form. `more`: picked, known (a Study), preview, minutes (over a limit), lost (its protection)."""
    at = timezone.now()
    if study and place is None and "field" in form.fields:
        place = correcting.place(study, form["field"].value() or "")
    context = {
        "form": form,
        "study": study,
        "place": place,
        "asked": ASKED[form.kind],
        "others": [(one.value, ASKED[one]) for one in kinds_for(about_study=bool(study)) if one != form.kind],
        "signed": kept_token(request) or form_token.new(at=at),
        "surging": limits.surging(at),
        "bits": proof_of_work.BITS,
        "median": remembered("contributions.median", lambda: figures.median_wait(at), seconds=MEDIAN_SECONDS),
        "terms": TERMS,
        "trail": [*trail(), ("This study", study.get_absolute_url())] if study else [],
    }
    response = render(request, "contributions/form.html", context | more, status=status)
    response.keeps_text = True
    return response


def kept_token(request: HttpRequest) -> str:
    """The form's own value, so that a second sending is known as one.

    Only ours, and only from a form that passed its protection: a stranger's page could have sent a value that the
    stranger knows, and so would know the receipt.
    """
    value = request.POST.get("form", "") if getattr(request, "csrf_processing_done", False) else ""
    return value if form_token.read(value, at=timezone.now()).seconds is not None else ""
