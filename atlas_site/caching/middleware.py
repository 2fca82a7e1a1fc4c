"""Answers from what is kept, and keeps what may be kept.

Two layers, because of the replicas: the inner one stands where it is known which database this request reads from; the outer one
sees what is left when no database answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, resolve
from django.utils.cache import patch_vary_headers
from django.utils.functional import empty
from django.utils.http import http_date, parse_etags

from atlas_site import breaker
from atlas_site.caching import keeping, marking, words
from atlas_site.caching.editions import edition
from atlas_site.caching.flights import Flights
from atlas_site.caching.moments import Moment, moment_now
from atlas_site.caching.questions import Question, is_known, question_of
from atlas_site.caching.shelf import Kept
from atlas_site.caching.views import KEPT, NEGOTIATING
from studies.freshness import tag_at

LEFT = "atlas.kept"  # in the environment of a request: the page that it was answered with, for first.py

_flights = Flights()
Answering = Callable[[HttpRequest], HttpResponse]


class StalePageMiddleware:
    """Shows a kept page, marked with its time, in place of the page that says that the database is away."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with breaker.refusing():
            response = self.get_response(request)
        if response.status_code != 503 or not settings.ATLAS_PAGE_CACHE:
            return response
        question = question_of(request.META)
        page = keeping.old(question) if question else None
        return marking.marked(page, question.look) if page and question else response


class PageCacheMiddleware:
    """Stands inside what chooses the database, and outside everything that a page is made with."""

    def __init__(self, get_response: Answering) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.ATLAS_PAGE_CACHE:
            return self.get_response(request)
        question = question_of(request.META)
        if question is None or not _is_of_a_kept_view(request):
            return _passed(request, self.get_response(request))
        return self._answered(request, question)

    def _answered(self, request: HttpRequest, question: Question) -> HttpResponse:
        moment = moment_now()
        tag = page_tag(moment, question)
        if is_known_to(request.headers.get("If-None-Match", ""), tag):
            return _labelled(_described(_unchanged(request), tag, question), words.HIT)
        page = keeping.find(question, moment)
        if page is not None:
            return _from(page, request)
        if request.method == "HEAD":
            return self._made(request, question, moment, tag)
        with _flights.turn((question, moment)) as is_first:
            page = None if is_first else keeping.find(question, moment)
            return _from(page, request) if page else self._made(request, question, moment, tag)

    def _made(self, request: HttpRequest, question: Question, moment: Moment, tag: str) -> HttpResponse:
        """A new page. It is kept, and gets its tag, only if no public write fell between its queries."""
        response = self.get_response(request)
        if not _may_be_kept(request, response, question) or moment_now() != moment:
            return _passed(request, response)
        _described(response, tag, question)
        if (changed := moment.time()) is not None:
            response["Last-Modified"] = http_date(changed.timestamp())
        if request.method == "GET":
            now = time.time()
            page = Kept(moment, tag, tuple(response.items()), response.content, view_of(request), now, now)
            keeping.keep(question, page)
            request.META[LEFT] = page
        return _labelled(response, words.MISS)


def page_tag(moment: Moment, question: Question) -> str:
    return tag_at(moment.state, moment.moved_at, edition(), question.text)


def is_known_to(given: str, tag: str) -> bool:
    """Whether `If-None-Match` names this tag; weak comparison, as for GET."""
    if not given:
        return False
    return given == tag or any(each.removeprefix("W/") == tag.removeprefix("W/") for each in parse_etags(given))


def _is_of_a_kept_view(request: HttpRequest) -> bool:
    try:
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        return False
    return view_of(request) in KEPT


def view_of(request: HttpRequest) -> str:
    return request.resolver_match.view_name if request.resolver_match else ""


def _may_be_kept(request: HttpRequest, response: HttpResponse, question: Question) -> bool:
    """Whole pages alone, without a cookie, without a word against it and without a nonce, which is for one answer."""
    said = response.headers.get("Cache-Control", "")
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and said in ({"", "private"} if question.look else {""})
        and response.headers.get("Content-Type", "").startswith("text/html")
        and getattr(request.csp_nonce, "_wrapped", empty) is empty  # type: ignore[attr-defined]
    )


def _described(response: HttpResponse, tag: str, question: Question) -> HttpResponse:
    """With tag and time. Whoever chose a look has a page of their own, which no shared cache may keep."""
    response["ETag"] = tag
    response["Cache-Control"] = words.PRIVATE if question.look else words.public(settings.ATLAS_CDN_SECONDS)
    return response


def _unchanged(request: HttpRequest) -> HttpResponse:
    """304 with what it depends on, as the page itself says it; no page is needed for it."""
    response = HttpResponseNotModified()
    patch_vary_headers(response, ["Accept", "Cookie"] if view_of(request) in NEGOTIATING else ["Cookie"])
    return response


def _from(page: Kept, request: HttpRequest) -> HttpResponse:
    request.META[LEFT] = page
    return _labelled(HttpResponse(page.body, headers=dict(page.head)), words.HIT)


def _passed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What a reader who is known is given is theirs alone; a file that carries a tag may be kept as long as a page."""
    if response.status_code == 304:
        _say_which(request, response)
    if "Cache-Control" not in response.headers:
        if is_known(request.META):
            response["Cache-Control"] = words.PRIVATE
        elif "ETag" in response.headers and response.status_code in {200, 304}:
            response["Cache-Control"] = words.public(settings.ATLAS_CDN_SECONDS)
    return _labelled(response, words.PASS)


def _say_which(request: HttpRequest, response: HttpResponse) -> None:
    """A 304 names the tag that has not changed (RFC 9110, 15.4.5): where one was asked about, it is that one."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    if len(tags) == 1 and tags != ["*"]:
        response.headers.setdefault("ETag", tags[0])


def _labelled(response: HttpResponse, how: str) -> HttpResponse:
    response[words.CACHE_HEADER] = how
    return response
