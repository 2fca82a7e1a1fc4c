"""One address, several formats: what a program's `Accept` header asks for (RFC 9110, 12.5.1). Readers always get the page."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

View = Callable[..., HttpResponseBase]

HTML = "text/html"
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
MOST = 40  # ranges of a header that are read; no program asks for more


def by_accept(page: View, others: Mapping[str, tuple[View, dict[str, Any]]]) -> View:
    """A view that answers with `page`, or with one of `others` (by media type: view, keywords) where the asker prefers it.

    Whatever nobody can give, and no header at all, gets the page: it is of use to whoever looks at the answer.
    """
    offered = [HTML, *others]

    @wraps(page)
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        media_type = preferred(request.headers.get("Accept", ""), offered)
        if media_type in others:
            other, more = others[media_type]
            response = other(request, **arguments, **more)
        else:
            response = page(request, **arguments)
        patch_vary_headers(response, ["Accept"])
        return response

    return view


def preferred(accept: str, offered: list[str]) -> str:
    """The offered type with the highest weight, the earlier of equals; "" where none is acceptable."""
    if not accept or accept == HTML or accept.startswith(f"{HTML},"):
        return offered[0]
    ranges = [_range(part) for part in accept.split(",")[:MOST]]
    weights = {each: _weight(each, ranges) for each in offered}
    best = max(weights.values())
    return next(each for each in offered if weights[each] == best) if best > 0 else ""


def _range(part: str) -> tuple[str, float]:
    """`text/*;q=0.5` as its range and its weight; what cannot be read weighs nothing."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((piece.removeprefix("q=") for piece in parameters if piece.startswith("q=")), "1")
    return name, float(weight) if _WEIGHT.fullmatch(weight) else 0.0


def _weight(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Of the most specific range that covers the type."""
    for covering in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        found = [weight for name, weight in ranges if name == covering]
        if found:
            return max(found)
    return 0.0
