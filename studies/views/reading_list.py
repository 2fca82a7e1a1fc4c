"""The reading list. It is kept in the reader's browser; this page shows the studies that are sent to it and keeps nothing."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from studies.exporting import FORMATS, origin_now, stream
from studies.formats import plain
from studies.languages import in_english
from studies.pasted import MOST
from studies.reading_list import ReadingList, looked_up, told
from studies.views.files import content_type, left_out

# What the page offers, in this order.
FILES = ("ris", "bib", "nbib", "csl.json", "csv", "json", "md")
TEXT = plain.SUFFIX


@csrf_exempt  # nothing changes, whoever sends it
@require_http_methods(["GET", "HEAD", "POST"])
def reading_list(request: HttpRequest) -> HttpResponseBase:
    """GET explains. POST shows the studies of the field `studies` (`studies.pasted`), or gives them as the file `format`.

    What is on the list stands in no address: it says much about the person who reads.
    """
    if request.method != "POST":
        return page_of(request, None)
    listed = looked_up(request.POST.get("studies", ""))
    wanted = request.POST.get("format", "")
    response = file_of(listed, wanted) if wanted == TEXT or wanted in FILES else page_of(request, listed)
    response["Cache-Control"] = "private, no-store"
    return response


def page_of(request: HttpRequest, listed: ReadingList | None) -> HttpResponse:
    files = [(suffix, FORMATS[suffix].name) for suffix in FILES]
    context = {"section": "reading_list", "listed": listed, "most": MOST, "files": files}
    return render(request, "studies/reading_list.html", context)


def file_of(listed: ReadingList, suffix: str) -> HttpResponseBase:
    """The list as a download: the text with a line for what was withdrawn, any other format of the public studies alone."""
    ids = [study.pk for study in listed.studies]
    gone = 0 if suffix == TEXT else left_out(ids, FORMATS[suffix])
    reason = "no PubMed number" if gone else ""
    origin = origin_now(studies=len(ids) - gone, left_out=gone, why_left_out=reason)
    response: HttpResponseBase
    if suffix == TEXT:
        response = HttpResponse(
            in_english(plain.render)(told(listed, origin)), content_type="text/plain; charset=utf-8"
        )
    else:
        form = FORMATS[suffix]
        response = StreamingHttpResponse(stream(ids, form, origin), content_type=content_type(form))
    response["Content-Disposition"] = f'attachment; filename="reading-list.{suffix}"'
    return response
