"""Addresses of kept views, whose answers are for one reader alone."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<script nonce={request.csp_nonce}>")


def with_cookie(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse("a page")
    answer.set_cookie("one", "reader")
    return answer


def no_store(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page", headers={"Cache-Control": "no-store"})


studies = [
    path("about/", with_nonce, name="about"),
    path("pem/", with_cookie, name="pem"),
    path("map/", no_store, name="map"),
]
urlpatterns = [path("", include((studies, "studies")))]
