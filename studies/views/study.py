"""The page of one study, and what its address answers when the study is not there."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from atlas_site.preferences import look_of
from studies import mementos, signposts, structured
from studies.compiled import Compiled
from studies.formats.link_header import header
from studies.models import SlugRedirect, Study
from studies.reading import page_of
from studies.views.history import address_of
from studies.vocabulary import State

# What an address can ask for beside the page itself, and its template.
PARTS = {"?print=one-page": "studies/one_page.html", "?part=abstract": "studies/abstract.html"}

# A draft never stands in the way of an address that a public study had.
_at: Compiled[Study] = Compiled(lambda slug: Study.objects.for_page().filter(slug=slug, version__gte=1).order_by())


class Moved(Exception):
    """The study has another address now."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@require_safe
def study(request: HttpRequest, slug: str) -> HttpResponse:
    """200 for a published study, 301 where it moved or was merged, 410 where it was withdrawn, else 404.

    `?print=one-page` asks for what fits on one sheet of paper, `?part=abstract` for the abstract where its licence permits.
    """
    asked = next((part for part in PARTS if f"?{request.META.get('QUERY_STRING', '')}" == part), "")
    try:
        found = public_study(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(reverse("studies:study", args=[moved.slug]) + asked)
    if found.state == State.WITHDRAWN:
        response = render(request, "studies/withdrawn.html", {"section": "evidence", "study": found}, status=410)
        response["Link"] = header(mementos.of_study(found, here=address_of(found)))
        return response
    depth, page = look_of(request).depth, page_of(found)
    context = {"section": "evidence", "study": found, "page": page, "trail": trail(), "depth": depth}
    if asked == "?print=one-page" or (asked and page.may_show_abstract):
        here = [*trail(), ("This study", found.get_absolute_url())]
        return render(request, PARTS[asked], context | {"trail": here})
    context |= {"unfolded": unfolded(found, depth), "graph": structured.of_study(page, trail())}
    response = render(request, "studies/study.html", context)
    here = page.record.atlas_url
    response["Link"] = header([*signposts.of_study(found, here=here), *mementos.of_study(found, here=here)])
    return response


def unfolded(study: Study, depth: str) -> bool:
    """Whether the deep parts stand open: by the reader's choice, or because a study without texts has little else."""
    return depth == "deep" or (depth == "short" and not study.has_texts)


def public_study(slug: str) -> Study:
    """The published or withdrawn study at this address. Raises Moved, or Http404 where the public sees nothing."""
    found = next(iter(_at(slug)), None)
    if found is None:
        old = SlugRedirect.objects.select_related("study").filter(slug=slug).first()
        if old is None or old.study.version == 0:
            raise Http404
        raise Moved(old.study.slug)
    if found.merged_into is not None:
        raise Moved(found.merged_into.slug)
    return found


def trail() -> list[tuple[str, str]]:
    return [("Studies", reverse("studies:evidence"))]
