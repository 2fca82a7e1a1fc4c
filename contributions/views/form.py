"""The form: /contribute/ and /contribute/<study>/.

A form is only stored by the step "send". The others (another kind, another place on the page, a check before sending)
answer with the same form and everything that was typed.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contributions import correcting
from contributions.forms import LABELS, TYPED, refilled
from contributions.kinds import ASKED, fields_of, kind_from, kinds_for
from contributions.views.form_page import form_page, kind_of, study_at
from contributions.views.sending import send
from contributions.vocabulary import Kind
from studies.models import Study


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def contribute(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The kinds to choose from, the form of one, and what follows from sending it."""
    study = study_at(slug) if slug else None
    if request.method != "POST":
        if study and study.slug != slug:
            return HttpResponsePermanentRedirect(reverse("contributions:contribute_study", args=[study.slug]))
        return _opened(request, study)
    step, _, to = request.POST.get("step", "send").partition("-")
    kind = kind_of(request, study)
    if step == "kind":
        return _of_another_kind(request, study, kind_from(to, about_study=bool(study)) or kind)
    if step == "field" and study:
        return _with_place(request, study, kind)
    return send(request, study, kind, check=step == "check")


def _opened(request: HttpRequest, study: Study | None) -> HttpResponse:
    kind = kind_from(request.GET.get("kind", ""), about_study=bool(study))
    if kind is None and study is None:
        kinds = [(one.value, ASKED[one]) for one in kinds_for(about_study=False)]
        return render(request, "contributions/choose.html", {"kinds": kinds})
    kind = kind or Kind.CORRECTION
    name = request.GET.get("field", "")
    place = correcting.place(study, name) if study else None
    form = refilled({"field": name, "proposed": place.text} if place else {}, kind=kind, study=study)
    return form_page(request, form, study, place=place)


def _of_another_kind(request: HttpRequest, study: Study | None, kind: Kind) -> HttpResponse:
    """The form of another kind; what stood in a box that it does not have moves into the message."""
    sent = request.POST.dict()
    has = {"text", "field", *fields_of(kind, about_study=study is not None)}
    moved = [f"{LABELS[name]}: {sent[name]}" for name in TYPED if name not in has and sent.get(name, "").strip()]
    form = refilled({**sent, "text": "\n\n".join(filter(None, [sent.get("text", ""), *moved]))}, kind=kind, study=study)
    return form_page(request, form, study)


def _with_place(request: HttpRequest, study: Study, kind: Kind) -> HttpResponse:
    """Another place was picked: show what stands there, and start the proposal from it unless something was typed."""
    sent, was = request.POST, correcting.place(study, request.POST.get("shown", ""))
    place = correcting.place(study, sent.get("field", ""))
    typed = sent.get("proposed", "")
    untouched = not typed.strip() or (was is not None and not correcting.difference(was, typed))
    proposed = (place.text if place else "") if untouched else typed
    form = refilled({**sent.dict(), "proposed": proposed}, kind=kind, study=study)
    return form_page(request, form, study, place=place, picked=True)
