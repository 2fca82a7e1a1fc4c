"""Downloads: one study, a list or a search, the whole atlas, in any format of `exporting`."""

from collections.abc import Iterator, Sequence

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from studies.exporting import FORMATS, Format, alone, origin_now, stream
from studies.formats import nbib, tabular
from studies.formats.frame import Origin
from studies.freshness import tag_at
from studies.identifiers import recognise
from studies.models import Study
from studies.search import engine, index
from studies.search.index import Catalogue, PublicMoment
from studies.views.evidence import study_with
from studies.views.negotiating import View
from studies.views.study import Moved, public_study
from studies.vocabulary import State

PLAIN = "text/plain; charset=utf-8"
NO_PUBMED_NUMBER = "This paper has no PubMed number, so there is no NBIB file of it. Take RIS or BibTeX.\n"
WITHDRAWN = "The atlas has withdrawn this study.\n"
LEFT_OUT = "X-Studies-Left-Out"


@require_safe
def study_file(request: HttpRequest, slug: str, suffix: str) -> HttpResponseBase:
    """The paper as a file; the name of a retracted paper's file is no different, but what stands in it says so."""
    form = form_of(suffix)
    try:
        found = public_study(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(reverse("studies:citation", args=[moved.slug, suffix]))
    if found.state == State.WITHDRAWN:
        return HttpResponse(WITHDRAWN, status=410, content_type=PLAIN)
    origin = origin_now(asked=settings.ATLAS_URL + found.get_absolute_url(), studies=1)
    fresh = unchanged(request, (origin.counter, origin.newest_hash), origin)
    if fresh is not None:
        return fresh
    try:
        content = alone(found, form, origin)
    except nbib.NoPubMedNumber:
        return HttpResponse(NO_PUBMED_NUMBER, status=404, content_type=PLAIN)
    response = HttpResponse(mark_of(request, form) + content, content_type=content_type(form))
    return labelled(response, request, name=f"{found.slug}.{suffix}", origin=origin)


@require_safe
def list_file(request: HttpRequest, suffix: str) -> HttpResponseBase:
    """All studies that the list at the same parameters shows, on all its pages, in its order; without any the whole atlas."""
    form = form_of(suffix)
    catalogue = index.catalogue()
    asked = f"{settings.ATLAS_URL}{reverse('studies:evidence')}{_query(request)}"
    return download(request, chosen(request, catalogue), form, asked=asked, moment=catalogue.state)


def form_of(suffix: str) -> Format:
    """Raises Http404."""
    try:
        return FORMATS[suffix]
    except KeyError:
        raise Http404 from None


def chosen(request: HttpRequest, catalogue: Catalogue) -> Sequence[int]:
    """Ids of the studies that the list shows; of the one study alone where a DOI or number was typed."""
    filters, _ = engine.read(dict(request.GET.lists()), catalogue)
    pasted = recognise(filters.q)
    if pasted:
        study = study_with(pasted)
        return [study.pk] if study else []
    found = engine.look(filters, catalogue)
    return found.ids(0, found.result.total)


def download(
    request: HttpRequest, ids: Sequence[int], form: Format, *, asked: str, moment: PublicMoment | None = None
) -> HttpResponseBase:
    """The answer that streams these studies, or 304. `asked` is the full address of the list, named in the file."""
    gone = left_out(ids, form)
    reason = "no PubMed number" if gone else ""
    origin = origin_now(asked=asked, moment=moment, studies=len(ids) - gone, left_out=gone, why_left_out=reason)
    fresh = unchanged(request, (origin.counter, origin.newest_hash), origin)
    if fresh is not None:
        return fresh
    response = StreamingHttpResponse(_body(request, ids, form, origin), content_type=content_type(form))
    return labelled(response, request, name=file_name(form, origin), origin=origin)


def left_out(ids: Sequence[int], form: Format) -> int:
    """How many of the studies the format cannot hold. One query at most."""
    if form.writer is not FORMATS[nbib.SUFFIX].writer:
        return 0
    without = Study.objects.published().filter(pmid__isnull=True).order_by().values_list("pk", flat=True)
    return len(set(without.iterator()).intersection(ids))


def file_name(form: Format, origin: Origin) -> str:
    gap = f"-without-{origin.left_out}" if origin.left_out else ""
    return f"mecfs-study-atlas-{origin.on}-state-{origin.counter}{gap}.{form.suffix}"


def content_type(form: Format) -> str:
    return f"{form.media_type}; charset=utf-8"


def unchanged(request: HttpRequest, moment: PublicMoment, origin: Origin) -> HttpResponseBase | None:
    """304 where the asker has the file as it would be made now: of the same state, code, address and day."""
    return get_conditional_response(request, etag=_tag(request, moment, origin))


def labelled(
    response: HttpResponse | StreamingHttpResponse, request: HttpRequest, *, name: str, origin: Origin
) -> HttpResponse | StreamingHttpResponse:
    """With the headers of a download. Any site's script may read it; no search engine should list it."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = _tag(request, (origin.counter, origin.newest_hash), origin)
    response["Access-Control-Allow-Origin"] = "*"
    response["X-Robots-Tag"] = "noindex"
    if origin.left_out:
        response[LEFT_OUT] = str(origin.left_out)
    return response


def mark_of(request: HttpRequest, form: Format) -> bytes:
    """`?bom=1` puts the byte order mark before a CSV file, by which some spreadsheets know UTF-8."""
    wanted = form.suffix == tabular.SUFFIX and request.GET.get("bom") == "1"
    return tabular.BOM.encode() if wanted else b""


@require_safe
def columns(request: HttpRequest) -> HttpResponse:
    """What each column of the CSV file holds, under which licence."""
    context = {"section": "data", "columns": tabular.COLUMNS, "trail": [("Data", reverse("studies:data"))]}
    return render(request, "studies/columns.html", context)


@require_safe
def columns_file(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(tabular.dictionary(), content_type=f"{tabular.MEDIA_TYPE}; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="mecfs-study-atlas-columns.csv"'
    return response


def _body(request: HttpRequest, ids: Sequence[int], form: Format, origin: Origin) -> Iterator[bytes]:
    """Nothing for HEAD, which wants the headers alone."""
    if request.method != "HEAD":
        yield mark_of(request, form)
        yield from stream(ids, form, origin)


def _tag(request: HttpRequest, moment: PublicMoment, origin: Origin) -> str:
    return tag_at(moment, request.get_full_path(), request.headers.get("Accept", ""), str(origin.on))


def _query(request: HttpRequest) -> str:
    """The parameters of the list itself: a page number means nothing to a file of all pages."""
    asked = request.GET.copy()
    for name in ("page", "bom"):
        asked.pop(name, None)
    return f"?{asked.urlencode()}" if asked else ""


def by_media_type(view: View) -> dict[str, tuple[View, dict[str, str]]]:
    """The formats among which an `Accept` header can choose; plain text says too little to choose by it."""
    kinds = {form.media_type: (view, {"suffix": suffix}) for suffix, form in FORMATS.items()}
    return {media_type: found for media_type, found in kinds.items() if media_type != "text/plain"}


STUDY_FILES = by_media_type(study_file)
LIST_FILES = by_media_type(list_file)
