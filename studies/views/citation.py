"""Downloads of one paper's citation for reference managers."""

from types import ModuleType

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from studies.bibliography import record_of
from studies.formats import bibtex, ris
from studies.views.study import Moved, public_study
from studies.vocabulary import State

FORMATS: dict[str, ModuleType] = {module.SUFFIX: module for module in (bibtex, ris)}


@require_safe
def citation(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    """The paper as a file; the name of a retracted paper's file is no different, but its title says so."""
    if suffix not in FORMATS:
        raise Http404
    try:
        found = public_study(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(reverse("studies:citation", args=[moved.slug, suffix]))
    if found.state == State.WITHDRAWN:
        return HttpResponse(
            "The atlas has withdrawn this study.\n", status=410, content_type="text/plain; charset=utf-8"
        )
    file_format = FORMATS[suffix]
    response = HttpResponse(
        file_format.render(record_of(found)), content_type=f"{file_format.MEDIA_TYPE}; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{found.slug}.{suffix}"'
    return response
