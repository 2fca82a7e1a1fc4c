"""A study as a text file: to keep, to mail, to have read out."""

from types import ModuleType

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from studies.formats import commonmark, plain
from studies.freshness import tag
from studies.languages import in_english
from studies.models import Study
from studies.telling import told
from studies.views.study import Moved, public_study
from studies.vocabulary import State

FORMATS: dict[str, ModuleType] = {module.SUFFIX: module for module in (plain, commonmark)}


@require_safe
def text(request: HttpRequest, slug: str, suffix: str) -> HttpResponseBase:
    """200 for a published study, 304 where the asker has it as it stands, 301 where it moved, 410 where withdrawn, else 404."""
    try:
        found = public_study(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(reverse("studies:text", args=[moved.slug, suffix]))
    if found.state == State.WITHDRAWN:
        told_so = "The atlas has withdrawn this study.\n"
        return HttpResponse(told_so, status=410, content_type="text/plain; charset=utf-8")
    etag = tag(request.path, suffix)  # one address gives both kinds, by `Accept`
    known = get_conditional_response(request, etag=etag)
    return known if known is not None else _written(found, FORMATS[suffix], etag)


@in_english
def _written(study: Study, file_format: ModuleType, etag: str) -> HttpResponse:
    """Any site's script may read it; no search engine should list it beside the page."""
    response = HttpResponse(file_format.render(told(study)), content_type=f"{file_format.MEDIA_TYPE}; charset=utf-8")
    response["ETag"], response["Access-Control-Allow-Origin"], response["X-Robots-Tag"] = etag, "*", "noindex"
    return response
