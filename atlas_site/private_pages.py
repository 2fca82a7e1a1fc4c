"""Which pages are private, and how a log or a report may call a request to one: by method, view and status alone."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

# What contributors see; what a reader keeps; of the staff pages those that show what was sent, and links that sign in.
PREFIXES = (
    "/contribute",
    "/my-contribution",
    "/reading-list",
    f"/{settings.ADMIN_PATH}contributions/",
    f"/{settings.ADMIN_PATH}once/",
)

_view: ContextVar[str] = ContextVar("private_view", default="")


class PrivatePagesMiddleware:
    """Lets everything that runs for a private page know that it does (`current_view`); must stand outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_private(request.path_info):
            return self.get_response(request)
        token = _view.set(view_name(request.path_info))
        try:
            return self.get_response(request)
        finally:
            _view.reset(token)


def is_private(path: str) -> bool:
    """Whether this path, without the query, belongs to a private page."""
    return path.startswith(PREFIXES)


def current_view() -> str:
    """The name of the private view that is being answered in this thread; empty for anything else."""
    return _view.get()


def view_name(path: str) -> str:
    """The name of the view at this path; never any part of the path itself, which may hold what somebody typed."""
    try:
        return resolve(path).view_name or "unnamed"
    except Resolver404:
        return "unknown"
