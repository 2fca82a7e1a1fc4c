"""Studies: lists, counts, one by its slug, one by an identifier."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from ninja import Query, Router

from studies.api import cursors, schemas
from studies.api.answers import address, answer, answer_joined, answer_with, atlas, linked, next_page, withdrawn_study
from studies.api.parts import IN_LISTS, chosen, pieces
from studies.api.problems import NOT_FOUND, WITHDRAWN, Problem
from studies.api.queries import Filters, Listed, Lookup, Sparse, known_values, names_in, strict
from studies.identifiers import recognise
from studies.search import engine, going_on, index
from studies.search.filters import LEGENDS
from studies.views.evidence import study_with
from studies.views.study import Moved, public_study
from studies.vocabulary import State

router = Router(tags=["Studies"])


@router.get("/studies", response=schemas.StudyList, operation_id="listStudies", summary="Studies by words and filters")
def list_studies(request: HttpRequest, asked: Query[Listed]) -> HttpResponse:
    """Every filter of the list page, with the same counts and the same order."""
    strict(request, Listed)
    names = chosen(names_in(asked.fields), IN_LISTS)
    found, notices = searched(request, asked)
    query = (found.sort.value, found.filters.q, found.filters.synonyms, found.filters.selection.key)
    last = None if asked.cursor is None else cursors.read(asked.cursor, query)
    ids, further = going_on.piece(found, last, asked.limit)
    cursor = cursors.written(further, query) if further else None
    data = counted(found, notices) | {
        "sort": found.sort.value,
        "next_cursor": cursor,
        "next": next_page(request, "studies", cursor),
    }
    return linked(answer_with(data, "studies", pieces(ids, names, found.catalogue)), data["next"])


@router.get("/facets", response=schemas.Facets, operation_id="countFacets", summary="Counts of every facet for a query")
def count_facets(request: HttpRequest, asked: Query[Filters]) -> HttpResponse:
    """The counts of a facet leave out its own choice, so that they say how many studies each further value would show."""
    strict(request, Filters)
    found, notices = searched(request, asked)
    years = [{"year": year, "count": number} for year, number in sorted(found.result.years.items())]
    return answer(counted(found, notices) | {"facets": facets(found), "years": years, "undated": found.result.undated})


@router.get("/studies/{slug:slug}", response=schemas.OneStudy, operation_id="getStudy", summary="One study")
def get_study(request: HttpRequest, slug: str, asked: Query[Sparse]) -> HttpResponse:
    """The whole record, with its case definitions, their quotes and the links to other studies."""
    strict(request, Sparse)
    names = chosen(names_in(asked.fields))
    try:
        found = public_study(slug)
    except Moved as moved:
        asked_too = {"fields": asked.fields} if asked.fields is not None else None
        return HttpResponsePermanentRedirect(address(f"studies/{moved.slug}", asked_too))
    if found.state == State.WITHDRAWN:
        raise Problem(WITHDRAWN, study=withdrawn_study(found))
    return one(found.pk, names)


@router.get("/lookup", response=schemas.OneStudy, operation_id="lookUpStudy", summary="One study by DOI, PMID or PMCID")
def look_up_study(request: HttpRequest, asked: Query[Lookup]) -> HttpResponse:
    """The study about the paper with this identifier."""
    strict(request, Lookup)
    names = chosen(names_in(asked.fields))
    identifier = recognise(asked.id)
    found = study_with(identifier) if identifier else None
    if found is None:
        raise Problem(NOT_FOUND)
    response = one(found.pk, names)
    response.headers["Content-Location"] = address(f"studies/{found.slug}")
    return response


def searched(request: HttpRequest, asked: Filters) -> tuple[engine.Found, list[str]]:
    """What the filters find, and what the reader of the list would be told about the words."""
    catalogue = index.catalogue()
    known_values(asked, catalogue)
    filters, notices = engine.read(dict(request.GET.lists()), catalogue)
    found = engine.look(filters, catalogue)
    return found, [*notices, *found.query.notices]


def counted(found: engine.Found, notices: list[str]) -> dict[str, Any]:
    return {"atlas": atlas(found.catalogue), "total": found.result.total, "notices": list(dict.fromkeys(notices))}


def facets(found: engine.Found) -> list[dict[str, Any]]:
    """Every facet with the values that some study has, in the order of the vocabulary."""
    counts = found.result.counts
    return [
        {
            "name": name,
            "label": LEGENDS[name],
            "values": [
                {"value": value, "label": label, "count": counts[name][value]}
                for value, label in labels.items()
                if counts[name].get(value)
            ],
        }
        for name, labels in found.catalogue.labels.items()
    ]


def one(id_: int, names: tuple[str, ...]) -> HttpResponse:
    """Raises Problem where the study was withdrawn a moment ago."""
    catalogue = index.catalogue()
    texts = pieces([id_], names, catalogue)
    if not texts:
        raise Problem(NOT_FOUND)
    return answer_joined({"atlas": atlas(catalogue)}, "study", texts[0])
