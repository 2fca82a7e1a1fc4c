"""Memento (RFC 7089): the list of a study's versions for programs, and the way to the version of a date."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_http_date
from django.views.decorators.http import require_safe

from studies import mementos
from studies.formats.link_header import header, link_format
from studies.models import Study
from studies.views.history import Moved, address_of, public_study

WRONG_DATE = "Write Accept-Datetime as: Thu, 26 Nov 2026 12:00:00 GMT\n"
PLAIN = "text/plain; charset=utf-8"


@require_safe
def timemap(request: HttpRequest, slug: str) -> HttpResponse:
    """Every version with its address and time; 301 where the study has another address now."""
    try:
        study = public_study(slug)
    except Moved as moved:
        return redirect("studies:timemap", moved.study.slug, permanent=True)
    links = mementos.timemap(_made(study), here=address_of(study))
    return HttpResponse(link_format(links), content_type=mementos.LINK_FORMAT)


@require_safe
def timegate(request: HttpRequest, slug: str) -> HttpResponse:
    """302 to the version that stood at the time in Accept-Datetime, or to the newest; 400 for a time nobody can read."""
    try:
        study = public_study(slug)
    except Moved as moved:
        return redirect("studies:timegate", moved.study.slug, permanent=True)
    try:
        asked = _asked(request)
    except ValueError:
        return HttpResponseBadRequest(WRONG_DATE, content_type=PLAIN)
    number = mementos.chosen(_made(study), asked)
    response = HttpResponseRedirect(reverse("studies:version", args=[study.slug, number]))
    patch_vary_headers(response, ["accept-datetime"])
    response["Link"] = header(mementos.from_timegate(here=address_of(study)))
    return response


def _asked(request: HttpRequest) -> datetime | None:
    """The time in Accept-Datetime, None without one. Raises ValueError."""
    text = request.headers.get("accept-datetime")
    return datetime.fromtimestamp(parse_http_date(text), UTC) if text is not None else None


def _made(study: Study) -> list[tuple[int, datetime]]:
    """Number and time of every version, the first one first."""
    return list(study.revisions.order_by("number").values_list("number", "made_at"))
