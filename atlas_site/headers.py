"""Headers that stand on every answer, whoever made it: page, file, redirect, error, 304 or probe.

They stand outermost of all, so that no answer leaves without them. What a view or an inner layer has set already stays.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import empty

from atlas_site import csp

# Nothing of a browser is asked for, so no page and nothing in a page may ask.
SENSORS = (
    "accelerometer",
    "camera",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
PERMISSIONS = ", ".join(f"{sensor}=()" for sensor in SENSORS)


class HeadersMiddleware:
    """Adds the headers, and lets a page ask for a nonce (csp.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = csp.lazy_nonce()
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        used = str(nonce) if nonce._wrapped is not empty else None
        for name, value in headers(used, is_shared="Access-Control-Allow-Origin" in response.headers).items():
            response.headers.setdefault(name, value)
        return response


def headers(nonce: str | None = None, *, is_shared: bool = False) -> dict[str, str]:
    """The headers by name; what is open to other sites (`is_shared`) may also be embedded by them."""
    return {
        "Content-Security-Policy": csp.header_value(nonce),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": settings.X_FRAME_OPTIONS,
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if is_shared else "same-origin",
        "Permissions-Policy": PERMISSIONS,
    }
