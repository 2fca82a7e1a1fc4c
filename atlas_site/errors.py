"""Error pages that work when little else does: none of them asks the database."""

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseServerError
from django.template.loader import render_to_string

from atlas_site.pages import site


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours. It gets the site's own context only: signed-in people are in the database."""
    return HttpResponseServerError(render_to_string("500.html", site(request)))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be read, such as one with a wrong host name."""
    return HttpResponseBadRequest(render_to_string("400.html", site(request)))
