"""The history of a study: its revisions, one version, two versions compared."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from ninja import Query, Router

from studies import versions
from studies.api import cursors, schemas
from studies.api.answers import address, answer, atlas, linked, next_page
from studies.api.problems import NOT_FOUND, Problem
from studies.api.queries import Paged, strict
from studies.api.revisions import revision_to_dict, subject
from studies.diff import Change, changes, pieces
from studies.field_words import label
from studies.models import Revision, SlugRedirect, Study
from studies.search import index
from studies.search.going_on import Last
from studies.snapshots import FIELDS

router = Router(tags=["History"])


class Moved(Exception):
    """The study has another address now, which stands in `slug`."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


@router.get(
    "/studies/{slug:slug}/revisions",
    response=schemas.Revisions,
    operation_id="listRevisions",
    summary="Revisions of a study",
)
def list_revisions(request: HttpRequest, slug: str, asked: Query[Paged]) -> HttpResponse:
    """Newest first. A withdrawn study keeps its history."""
    strict(request, Paged)
    rest = f"studies/{slug}/revisions"
    try:
        study = with_history(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(address(f"studies/{moved.slug}/revisions"))
    below = study.version + 1 if asked.cursor is None else cursors.read(asked.cursor, rest).id
    rows = list(study.revisions.filter(number__lt=below).order_by("-number")[: asked.limit + 1])
    shown = rows[: asked.limit]
    cursor = cursors.written(Last(shown[-1].number, "", 0), rest) if len(rows) > len(shown) else None
    following = next_page(request, rest, cursor)
    data = {"atlas": atlas(index.catalogue()), "study": subject(study), "next_cursor": cursor, "next": following}
    return linked(answer(data | {"revisions": [revision_to_dict(row) for row in shown]}), following)


@router.get(
    "/studies/{slug:slug}/revisions/{int:number}",
    response=schemas.Version,
    operation_id="getVersion",
    summary="A study as of one version",
)
def get_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Every recorded field, in its canonical form. A later retraction or badge stands in `study`, not in an old version."""
    strict(request)
    try:
        study = with_history(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(address(f"studies/{moved.slug}/revisions/{number}"))
    revision = numbered(study, number)
    version = versions.read(study, number)
    return answer(
        {
            "atlas": atlas(index.catalogue()),
            "study": subject(study),
            "revision": revision_to_dict(revision),
            "values": {name: value for name, value in version.values.items() if name not in version.removed},
            "removed": dict(version.removed),
        }
    )


@router.get(
    "/studies/{slug:slug}/differences/{int:old}/{int:new}",
    response=schemas.Differences,
    operation_id="compareVersions",
    summary="Two versions compared",
)
def compare_versions(request: HttpRequest, slug: str, old: int, new: int) -> HttpResponse:
    """The fields that differ, in the order in which a reader meets them."""
    strict(request)
    try:
        study = with_history(slug)
    except Moved as moved:
        return HttpResponsePermanentRedirect(address(f"studies/{moved.slug}/differences/{old}/{new}"))
    for number in (old, new):
        within(study, number)
    found = changes(told(versions.read(study, old)), told(versions.read(study, new)), FIELDS)
    return answer(
        {
            "atlas": atlas(index.catalogue()),
            "study": subject(study),
            "old": old,
            "new": new,
            "fields": [difference(change) for change in found],
        }
    )


def with_history(slug: str) -> Study:
    """The public or withdrawn study at this address. Raises Moved for an old address, and Problem for none."""
    study = Study.objects.filter(slug=slug, version__gte=1).first()
    if study:
        return study
    old = SlugRedirect.objects.filter(slug=slug, study__version__gte=1).select_related("study").first()
    if old:
        raise Moved(old.study.slug)
    raise Problem(NOT_FOUND)


def within(study: Study, number: int) -> None:
    if not 1 <= number <= study.version:
        raise Problem(NOT_FOUND, f"The study has the versions 1 to {study.version}.")


def numbered(study: Study, number: int) -> Revision:
    within(study, number)
    return study.revisions.get(number=number)


def told(version: versions.Version) -> dict[str, Any]:
    """The values of a version; for one that was taken out of the history the sentence that says so."""
    return {
        name: {"removed": version.removed[name]} if name in version.removed else value
        for name, value in version.values.items()
    }


def difference(change: Change) -> dict[str, Any]:
    return {
        "field": change.field,
        "label": label(change.field),
        "old": change.old,
        "new": change.new,
        "pieces": [{"kind": piece.kind, "text": piece.text} for piece in pieces(change)],
    }
