from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from atlas_site.pages import site
from studies.identifiers import Identifier, recognise
from studies.models import Study
from studies.search import drawing, engine, index

FIELDS = {"doi": ("doi", "preprint_doi"), "pmid": ("pmid",), "pmcid": ("pmcid",)}
NAMES = {"doi": "DOI", "pmid": "PubMed number", "pmcid": "PubMed Central number"}


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    catalogue = index.catalogue()
    filters, notices = engine.read(dict(request.GET.lists()), catalogue)
    pasted = recognise(filters.q)
    study = pasted and study_with(pasted)
    if study:
        return HttpResponseRedirect(study.get_absolute_url())
    if pasted:
        notices.append(f"No study in the atlas has the {NAMES[pasted.kind]} {pasted.value}.")
    page = engine.find(filters, catalogue)
    return HttpResponse(
        drawing.drawn(page, site=site(request), notices=notices + page.notices, ways_on=engine.ways_on(page))
    )


def study_with(identifier: Identifier) -> Study | None:
    """The published study with this identifier."""
    for field in FIELDS[identifier.kind]:
        study = Study.objects.published().filter(**{field: identifier.value}).first()
        if study:
            return study
    return None
