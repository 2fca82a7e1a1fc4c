"""Follow every link, as one person."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, URLPattern, get_resolver, resolve

from tests.canary.watching import Watched

_HREF = re.compile(r'\bhref="([^"]+)"')
HOST = "http://testserver"


def crawl(client: Watched, starts: list[str], *, each: int) -> set[str]:
    """Ask for these addresses and for all that they lead to on this site, of every view `each` pages at most.

    Pages of one view differ in their rows, so a few of each say what all would. Returns the addresses.
    """
    waiting, seen, views = deque(starts), set(starts), Counter(map(view_name, starts))
    while waiting:
        here = waiting.popleft()
        response = client.get(here)
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for address in _links(here, response.content.decode()):
            if address not in seen and views[name := view_name(address)] < each:
                seen.add(address)
                views[name] += 1
                waiting.append(address)
    return seen


def _links(here: str, page: str) -> list[str]:
    found = []
    for href in _HREF.findall(page):
        address = urldefrag(urljoin(HOST + here, html.unescape(href))).url
        parts = urlsplit(address)
        if address.startswith(HOST + "/") and not parts.path.startswith("/static/") and "logout" not in parts.path:
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def view_name(address: str) -> str:
    """The name of the view that this address leads to; empty where there is none."""
    try:
        return resolve(address.partition("?")[0]).view_name or ""
    except Resolver404:
        return ""


def public_views() -> set[str]:
    """The names of all views of the URLconf outside the admin."""
    return {name for name in _names(get_resolver().url_patterns, "") if not name.startswith("admin:")}


def _names(patterns: list, namespace: str) -> list[str]:
    found = []
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            found.append(namespace + (pattern.name or ""))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            found += _names(pattern.url_patterns, inner)
    return found
