"""What log lines may hold. Of a request to a private page: method, view and status; of a fault there: where it happened.

Texts of exceptions, of queries and of other libraries can hold what a person typed, so none of them passes. Of any other
page the log holds the path, never the query, because that is what a reader searched for.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from atlas_site.private_pages import current_view, is_private, view_name

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
OURS = ("atlas_site.", "contributions.", "studies.")  # our own messages are literal sentences


class PrivateFilter(logging.Filter):
    """Reduces records of private pages in place, so that no handler can say more. It keeps every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "django.server":
            _shorten(record)
            return True
        path = getattr(getattr(record, "request", None), "path_info", "")
        if is_private(path):
            _reduce(record, view_name(path))
        elif view := current_view():
            _reduce(record, view)
        return True


class ProbesFilter(logging.Filter):
    """Drops the lines about requests of watchers, which come every few seconds and are never a surprise."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path_info", "") not in PROBES


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, message, and where they are there request (a number by chance) and fault.

    It says what the filters above left of a record, and nothing else of it: no address, no query, no user.
    """

    def format(self, record: logging.LogRecord) -> str:
        from atlas_site.watching import measuring  # the settings name this class before there are settings

        fault = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": measuring.current_number(),
            "fault": fault,
        }
        return json.dumps({name: value for name, value in told.items() if value}, ensure_ascii=False)


def _reduce(record: logging.LogRecord, view: str) -> None:
    if record.exc_info:
        error = record.exc_info[1]
        record.exc_text, record.exc_info = where(error) if error else "", None
    if record.name.startswith(OURS):
        return
    method = getattr(getattr(record, "request", None), "method", "")
    status = str(getattr(record, "status_code", ""))
    record.msg, record.args = " ".join(filter(None, [method, view, status])), ()


def _shorten(record: logging.LogRecord) -> None:
    """A line of Django's development server: `GET /path?query HTTP/1.1` as its first argument."""
    words = str(record.args[0]).split() if isinstance(record.args, tuple) and record.args else []
    if len(words) != 3:
        record.msg, record.args = "A request could not be read.", ()
        return
    path = words[1].partition("?")[0]
    record.msg, record.args = (
        f"{words[0]} {view_name(path) if is_private(path) else path} {getattr(record, 'status_code', '')}".rstrip(),
        (),
    )


def where(error: BaseException) -> str:
    """A traceback with its causes: files, lines and types, without any text of an exception and without any value."""
    parts = []
    for one in reversed(list(_chain(error))):
        parts += ["Traceback (most recent call last):\n", *traceback.format_tb(one.__traceback__)]
        parts.append(f"{type(one).__module__}.{type(one).__qualname__}\n")
    return "".join(parts).rstrip("\n")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and what led to it, newest first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
