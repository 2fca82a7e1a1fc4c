"""The calls of the API and what is loaded with them. Only `gate.routes` and the document ask for this module."""

from collections.abc import Sequence
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import ValidationError

from studies.api.calls import about, history, shelves, studies
from studies.api.problems import NOT_FOUND, Problem, response_of, wrong

ROUTERS = (studies.router, history.router, shelves.router, about.router)


@cache
def contract() -> NinjaAPI:
    api = NinjaAPI(title="ME/CFS Study Atlas", version="1", openapi_url=None, docs_url=None, urls_namespace="atlas-api")
    for router in ROUTERS:
        api.add_router("", router)
    api.add_exception_handler(Problem, lambda _, problem: response_of(problem))
    api.add_exception_handler(Http404, lambda _, missing: response_of(Problem(NOT_FOUND)))
    api.add_exception_handler(ValidationError, _unfit)
    api.add_exception_handler(Exception, _passed_on)
    return api


def patterns() -> Sequence[URLPattern]:
    """The calls, without the library's own pages, and the document that describes them."""
    from studies.api.document import openapi

    calls = [pattern for pattern in contract().urls[0] if pattern.name != "api-root"]
    return [*calls, path("openapi.json", openapi)]


def _unfit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What the schemas refuse, without what was sent."""
    faults: dict[str, str] = {}
    for each in error.errors:
        name = next((part for part in each["loc"][1:] if isinstance(part, str) and part != "asked"), "?")
        faults.setdefault(name, f"{each['msg'].removeprefix('Value error, ')}.")
    return response_of(wrong(**faults))


def _passed_on(request: HttpRequest, fault: Exception) -> HttpResponse:
    """The gate answers faults of ours, in the same words wherever they happen."""
    raise fault
