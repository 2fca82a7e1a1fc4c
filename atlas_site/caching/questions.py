"""What an answer may depend on, read from a request: the key under which a page is kept.

Everything a page shows comes from these parts and the public state. Whoever is known, or asks for something else than a page,
has no such question: the answer is neither taken from what is kept nor put there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.http import parse_cookie

from atlas_site.preferences import COOKIE, LONGEST, Look
from studies.views.files import LIST_FILES, STUDY_FILES
from studies.views.negotiating import HTML, preferred
from studies.views.texts import FORMATS

LONGEST_ADDRESS = 1_000  # characters of path and query
LONGEST_NAME = 255  # of a host
LONGEST_ACCEPT = 500
# Whoever prefers the page to all of these is given it by every view that negotiates.
OFFERED = [HTML, *LIST_FILES, *STUDY_FILES, *(module.MEDIA_TYPE for module in FORMATS.values())]

Environ = Mapping[str, Any]


class Question(NamedTuple):
    """The parts as the server received them. `look` is the cookie in its one valid form, empty for no choice.

    Path and query stand as they were sent, since pages repeat them (in the form for the display, in links to the next page).
    """

    scheme: str
    forwarded: str
    host: str
    script: str
    path: str
    query: str
    look: str

    @property
    def text(self) -> str:
        return repr(tuple(self))


def question_of(environ: Environ) -> Question | None:
    """The question of this request, None where its answer must not be kept."""
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or "HTTP_AUTHORIZATION" in environ:
        return None
    cookies = environ.get("HTTP_COOKIE", "")
    look = _look(cookies) if cookies else ""
    path, query, host = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", ""), environ.get("HTTP_HOST", "")
    forwarded = _forwarded(environ)
    too_long = len(path) + len(query) > LONGEST_ADDRESS or len(host) + len(forwarded) > LONGEST_NAME
    if look is None or too_long or not wants_page(environ.get("HTTP_ACCEPT", "")):
        return None
    return Question(environ["wsgi.url_scheme"], forwarded, host, environ.get("SCRIPT_NAME", ""), path, query, look)


def is_known(environ: Environ) -> bool:
    """Whether the asker names somebody: by a session, by a message waiting for them, by a word of access."""
    return "HTTP_AUTHORIZATION" in environ or _look(environ.get("HTTP_COOKIE", "")) is None


def wants_page(accept: str) -> bool:
    """Whether a view gives its page to this `Accept`, whatever else it offers."""
    if accept in {"", "*/*", HTML} or accept.startswith(f"{HTML},"):
        return True
    return len(accept) <= LONGEST_ACCEPT and _prefers_page(accept)


@lru_cache(500)
def _prefers_page(accept: str) -> bool:
    return preferred(accept, OFFERED) == HTML


def _look(cookies: str) -> str | None:
    """The choices in their one form; None for somebody who is known."""
    if not cookies:
        return ""
    found = parse_cookie(cookies)
    if settings.SESSION_COOKIE_NAME in found or "messages" in found:
        return None
    return _in_one_form(found.get(COOKIE, "")[:LONGEST])


@lru_cache(500)
def _in_one_form(text: str) -> str:
    return Look.from_cookie(text).to_cookie()


def _forwarded(environ: Environ) -> str:
    """What the proxy says of the scheme, where it is believed."""
    header = settings.SECURE_PROXY_SSL_HEADER
    return environ.get(header[0], "") if header else ""
