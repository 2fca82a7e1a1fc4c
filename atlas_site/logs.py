"""What log lines may hold. Of a request to a private page: method, view and status; of a fault there: where it happened.

Texts of exceptions, of queries and of other libraries can hold what a person typed, so none of them passes. Of any other
page the log holds the path, never the query, because that is what a reader searched for.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from atlas_site.private_pages import current_view, is_private, view_name

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
OURS = ("atlas_site.", "contributions.", "studies.")  # our own messages are literal sentences


# What ends a line, steers a terminal, turns the direction of writing, or is half a character that no file takes.
_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_STEERING_IN_LINES = re.compile(_STEERING.pattern.replace("\x0a", "\x0b"))
_LIKE_AN_ENTRY = re.compile(r"(?m)^(?=[0-9{])")


class PrivateFilter(logging.Filter):
    """Reduces records of private pages in place, so that no handler can say more. It keeps every record.

    Of every record it also writes out what could pass for another entry: a message is one line, and no line of a fault
    begins like an entry.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        kept = self._reduced(record)
        _write_out(record)
        return kept

    def _reduced(self, record: logging.LogRecord) -> bool:
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


class ServerFilter(logging.Filter):
    """Shortens what gunicorn itself says of a request: it names the address with what was searched for, or the sender's.

    Of a fault that came past Django, such as one in the middle of a file, it leaves where it happened.
    """

    SAID = ("Error handling request", "Invalid request")

    def filter(self, record: logging.LogRecord) -> bool:
        for said in self.SAID:
            if str(record.msg).startswith(said):
                error = record.exc_info[1] if record.exc_info else None
                record.msg, record.args, record.exc_info = f"{said}.", (), None
                record.exc_text = where(error) if error else None
        return True


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


def _write_out(record: logging.LogRecord) -> None:
    try:
        message = record.getMessage()
    except (
        TypeError,
        ValueError,
        KeyError,
    ):  # written wrongly somewhere; what is logged must never be a fault of a page
        record.msg, record.args = "An entry of %s cannot be written.", (record.name,)
        message = record.getMessage()
    if _STEERING.search(message):
        record.msg, record.args = _STEERING.sub(_named, message), ()
    if record.exc_info and not record.exc_text:
        record.exc_text = logging.Formatter().formatException(record.exc_info)
    if record.exc_text:
        record.exc_text = _LIKE_AN_ENTRY.sub("  ", _STEERING_IN_LINES.sub(_named, record.exc_text))


def _named(sign: re.Match[str]) -> str:
    return "\\n" if sign[0] == "\n" else f"\\u{ord(sign[0]):04x}"


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
