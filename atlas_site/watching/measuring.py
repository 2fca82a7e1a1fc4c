"""Measures every request and every statement of the database, and logs slow statements without any value.

The log names view, milliseconds and the statement with its placeholders, never what was put into them.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse

from atlas_site.watching import sharing
from atlas_site.watching.counting import Tally

EVERY = 5.0  # seconds between two writings of the shared file
LONGEST = 1_000  # characters of a statement in the log
OUTSIDE = "outside a request"

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_tally = Tally()
_kept_at = 0.0


@dataclass
class Request:
    """The request that is being answered in this thread, the seconds its statements took, and for a reader of a public page
    the database that answered, where there are several."""

    request: HttpRequest
    database: float = 0.0
    number: str = field(default_factory=lambda: secrets.token_hex(4))  # by chance, so that it tells of nobody
    reader: str = ""


_current: ContextVar[Request | None] = ContextVar("measured_request", default=None)


class MeasureMiddleware:
    """Counts every answer by view, method and class of status, where ATLAS_METRICS_TOKEN is set.

    A streamed answer counts until its first byte.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        current = Request(request)
        token, start = _current.set(current), time.perf_counter()
        try:
            answer = self.get_response(request)
        finally:
            _current.reset(token)
        if settings.ATLAS_METRICS_TOKEN:
            _count(current, answer.status_code, time.perf_counter() - start)
        return answer


def counted() -> Tally:
    """What all processes of this server counted."""
    with _lock:
        return sharing.total(_tally, settings.ATLAS_METRICS_DIR)


def current_number() -> str:
    """What the lines of the log about one request have in common; empty outside a request."""
    current = _current.get()
    return current.number if current else ""


def view_of(request: HttpRequest) -> str:
    """The name of the view that answers; never any part of the address."""
    if match := getattr(request, "resolver_match", None):
        return match.view_name or "unnamed"
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def note_reader(database: str) -> None:
    """Say that the present request is answered by this database."""
    if current := _current.get():
        current.reader = database


def watch(connection: BaseDatabaseWrapper, **kwargs: object) -> None:
    """Time the statements of this connection (called when one is opened)."""
    if time_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(time_statement)


def time_statement(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    start = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        _note(sql, time.perf_counter() - start)


def _note(sql: Any, seconds: float) -> None:
    current = _current.get()
    if current:
        current.database += seconds
    limit = settings.ATLAS_SLOW_STATEMENT_MS
    if limit and seconds * 1000 >= limit:
        view = view_of(current.request) if current else OUTSIDE
        text = " ".join(sql.split())[:LONGEST] if isinstance(sql, str) else "a composed statement"
        # A command may take its time; only where a person waits is it worth a warning.
        level = logging.WARNING if current else logging.INFO
        logger.log(level, "Slow statement: %d ms in %s: %s", seconds * 1000, view, text)
        with _lock:
            _tally.slow[view] += 1


def count_event(name: str) -> None:
    """Count, always and at once, something that happened to an account: alarms are made of it (alarms.py)."""
    with _lock:
        _tally.events[name] += 1
        sharing.keep(_tally, settings.ATLAS_METRICS_DIR)


def count_kept(*, view: str, method: str, status: int, seconds: float, reader: str) -> None:
    """Count an answer that was given before Django (atlas_site/caching/first.py); `reader` as in `note_reader`."""
    if settings.ATLAS_METRICS_TOKEN:
        _add(view, method, status, seconds, 0.0, reader)


def _count(current: Request, status: int, seconds: float) -> None:
    view, method = view_of(current.request), current.request.method or ""
    _add(view, method, status, seconds, current.database, current.reader)


def _add(view: str, method: str, status: int, seconds: float, database: float, reader: str) -> None:
    global _kept_at  # noqa: PLW0603 - one count for the whole process
    with _lock:
        _tally.count(view=view, method=method, status=status, seconds=seconds, database=database)
        if reader:
            _tally.readers[reader] += 1
        if time.monotonic() - _kept_at >= EVERY:
            _kept_at = time.monotonic()
            sharing.keep(_tally, settings.ATLAS_METRICS_DIR)
