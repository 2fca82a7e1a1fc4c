"""Staff lose no text either: whoever is signed out while writing finds what was typed in the answer, ready to be sent again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException, UnreadablePostError
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers

from atlas_site.origins import came_from_here

# The forms of the work. Those of accounts hold passwords and codes, which no page shows again.
WORK = ("contributions/", "studies/")
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


class KeepStaffTextMiddleware:
    """Where a form of the admin is answered by the sign-in page, that answer becomes a page with the text in it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        return kept(request, response) if leads_to_sign_in(response) else response


def leads_to_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response["Location"].partition("?")[0] == reverse("admin:login")


def kept(request: HttpRequest, failed: HttpResponse) -> HttpResponse:
    """A page with all that the form sent, status 403; the failed answer itself where no text is in it.

    Nothing is shown that another site sent: it could put words of its own into a page of ours.
    """
    found = written(request)
    if not found["texts"]:
        return failed
    context = {**admin.site.each_context(request), "title": "Your text was not sent, but it is not lost"}
    response = render(request, "admin/kept.html", {**context, **found}, status=403)
    add_never_cache_headers(response)
    return response


def written(request: HttpRequest) -> dict[str, list[tuple[str, str]]]:
    """`sent`, all fields of a form of the work, and `texts`, what a person wrote in it by label; both empty for any other.

    Asks no database. What cannot be read any more is empty too.
    """
    work = tuple(f"/{settings.ADMIN_PATH}{part}" for part in WORK)
    sent: list[tuple[str, str]] = []
    if request.method == "POST" and request.path_info.startswith(work) and came_from_here(request) is not False:
        with contextlib.suppress(RawPostDataException, UnreadablePostError, MultiPartParserError):
            sent = [(name, value) for name, values in request.POST.lists() if name != TOKEN for value in values]
    return {
        "sent": sent,
        "texts": [(name.replace("_", " ").capitalize(), text) for name, text in sent if is_text(text)],
    }


def is_text(value: str) -> bool:
    """Whether a person wrote it: words with a space between them, or a link."""
    return len(value.split()) > 1 or value.startswith(("http://", "https://"))
