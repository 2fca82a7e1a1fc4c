"""Staff lose no text when the database is away, or something else fails under a form of theirs: the answer holds it.

Made without any query, like the page of contributors (contributions/views/keeping.py). The text stands in that answer
alone: in no cookie, no address, no log, and no browser stores the page.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from atlas_site.outages import RETRY_AFTER
from atlas_site.pages import site
from atlas_site.staff_text import written


class KeepTextInOutageMiddleware:
    """Stands outside sessions and form protection, so that their failures are caught too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return kept(request, response) if request.method == "POST" and response.status_code >= 500 else response


def kept(request: HttpRequest, failed: HttpResponse) -> HttpResponse:
    """The answer with all that the form sent; the failed answer itself where no text is in it or another site sent it."""
    found = written(request)
    if not found["texts"]:
        return failed
    context = {"status": failed.status_code, "csrf_token": get_token(request), "action": request.get_full_path()}
    page = render_to_string("admin/kept_outage.html", {**site(request), **context, **found})
    response = HttpResponse(page, status=failed.status_code)
    response._has_been_logged = getattr(failed, "_has_been_logged", False)  # type: ignore[attr-defined]
    if failed.status_code == 503:
        response["Retry-After"] = RETRY_AFTER
    add_never_cache_headers(response)
    CsrfViewMiddleware(lambda request: response).process_response(request, response)  # sets its cookie
    return response
