from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from studies import structured
from studies.drawing import bars
from studies.glance import pem_at_a_glance
from studies.models import Study
from studies.search import index

LATEST = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    facets = index.current()
    listed = Study.objects.published().prefetch_related("authors")
    glance = pem_at_a_glance(facets)
    context = {
        "section": "home",
        "graph": structured.of_home(),
        "total": facets.everything.bit_count(),
        "with_texts": facets.values.get("text", {}).get("with", 0).bit_count(),
        "newest": listed.with_texts().newest_first()[:LATEST],
        "changed": Study.objects.published().recently_changed()[:LATEST],
        "glance": glance,
        "drawing": bars(glance.rows),
    }
    return render(request, "pages/home.html", context)
