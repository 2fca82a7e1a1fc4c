from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from contributions.figures import SMALLEST, service


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How long answers took in the last year; what rests on fewer than five messages is not said."""
    lines = service(timezone.now())
    context = {
        "section": "about",
        "lines": lines,
        "total": lines[-1] if lines else None,
        "smallest": SMALLEST,
    }
    return render(request, "contributions/figures.html", context)
