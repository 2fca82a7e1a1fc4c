"""Addresses of kept views that count how often they make a page, and let nobody through before all have asked."""

import threading

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.clock import PATIENCE

made: list[str] = []
asked: list[str] = []
expected = 0
changed = threading.Condition()


def begin(number: int) -> None:
    """From now on, pages are made when so many have asked."""
    global expected
    made.clear()
    asked.clear()
    expected = number


def ask() -> None:
    with changed:
        asked.append("")
        changed.notify_all()


def about(request: HttpRequest) -> HttpResponse:
    with changed:
        changed.wait_for(lambda: len(asked) >= expected, PATIENCE)
    made.append(request.path)
    return HttpResponse(f"made {len(made)}")


urlpatterns = [path("", include(([path("about/", about, name="about"), path("pem/", about, name="pem")], "studies")))]
