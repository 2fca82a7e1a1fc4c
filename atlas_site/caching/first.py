"""Hands out kept pages before Django: most of the time of a page that is there already would go into the layers around it.

Only whole answers that have left the process once, through all layers, are handed out again, with every header that these
layers gave them. Everything else goes the ordinary way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from atlas_site.caching import keeping, moments, words
from atlas_site.caching.middleware import LEFT, is_known_to
from atlas_site.caching.questions import question_of
from atlas_site.caching.shelf import Head, Kept
from atlas_site.watching import measuring

OK, NOT_MODIFIED = "200 OK", "304 Not Modified"
OF_THE_BODY = {"Content-Type", "Content-Length", "Content-Language", "Content-Disposition", "Link"}

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class KeptFirst:
    """A WSGI application around Django's."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not settings.ATLAS_PAGE_CACHE:
            return self.application(environ, start_response)
        began = time.perf_counter()
        found = _found(environ)
        if found is None:
            return self.application(environ, _noting(environ, start_response))
        page, reader = found
        is_known = is_known_to(environ.get("HTTP_IF_NONE_MATCH", ""), page.tag)
        start_response(NOT_MODIFIED if is_known else OK, list(page.unchanged if is_known else page.whole))
        measuring.count_kept(
            view=page.view, method=environ["REQUEST_METHOD"], status=304 if is_known else 200, reader=reader,
            seconds=time.perf_counter() - began,
        )  # fmt: skip
        return () if is_known or environ["REQUEST_METHOD"] == "HEAD" else (page.body,)


def _found(environ: dict[str, Any]) -> tuple[Kept, str] | None:
    """The page as the database has it now, and the database that said so."""
    question = question_of(environ)
    if question is None or not keeping.is_there(question):
        return None
    asked = moments.quick_moment()
    if asked is None:
        return None
    page = keeping.here(question, asked[0])
    return (page, asked[1]) if page is not None and page.whole else None


def _noting(environ: dict[str, Any], start_response: StartResponse) -> StartResponse:
    """Take down the headers with which a kept page leaves."""

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        page: Kept | None = environ.get(LEFT)
        if page is not None and status == OK and environ["REQUEST_METHOD"] == "GET" and not page.whole:
            _note(page, headers)
        return start_response(status, headers, *more)

    return start


def _note(page: Kept, headers: list[tuple[str, str]]) -> None:
    """Unless it leaves with something for one reader."""
    if any(name.lower() == "set-cookie" for name, _ in headers):
        return
    whole: Head = tuple((name, words.HIT if name == words.CACHE_HEADER else value) for name, value in headers)
    page.unchanged = tuple(pair for pair in whole if pair[0] not in OF_THE_BODY)
    page.whole = whole
