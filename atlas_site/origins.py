"""Where a request comes from, by what the browser itself says: a page cannot make these headers up."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST = 2_000  # characters of an address that is gone back to


def came_from_here(request: HttpRequest) -> bool | None:
    """Whether one of our own pages sent this; None where the browser does not say (those of before 2020)."""
    site_of_sender = request.headers.get("Sec-Fetch-Site")
    if site_of_sender:
        return site_of_sender == "same-origin"
    origin = request.headers.get("Origin")
    return origin == f"{request.scheme}://{request.get_host()}" if origin else None


def local_path(address: str) -> str:
    """The address where it is a path of this site, such as /evidence/?q=pacing; else "", so that nobody is led elsewhere.

    Browsers take `//host`, `/\\host` and paths with control characters in them for other sites.
    """
    plain = address.startswith("/") and len(address) <= LONGEST and address.isprintable() and "\\" not in address
    return address if plain and url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""


def page_before(request: HttpRequest) -> str:
    """Path and query of our own page that led here; "" where there was none or the browser does not say."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # half of an IPv6 address, for example
        return ""
    if parts.netloc != request.get_host():
        return ""
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))
