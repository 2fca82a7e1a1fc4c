"""Content Security Policy: a small stand-in with the names Django 6 uses, to be deleted when we move to 6.2 LTS.

`SECURE_CSP` is a dictionary of directive to list of sources. A page that needs an inline script asks the request for
`csp_nonce`; only then is the nonce added to the header, so that pages which do not ask stay cacheable byte for byte.
headers.py puts the policy on every answer.
"""

import secrets

from django.conf import settings
from django.utils.functional import SimpleLazyObject


def header_value(nonce: str | None = None) -> str:
    """The policy as one header line; with a nonce it is added to script-src."""
    parts = []
    for directive, sources in settings.SECURE_CSP.items():
        extra = [f"'nonce-{nonce}'"] if nonce and directive == "script-src" else []
        parts.append(" ".join([directive, *sources, *extra]))
    return "; ".join(parts)


def lazy_nonce() -> "SimpleLazyObject[str]":
    """A nonce that is drawn when somebody reads it."""
    return SimpleLazyObject(lambda: secrets.token_urlsafe(16))
