"""Content Security Policy: a small stand-in with the names Django 6 uses, to be deleted when we move to 6.2 LTS.

`SECURE_CSP` is a dictionary of directive to list of sources. A page that needs an inline script asks the request for
`csp_nonce`; only then is the nonce added to the header, so that pages which do not ask stay cacheable byte for byte.
"""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject, empty


def header_value(nonce: str | None = None) -> str:
    """The policy as one header line; with a nonce it is added to script-src."""
    parts = []
    for directive, sources in settings.SECURE_CSP.items():
        extra = [f"'nonce-{nonce}'"] if nonce and directive == "script-src" else []
        parts.append(" ".join([directive, *sources, *extra]))
    return "; ".join(parts)


class ContentSecurityPolicyMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        lazy_nonce = SimpleLazyObject(lambda: secrets.token_urlsafe(16))
        request.csp_nonce = lazy_nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        used = lazy_nonce._wrapped is not empty
        response.headers.setdefault("Content-Security-Policy", header_value(str(lazy_nonce) if used else None))
        return response
