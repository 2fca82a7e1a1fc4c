"""Error pages that work when little else does: none of them asks the database."""

import sys

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from atlas_site.outages import RETRY_AFTER, is_outage, only_reads
from atlas_site.pages import site


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: 503 where the database does not answer, is busy or takes nothing in, else 500.

    It gets the site's own context only: signed-in people are in the database.
    """
    fault = sys.exc_info()[1]
    if not is_outage(fault):
        return HttpResponse(render_to_string("500.html", site(request)), status=500)
    page = render_to_string("503.html", site(request) | {"only_reads": only_reads(fault)})
    return HttpResponse(page, status=503, headers={"Retry-After": RETRY_AFTER, "Cache-Control": "no-store"})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read, such as one with a wrong host name; 413 for one that is too large."""
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("413.html", site(request)), status=413)
    return HttpResponseBadRequest(render_to_string("400.html", site(request)))
