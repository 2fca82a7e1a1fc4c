"""unAPI: how a reference manager's button fetches the papers of a page (unapi.info, version 1).

Only formats that keep every name whole and the PubMed number are offered: a reader of several would otherwise take the one that
it knows best, not the one that says most.
"""

import re
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import override
from django.views.decorators.http import require_safe

from studies.bibliography import record_of
from studies.exporting import origin_now
from studies.formats import bibtex, ris
from studies.formats.xml import group
from studies.models import Study
from studies.records import Record
from studies.serializers import LABELS_IN
from studies.views.study import Moved, public_study
from studies.vocabulary import State

PLAIN = "text/plain; charset=utf-8"
_SLUG = re.compile(r"[-\w]+")  # as in the address of a study; PostgreSQL refuses to look for some of what else may come
WRITERS: dict[str, tuple[str, Callable[[Record], str]]] = {
    "ris": (ris.MEDIA_TYPE, ris.for_reference_manager),
    "bibtex": (bibtex.MEDIA_TYPE, bibtex.render),
}


@require_safe
def unapi(request: HttpRequest) -> HttpResponse:
    """The formats (200), those of one study (300), or the study in one of them (200).

    404 for an unknown study, 406 for an unknown format, 410 and 301 as the study's page.
    """
    slug, name = request.GET.get("id", ""), request.GET.get("format", "")
    if not slug:
        return formats()
    if not _SLUG.fullmatch(slug):
        raise Http404
    try:
        study = public_study(slug)
    except Moved as moved:
        asked = {"id": moved.slug, **({"format": name} if name else {})}
        return HttpResponsePermanentRedirect(f"{reverse('studies:unapi')}?{urlencode(asked)}")
    if study.state == State.WITHDRAWN:
        return HttpResponse("The atlas has withdrawn this study.\n", status=410, content_type=PLAIN)
    return written(study, name) if name else formats(slug)


def formats(slug: str = "") -> HttpResponse:
    """The list of formats, as XML."""
    listed = "".join(f'<format name="{name}" type="{media_type}"/>' for name, (media_type, _) in WRITERS.items())
    xml = group("formats", listed, **({"id": slug} if slug else {}))
    declared = f'<?xml version="1.0" encoding="UTF-8"?>\n{xml}\n'
    return HttpResponse(declared, status=300 if slug else 200, content_type="application/xml; charset=utf-8")


def written(study: Study, name: str) -> HttpResponse:
    if name not in WRITERS:
        known = ", ".join(WRITERS)
        return HttpResponse(f"This format is not offered. Known formats: {known}.\n", status=406, content_type=PLAIN)
    media_type, render = WRITERS[name]
    with override(LABELS_IN):
        content = render(record_of(study, flags=study.flags.all(), atlas_state=origin_now().state))
    return HttpResponse(content, content_type=f"{media_type}; charset=utf-8")
