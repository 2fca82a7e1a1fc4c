"""Feeds: what is new, what changed, what was retracted, for every shelf and every search."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from studies.feeds import register, writing
from studies.feeds.entries import Feed
from studies.feeds.register import ALONE, SHELVES, Asked
from studies.freshness import tag_at
from studies.languages import in_english
from studies.models import CaseDefinition, Topic
from studies.vocabulary import Pem

FORMATS: dict[str, tuple[str, Callable[[Feed], str]]] = {
    "atom": (writing.ATOM, writing.atom),
    "json": (writing.JSON, writing.json_feed),
}
TEN_MINUTES = 600


@require_safe
def feeds(request: HttpRequest) -> HttpResponse:
    """The list of all feeds for people."""
    context = {
        "section": "about",
        "trail": [("Data", reverse("studies:data"))],
        "topics": Topic.objects.all(),
        "definitions": CaseDefinition.objects.all(),
        "badges": [(value, Pem(value).label) for value in Pem.values],
    }
    return render(request, "studies/feeds.html", context)


@require_safe
def feed(request: HttpRequest, name: str, suffix: str) -> HttpResponseBase:
    if name not in ALONE or suffix not in FORMATS:
        raise Http404
    return _answer(request, suffix, ALONE[name])


@require_safe
def shelf_feed(request: HttpRequest, shelf: str, slug: str, suffix: str) -> HttpResponseBase:
    if shelf not in SHELVES or suffix not in FORMATS:
        raise Http404
    return _answer(request, suffix, lambda asked: SHELVES[shelf](asked, slug))


@in_english
def _answer(request: HttpRequest, suffix: str, made: Callable[[Asked], Feed]) -> HttpResponseBase:
    """304 before anything is made, where the public state is the one that the reader knows."""
    asked = register.asked_now(request.path, dict(request.GET.lists()))
    etag = tag_at(asked.catalogue.state, request.get_full_path())
    known = get_conditional_response(request, etag=etag)
    if known is not None:
        return known
    found = made(asked)
    media_type, write = FORMATS[suffix]
    response = HttpResponse(write(found), content_type=f"{media_type}; charset=utf-8")
    response["ETag"] = etag
    response["Last-Modified"] = http_date(found.updated.timestamp())
    response["Cache-Control"] = f"public, max-age={TEN_MINUTES}"
    response["Access-Control-Allow-Origin"] = "*"
    return response
