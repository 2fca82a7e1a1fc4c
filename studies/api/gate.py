"""The one way into the API: who may ask, how often, and what stays the same in every answer.

All that can be decided without the search and the schemas is decided here, so that an answer which did not change, and a
request that is refused, cost next to nothing. The schemas are only loaded by the first request that gets past.
"""

import re
from functools import cache
from threading import Lock

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import Resolver404, URLResolver
from django.urls.resolvers import RegexPattern
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.utils.log import log_response
from django.views.decorators.csrf import csrf_exempt

from atlas_site.outages import is_outage
from atlas_site.rates import Rate, Standing, count
from studies import freshness
from studies.api.answers import now
from studies.api.problems import (
    BUSY,
    FAULT,
    METHOD,
    NOT_ACCEPTABLE,
    NOT_FOUND,
    TOO_MANY,
    UNREADABLE,
    Problem,
    response_of,
)

METHODS = "GET, HEAD, OPTIONS"
SEARCHES = {"studies", "facets"}  # these may cost a search; what else there is, is looked up
KEPT = "public, max-age=60"
RATE_HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(["ETag", "Link", "Retry-After", *RATE_HEADERS]),
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match",
    "Access-Control-Max-Age": "86400",
    "Allow": METHODS,
}
_loading = Lock()  # two first programs at once get the same
_JSON = re.compile(r"(?i)^\s*(?:\*/\*|application/\*|application/(?:[\w.-]+\+)?json)\s*(?:;|$)")
_REFUSED = re.compile(r"(?i);\s*q=0(?:\.0{0,3})?\s*$")


@csrf_exempt
def call(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer what stands after /api/v1/. Effects: counts the request; loads the schemas the first time."""
    try:
        response = _answer(request, rest)
    except Problem as problem:
        response = response_of(problem)
    except SuspiciousOperation:
        response = response_of(Problem(UNREADABLE))
    except Exception as fault:  # noqa: BLE001 - a program gets its problem as JSON, and we get our report
        response = _fault(request, fault)
    patch_vary_headers(response, ["Accept-Encoding"])
    for name, value in OPEN.items():
        response.headers[name] = value
    return response


def _answer(request: HttpRequest, rest: str) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    _guard(request)
    standing = _admitted(request, rest)
    try:
        response = _kept(request) or _made(request, rest)
    except Problem as problem:
        problem.headers |= _headers(standing)
        raise
    for name, value in _headers(standing).items():
        response.headers[name] = value
    return response


def _guard(request: HttpRequest) -> None:
    if request.method not in {"GET", "HEAD"}:
        raise Problem(METHOD, headers={"Allow": METHODS})
    accepted = request.headers.get("Accept", "")
    if accepted and not any(_JSON.match(part) and not _REFUSED.search(part) for part in accepted.split(",")):
        raise Problem(NOT_ACCEPTABLE)


def rates(rest: str) -> list[Rate]:
    """The limits that a call counts for, the narrowest last."""
    all_calls = Rate("api", settings.ATLAS_API_PER_HOUR, 3600)
    return [all_calls, Rate("api-search", settings.ATLAS_API_PER_MINUTE, 60)] if rest in SEARCHES else [all_calls]


def _admitted(request: HttpRequest, rest: str) -> Standing | None:
    """Count the request for each limit; the standing with the least left. Raises Problem where one is exceeded."""
    at = now()
    standings = [standing for rate in rates(rest) if (standing := count(rate, request, at))]
    for standing in standings:
        if standing.exceeded:
            waiting = _headers(standing) | {"Retry-After": str(standing.reset)}
            raise Problem(TOO_MANY, headers=waiting)
    return min(standings, key=lambda each: each.remaining, default=None)


def _headers(standing: Standing | None) -> dict[str, str]:
    if standing is None:
        return {}
    numbers = (standing.rate.count, standing.remaining, standing.reset)
    return dict(zip(RATE_HEADERS, map(str, numbers), strict=True))


def _kept(request: HttpRequest) -> HttpResponse | None:
    """304 where the sender has the answer already. Notes the tag for the answer to carry."""
    tag = freshness.tag(request.path, request.META.get("QUERY_STRING", ""))
    request.answer_tag = tag  # type: ignore[attr-defined]
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        return _marked(HttpResponseNotModified(), tag)
    return None


def _made(request: HttpRequest, rest: str) -> HttpResponse:
    try:
        match = routes().resolve(rest)
    except Resolver404:
        raise Problem(NOT_FOUND) from None
    method, request.method = request.method, "GET"  # HEAD is GET without the body, which the server leaves out
    try:
        response = match.func(request, *match.args, **match.kwargs)
    finally:
        request.method = method
    if response.status_code == 200:
        return _marked(response, request.answer_tag)  # type: ignore[attr-defined]
    response.headers.setdefault("Cache-Control", KEPT)  # a study that moved may move back
    return response


def _marked(response: HttpResponse, tag: str) -> HttpResponse:
    response.headers["ETag"], response.headers["Cache-Control"] = tag, KEPT
    return response


def routes() -> URLResolver:
    """The calls of the contract, loaded when the first program asks: schemas take time and memory at every start."""
    with _loading:
        return _routes()


@cache
def _routes() -> URLResolver:
    from studies.api.contract import patterns

    return URLResolver(RegexPattern(r"^"), patterns())


def _fault(request: HttpRequest, fault: Exception) -> HttpResponse:
    """Report a fault as Django would, and answer as JSON."""
    response = response_of(Problem(BUSY if is_outage(fault) else FAULT))
    got_request_exception.send(sender=call, request=request)
    log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request, exception=fault)
    return response
