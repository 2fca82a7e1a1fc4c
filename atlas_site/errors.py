"""Error pages that work when little else does: none of them asks the database."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from atlas_site.pages import site


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours: 503 where the database does not answer or is busy, else 500.

    It gets the site's own context only: signed-in people are in the database.
    """
    status = 503 if isinstance(sys.exc_info()[1], OperationalError | InterfaceError) else 500
    return HttpResponse(render_to_string("500.html", site(request)), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read, such as one with a wrong host name."""
    return HttpResponseBadRequest(render_to_string("400.html", site(request)))
