"""The page that describes the API, drawn by the server from the document that programs read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def describe(request: HttpRequest) -> HttpResponse:
    from studies.api.reference import reference

    return render(request, "studies/api/reference.html", {"section": "about", **reference()})
