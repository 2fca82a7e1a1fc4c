from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_safe

from studies.identifiers import Identifier, recognise
from studies.models import Study
from studies.search import choices, engine, index
from studies.search.results import results

FIELDS = {"doi": ("doi", "preprint_doi"), "pmid": ("pmid",), "pmcid": ("pmcid",)}
NAMES = {"doi": _("DOI"), "pmid": _("PubMed number"), "pmcid": _("PubMed Central number")}


@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    catalogue = index.catalogue()
    filters, notices = engine.read(dict(request.GET.lists()), catalogue)
    pasted = recognise(filters.q)
    study = pasted and study_with(pasted)
    if study:
        return HttpResponseRedirect(study.get_absolute_url())
    if pasted:
        said = gettext("No study in the atlas has the %(kind)s %(value)s.")
        notices.append(said % {"kind": gettext(NAMES[pasted.kind]), "value": pasted.value})
    page = engine.find(filters, catalogue)
    ways_on = engine.ways_on(page)
    context = {
        "section": "evidence",
        "page": page,
        "title": title_of(page),
        "notices": notices + page.notices,
        "results": results(page),
        "chips": choices.chips(page),
        "groups": choices.groups(page),
        "bars": choices.bars(page),
        "sorts": choices.sorts(page),
        "suggestion": ways_on.corrected and choices.search_for(page, ways_on.corrected),
        "alone": [choices.search_for(page, text) for text in ways_on.alone],
    }
    return render(request, "studies/evidence.html", context)


def study_with(identifier: Identifier) -> Study | None:
    """The published study with this identifier."""
    for field in FIELDS[identifier.kind]:
        study = Study.objects.published().filter(**{field: identifier.value}).first()
        if study:
            return study
    return None


def title_of(page: engine.Page) -> str:
    """What the list shows, for the browser's title: “LDN”, PEM required: 3 studies, page 2."""
    asked = [f"“{page.filters.q}”"] if page.filters.q else []
    asked += [chip.text for chip in choices.chips(page)]
    total = page.result.total
    number = ngettext("%(number)s study", "%(number)s studies", total) % {"number": total}
    place = gettext(", page %(number)s") % {"number": page.pages.number} if page.pages.number > 1 else ""
    return f"{', '.join(asked)}: {number}{place}" if asked else f"{gettext('All studies')}{place}"
