"""A study as a text file: to keep, to mail, to have read out."""

from types import ModuleType

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from studies.formats import commonmark, plain
from studies.telling import told
from studies.views.study import Moved, public_study
from studies.vocabulary import State

FORMATS: dict[str, ModuleType] = {module.SUFFIX: module for module in (plain, commonmark)}


@require_safe
def text(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    """200 for a published study, 301 where it moved or was merged, 410 where it was withdrawn, else 404."""
    try:
        found = public_study(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(reverse("studies:text", args=[moved.slug, suffix]))
    if found.state == State.WITHDRAWN:
        told_so = "The atlas has withdrawn this study.\n"
        return HttpResponse(told_so, status=410, content_type="text/plain; charset=utf-8")
    file_format = FORMATS[suffix]
    return HttpResponse(file_format.render(told(found)), content_type=f"{file_format.MEDIA_TYPE}; charset=utf-8")
