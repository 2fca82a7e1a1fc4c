"""Ways in which the stand-in misbehaves. Each is a function of the request's handler and answers it, or fails to.

A fault is written as its name, or as name and value: `broken`, `busy:2`, `redirect:https://elsewhere.example/`.
"""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

PIECE = b" " * 65_536


def broken(handler: Any, _: str) -> None:
    handler.reply(500, b"<html>fault</html>", "text/html")


def status(handler: Any, value: str) -> None:
    handler.reply(int(value), b'{"error": "refused", "api-key": "' + handler.key.encode() + b'"}', "application/json")


def busy(handler: Any, value: str) -> None:
    """429; the value is the number of seconds, `date+N` the same as a date, empty for none."""
    seconds = value.removeprefix("date+")
    then = format_datetime(datetime.now(UTC) + timedelta(seconds=int(seconds or 0)), usegmt=True)
    after = {"Retry-After": then if value.startswith("date+") else seconds} if value else {}
    handler.reply(429, b"{}", "application/json", after)


def slow(handler: Any, value: str) -> None:
    """Silence for so many seconds, then the answer that was asked for."""
    handler.rest(float(value or 5))
    handler.answer()


def drip(handler: Any, value: str) -> None:
    """An answer that comes byte by byte, one in so many seconds, without end."""
    handler.begin("application/json")
    while handler.chunk(b" ") and not handler.rest(float(value or 0.05)):
        pass


def trickle(handler: Any, value: str) -> None:
    """A head that comes byte by byte, one in so many seconds, without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not handler.rest(float(value or 0.05)):
        handler.wfile.write(b"x")


def truncated(handler: Any, _: str) -> None:
    body, kind = handler.made()
    handler.reply(200, body[: len(body) // 2], kind, {"Content-Length": str(len(body))})
    handler.close_connection = True


def packed_and_truncated(handler: Any, _: str) -> None:
    body, kind = handler.made()
    packed = gzip.compress(body)
    handler.reply(200, packed[: len(packed) // 2], kind, {"Content-Encoding": "gzip"})


def packed(handler: Any, _: str) -> None:
    body, kind = handler.made()
    handler.reply(200, gzip.compress(body), kind, {"Content-Encoding": "gzip"})


def wrong_packing(handler: Any, value: str) -> None:
    body, kind = handler.made()
    handler.reply(200, body, kind, {"Content-Encoding": value or "gzip"})


def malformed(handler: Any, _: str) -> None:
    body, kind = handler.made()
    handler.reply(200, body[: len(body) * 2 // 3], kind)


def wrong_type(handler: Any, value: str) -> None:
    handler.reply(200, b"<html>Please sign in</html>", value or "text/html")


def empty(handler: Any, _: str) -> None:
    handler.reply(200, b"", handler.made()[1])


def no_content(handler: Any, _: str) -> None:
    handler.reply(204, b"", "")


def huge(handler: Any, _: str) -> None:
    """An answer of the right type without end."""
    handler.begin(handler.made()[1])
    while handler.chunk(PIECE):
        pass


def declared_huge(handler: Any, _: str) -> None:
    handler.reply(200, b"{}", handler.made()[1], {"Content-Length": str(10**12)})
    handler.close_connection = True


def bomb(handler: Any, value: str) -> None:
    """A small packed answer of so many megabytes."""
    body = gzip.compress(b" " * (int(value or 64) * 1_048_576))
    handler.reply(200, body, handler.made()[1], {"Content-Encoding": "gzip"})


def redirect(handler: Any, value: str) -> None:
    """To the value, or to the same address again."""
    handler.reply(302, b"", "text/plain", {"Location": value or handler.path})


def unchanged(handler: Any, _: str) -> None:
    handler.reply(304, b"", "")


def reset(handler: Any, _: str) -> None:
    """The connection ends without a word."""
    handler.close_connection = True


def circle(handler: Any, value: str) -> None:
    """The page that was asked for; after so many papers the first ones come again, and so on for ever."""
    place = handler.parameters.get("cursor") or handler.parameters["cursorMark"]
    start = 0 if place == "*" else int(place.removeprefix("place-"))
    _changed(handler, follows=f"place-{(start + 100) % int(value)}")


def again(handler: Any, _: str) -> None:
    """The first page, whose next one is the first, too, each time by another name."""
    _changed(handler, follows="place-" + "0" * len(handler.stub.asked))


def first(handler: Any, _: str) -> None:
    """The beginning of PubMed's list, whatever part was asked for."""
    handler.parameters["retstart"] = "0"
    handler.answer()


def names(handler: Any, value: str) -> None:
    """The answer that was asked for, but it says that there are so many papers."""
    _changed(handler, total=int(value))


def _changed(handler: Any, *, follows: str | None = None, total: int | None = None) -> None:
    """What was asked for, with another next place or another total, wherever each service writes them."""
    body, kind = handler.made()
    answer = json.loads(body)
    new = {"next-cursor": follows, "nextCursorMark": follows, "next_cursor": follows}
    new |= {"total-results": total, "hitCount": total, "count": total}
    for part in [answer, *(answer.get(name, {}) for name in ("message", "meta", "esearchresult"))]:
        for name in new.keys() & part.keys():
            part[name] = part[name] if new[name] is None else new[name]
    handler.reply(200, json.dumps(answer).encode(), kind)


FAULTS: dict[str, Callable[[Any, str], None]] = {
    function.__name__: function
    for function in (
        broken, status, busy, slow, drip, trickle, truncated, packed_and_truncated, packed, wrong_packing, malformed, wrong_type,
        empty, no_content, huge, declared_huge, bomb, redirect, unchanged, reset, circle, again, first, names,
    )
}  # fmt: skip
