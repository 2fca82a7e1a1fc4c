"""What changed since a moment, and what the API and its answers are."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from atlas_site.release import release_id, version
from studies.api import schemas
from studies.api.answers import address, answer, atlas, linked
from studies.api.queries import Since, strict
from studies.api.revisions import revision_to_dict, subject
from studies.models import PublicState, Revision
from studies.search import index

router = Router()


@router.get(
    "/changes",
    response=schemas.Changes,
    operation_id="listChanges",
    summary="Changes since a revision",
    tags=["History"],
)
def list_changes(request: HttpRequest, asked: Query[Since]) -> HttpResponse:
    """Every revision of every study in the order in which they were made: ask again with `next_since` to follow the atlas.

    A new name of a case definition or topic is no revision; it moves `counter` alone.
    """
    strict(request, Since)
    rows = Revision.objects.filter(sequence__gt=asked.since).order_by("sequence").select_related("study")
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    last = shown[-1].sequence if shown else asked.since
    more = len(found) > len(shown)
    following = address("changes", {"since": last, "limit": asked.limit})
    changes = [{"study": subject(row.study), "revision": revision_to_dict(row)} for row in shown]
    data = {"atlas": atlas(index.catalogue()), "more": more, "next_since": last, "next": following, "changes": changes}
    return linked(answer(data), following if more else None)


@router.get(
    "/meta", response=schemas.Meta, operation_id="getMeta", summary="State, version and licence", tags=["About"]
)
def get_meta(request: HttpRequest) -> HttpResponse:
    """Which state of the atlas is answered from, by which version of the code, and under which licences."""
    strict(request)
    catalogue = index.catalogue()
    revisions = PublicState.objects.values_list("revisions", flat=True).first() or 0
    return answer(
        {
            "atlas": atlas(catalogue),
            "api": "1",
            "software": {"version": version(), "release": release_id()},
            "revisions": revisions,
            "studies": catalogue.index.whole.total,
            "definitions": len(catalogue.definitions),
            "topics": len(catalogue.topics),
            "document": address("openapi.json"),
        }
    )
