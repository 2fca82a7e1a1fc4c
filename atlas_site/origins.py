"""Where a request comes from, by what the browser itself says: a page cannot make these headers up."""

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
