"""A list of a hundred studies as bare JSON: the rows that the API's list is made of, no middleware, no labels, no counts.

What such an answer costs at least in this framework: one query for each table, its rows as they are, and one `json.dumps`.
"""

import json
import os
from typing import Any

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atlas_site.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from studies.models import Author, Flag, Study, StudyDefinition, Topic  # noqa: E402

settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = []

MOST = 100
COLUMNS = (
    "id", "slug", "title", "state", "version", "changed_at", "retraction_status", "retraction_notice_doi", "retraction_on",
    "authors_complete", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "published_on",
    "published_precision", "language", "license_url", "bibliography_source", "doi", "pmid", "pmcid", "preprint_doi", "design",
    "peer_review", "evidence_level", "patients", "controls", "population_label", "method_flags", "pem", "pem_rule", "pem_claim",
    "pem_quote", "pem_locator", "pem_measured_by", "key_point", "main_limitation",
)  # fmt: skip
ROWS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "authors": (Author, ("family", "given", "orcid", "collective")),
    "flags": (Flag, ("kind", "reason", "link")),
    "definitions": (
        StudyDefinition,
        (
            "definition__slug",
            "definition__name",
            "definition__pem",
            "role",
            "cohort",
            "modification",
            "quote",
            "locator",
            "basis",
        ),
    ),
}


def studies(request: HttpRequest) -> HttpResponse:
    day, id_ = request.GET["day"], request.GET["id"]
    older = Q(published_on__lt=day) | Q(published_on=day, id__lt=id_)
    chosen = Study.objects.published().filter(older).order_by("-published_on", "-id")
    rows = {row["id"]: row for row in chosen.values(*COLUMNS)[:MOST]}
    for name, (model, columns) in ROWS.items():
        collect(rows, name, model.objects.filter(study__in=list(rows)).values("study", *columns))
    topics = Topic.objects.filter(studies__in=list(rows)).values("studies", "slug", "label")
    collect(rows, "topics", ({"study": topic.pop("studies"), **topic} for topic in topics))
    return HttpResponse(json.dumps(list(rows.values()), default=str), content_type="application/json")


def collect(rows: dict[int, dict[str, Any]], name: str, found: Any) -> None:
    for row in rows.values():
        row[name] = []
    for each in found:
        rows[each.pop("study")][name].append(each)


urlpatterns = [path("studies", studies), path("", lambda request: HttpResponse("ready"))]
application = get_wsgi_application()
