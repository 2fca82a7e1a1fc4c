"""A study's history: the list of its versions, one version for ever, two versions compared."""

from datetime import datetime

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import http_date
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from studies import mementos, versions
from studies.formats.link_header import header
from studies.models import Revision, SlugRedirect, Study
from studies.views.lists import number_in, page_of
from studies.vocabulary import State

PUBLIC = (State.PUBLISHED, State.WITHDRAWN)
TRAIL_WORDS = 5


class Moved(Exception):
    """The study has another address now."""

    def __init__(self, study: Study) -> None:
        self.study = study


@require_safe
def history(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        study = public_study(slug)
    except Moved as moved:
        return redirect("studies:history", moved.study.slug, permanent=True)
    asked = [number_in(request.GET.get(name, "")) for name in ("from", "to")]
    if all(1 <= number <= study.version for number in asked):
        return redirect("studies:difference", study.slug, *asked)
    pages, rows = page_of(study.revisions.order_by("-number").prefetch_related("approvals"), request)
    context = _context(study, "History") | {
        "pages": pages,
        "revisions": rows,
        "asked_wrongly": "from" in request.GET or "to" in request.GET,
    }
    response = render(request, "studies/history.html", context)
    response["Link"] = header(mementos.of_history(study, here=address_of(study)))
    return response


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    try:
        study = public_study(slug)
    except Moved as moved:
        return redirect("studies:version", moved.study.slug, number, permanent=True)
    revision, made = _among_neighbours(study, number)
    shown = versions.read(study, number)
    context = _context(study, f"Version {number}", ("History", "studies:history")) | {
        "revision": revision,
        "parts": versions.parts(shown),
        "pem": shown.values.get("pem"),
        "old_title": shown.values.get("title"),
    }
    response = render(request, "studies/version.html", context)
    response["Memento-Datetime"] = http_date(revision.made_at.timestamp())
    response["Link"] = header(mementos.of_version(study, number, made, here=address_of(study)))
    return response


@require_safe
def difference(request: HttpRequest, slug: str, a: int, b: int) -> HttpResponse:
    try:
        study = public_study(slug)
    except Moved as moved:
        return redirect("studies:difference", moved.study.slug, a, b, permanent=True)
    old, new = _revision(study, a), _revision(study, b)
    context = _context(study, f"Version {a} and version {b}", ("History", "studies:history")) | {
        "old": old,
        "new": new,
        "differences": versions.differences(versions.read(study, a), versions.read(study, b)),
    }
    return render(request, "studies/difference.html", context)


def public_study(slug: str) -> Study:
    """The study at this address, withdrawn ones included; raises Moved for an old address and Http404 for none."""
    study = Study.objects.filter(slug=slug, state__in=PUBLIC).first()
    if study:
        return study
    old = SlugRedirect.objects.filter(slug=slug, study__state__in=PUBLIC).select_related("study").first()
    if old:
        raise Moved(old.study)
    raise Http404("No study has this address.")


def _revision(study: Study, number: int) -> Revision:
    _require(study, number)
    return study.revisions.get(number=number)


def _require(study: Study, number: int) -> None:
    if not 1 <= number <= study.version:
        raise Http404("The study has no version with this number.")


def _among_neighbours(study: Study, number: int) -> tuple[Revision, dict[int, datetime]]:
    """A version, and when those were made to which its page points. One query. Raises Http404."""
    _require(study, number)
    rows = study.revisions.filter(number__in=[number, *mementos.neighbours(study, number)])
    found = {revision.number: revision for revision in rows}
    return found[number], {other: revision.made_at for other, revision in found.items()}


def address_of(study: Study) -> str:
    """The full address of the study's page."""
    return settings.ATLAS_URL + study.get_absolute_url()


def _context(study: Study, place: str, *steps: tuple[str, str]) -> dict[str, object]:
    title = Truncator(study.title).words(TRAIL_WORDS)
    trail = [("Studies", reverse("studies:evidence")), (title, study.get_absolute_url())]
    trail += [(label, reverse(name, args=[study.slug])) for label, name in steps]
    return {"section": "evidence", "study": study, "trail": trail, "place": place}
