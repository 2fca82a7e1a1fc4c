"""Addresses for programs that watch the atlas: /healthz, /readyz and, with a token, /metrics.

They are answered before everything else, because a watcher comes by number, without HTTPS and without a cookie. What they
say helps nobody to attack: one word each; the figures need ATLAS_METRICS_TOKEN.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from atlas_site import breaker
from atlas_site.replicas import candidates
from atlas_site.watching import figures, readiness
from atlas_site.watching.exposing import MEDIA_TYPE

Answering = Callable[[HttpRequest], HttpResponse | None]


class ProbesMiddleware:
    """Outermost of all, so that nothing counts, redirects or looks up a host for a probe."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answering = PROBES.get(request.path_info) if request.method in {"GET", "HEAD"} else None
        with breaker.refusing():  # a watcher waits for no database that says nothing
            answer = answering(request) if answering else None
        return answer or self.get_response(request)


def health(request: HttpRequest) -> HttpResponse:
    """The process lives; nothing is asked."""
    return _plain("ok\n")


def ready(request: HttpRequest) -> HttpResponse:
    """200 `ready`, or 503 with the word for what is missing: database, migrations or search.

    200 `reading` where the primary is away and a replica answers readers: whoever took this process out of service would take
    the pages from them.
    """
    word = readiness.missing()
    if word == "database" and candidates.readers_are_served():
        return _plain("reading\n")
    return _plain(f"{word or 'ready'}\n", 503 if word else 200)


def metrics(request: HttpRequest) -> HttpResponse | None:
    """All figures for whoever names the token as `Authorization: Bearer …`; without the setting there is no such page."""
    if not settings.ATLAS_METRICS_TOKEN:
        return None
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {settings.ATLAS_METRICS_TOKEN}".encode()):
        return _plain("A token is needed.\n", 401)
    answer = _plain("\n".join(figures.lines()) + "\n")
    answer["Content-Type"] = MEDIA_TYPE
    return answer


def _plain(text: str, status: int = 200) -> HttpResponse:
    answer = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    answer["Cache-Control"], answer["X-Content-Type-Options"] = "no-store", "nosniff"
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


PROBES: dict[str, Answering] = {"/healthz": health, "/readyz": ready, "/metrics": metrics}
