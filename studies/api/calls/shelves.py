"""The reference shelves: case definitions and topics, with how many studies have each."""

from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from studies.api import schemas
from studies.api.answers import answer, atlas
from studies.api.queries import strict
from studies.models import CaseDefinition, Topic
from studies.search import index

router = Router(tags=["Case definitions and topics"])


@router.get(
    "/definitions", response=schemas.Definitions, operation_id="listDefinitions", summary="All case definitions"
)
def list_definitions(request: HttpRequest) -> HttpResponse:
    """In the order of their years; those without a year come last."""
    strict(request)
    catalogue = index.catalogue()
    counts = catalogue.index.whole.counts["definition"]
    rows = [definition(row, counts) for row in CaseDefinition.objects.order_by(F("year").asc(nulls_last=True), "slug")]
    return answer({"atlas": atlas(catalogue), "definitions": rows})


@router.get(
    "/definitions/{slug:slug}",
    response=schemas.OneDefinition,
    operation_id="getDefinition",
    summary="One case definition",
)
def get_definition(request: HttpRequest, slug: str) -> HttpResponse:
    """What it says of post-exertional malaise, and where it was published."""
    strict(request)
    catalogue = index.catalogue()
    row = get_object_or_404(CaseDefinition, slug=slug)
    return answer(
        {"atlas": atlas(catalogue), "definition": definition(row, catalogue.index.whole.counts["definition"])}
    )


@router.get("/topics", response=schemas.Topics, operation_id="listTopics", summary="All topics")
def list_topics(request: HttpRequest) -> HttpResponse:
    """In alphabetical order."""
    strict(request)
    catalogue = index.catalogue()
    counts = catalogue.index.whole.counts["topic"]
    return answer({"atlas": atlas(catalogue), "topics": [topic(row, counts) for row in Topic.objects.all()]})


@router.get("/topics/{slug:slug}", response=schemas.OneTopic, operation_id="getTopic", summary="One topic")
def get_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Its name, what it covers, and how many studies it has."""
    strict(request)
    catalogue = index.catalogue()
    row = get_object_or_404(Topic, slug=slug)
    return answer({"atlas": atlas(catalogue), "topic": topic(row, catalogue.index.whole.counts["topic"])})


def definition(row: CaseDefinition, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "aliases": row.aliases,
        "year": row.year,
        "pem": {"value": row.pem, "label": row.get_pem_display()},
        "pem_note": row.pem_note,
        "doi": row.doi or None,
        "pmid": row.pmid or None,
        "source": row.source,
        "verified": row.verified,
        "studies": counts.get(row.slug, 0),
        "address": settings.ATLAS_URL + row.get_absolute_url(),
    }


def topic(row: Topic, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "label": row.label,
        "address": settings.ATLAS_URL + row.get_absolute_url(),
        "description": row.description,
        "studies": counts.get(row.slug, 0),
    }
