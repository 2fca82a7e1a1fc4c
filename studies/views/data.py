"""The page about the atlas's data, and its releases."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from studies import structured
from studies.dumping import releases
from studies.dumping.package import MEDIA_TYPES
from studies.models import PublicState

A_YEAR = 31_536_000


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What anyone may take, how, and under which licence; the releases, the newest first."""
    offered = [release for release in releases.listed() if not release.held_back]
    context = {
        "section": "about",
        "state": PublicState.objects.first() or PublicState(),
        "releases": offered,
        "graph": structured.of_releases(offered),
    }
    return render(request, "studies/data.html", context)


@require_safe
def release(request: HttpRequest, name: str) -> HttpResponse:
    """One release: its files, how to check and how to cite it. 404 for an unknown one, 410 for one that is held back."""
    found = next((each for each in releases.listed() if each.name == name), None)
    if found is None:
        raise Http404
    context = {"section": "about", "release": found, "trail": [("Data", "../")]}
    return render(request, "studies/release.html", context, status=410 if found.held_back else 200)


@require_safe
@cache_control(public=True, max_age=A_YEAR, immutable=True)
def release_file(request: HttpRequest, name: str, file: str) -> FileResponse:
    """A file of a release. It never changes, so it may be kept for ever."""
    try:
        path = releases.file_of(name, file)
    except releases.NoRelease as error:
        raise Http404 from error
    kind = MEDIA_TYPES.get(path.suffix, "text/plain")
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=kind)
