"""The reference shelves: case definitions, PEM explained, topics, notices of retraction, the list of changes."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from studies import changelog, pem, pem_rules, structured, tables
from studies.models import CaseDefinition, PublicState, Study, StudyDefinition, Topic
from studies.search import index
from studies.views.lists import page_of, shelf
from studies.vocabulary import APPLIED, Pem


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    sort = request.GET.get("sort", "")
    rows = tables.definition_rows(CaseDefinition.objects.all(), index.current().whole.counts["definition"], sort)
    context = {"section": "definitions", "rows": rows, "headings": tables.headings(sort)}
    return render(request, "studies/definitions.html", context)


@require_safe
def definition(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(CaseDefinition, slug=slug)
    uses = StudyDefinition.objects.filter(definition=shown, role__in=APPLIED)
    pages, studies = shelf("definition", slug, request)
    rows = list(studies.prefetch_related("authors", Prefetch("definitions", uses, to_attr="uses_of_definition")))
    context = {
        "section": "definitions",
        "trail": [("Case definitions", reverse("studies:definitions"))],
        "definition": shown,
        "alone": pem.VALUE_OF[shown.pem],
        "pages": pages,
        "studies": rows,
        "graph": structured.of_definition(shown, rows, pages),
    }
    return render(request, "studies/definition.html", context)


@require_safe
def pem_explained(request: HttpRequest) -> HttpResponse:
    per_badge = index.current().whole.counts["pem"]
    total = sum(per_badge.values())
    context = {
        "section": "pem",
        "badges": [(value, per_badge.get(value, 0), pem_rules.rules_of(value)) for value in Pem.values],
        "total": total,
        "assessed": total - per_badge.get(Pem.NOT_CODED, 0),
        "several_groups": pem.RULES[pem_rules.EVERY_BADGE],
        "loose_to_strict": [Pem(value).label for value in pem.LOOSE_TO_STRICT],
    }
    return render(request, "studies/pem.html", context)


@require_safe
def topics(request: HttpRequest) -> HttpResponse:
    per_topic = index.current().whole.counts["topic"]
    rows = [(topic, per_topic.get(topic.slug, 0)) for topic in Topic.objects.all()]
    graph = structured.of_list(request.path, "Topics", [topic.get_absolute_url() for topic, _ in rows])
    return render(request, "studies/topics.html", {"section": "topics", "rows": rows, "graph": graph})


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    shown = get_object_or_404(Topic, slug=slug)
    pages, studies = shelf("topic", slug, request)
    rows, trail = list(studies.prefetch_related("authors")), [("Topics", reverse("studies:topics"))]
    context = {
        "section": "topics",
        "trail": trail,
        "topic": shown,
        "pages": pages,
        "studies": rows,
        "graph": structured.of_shelf(request.path, shown.label, rows, pages, trail),
    }
    return render(request, "studies/topic.html", context)


@require_safe
def retractions(request: HttpRequest) -> HttpResponse:
    studies = Study.objects.published().retracted().latest_notice_first().prefetch_related("authors")
    pages, rows = page_of(studies, request)
    graph = structured.of_shelf(request.path, "Retractions and other notices", rows, pages)
    context = {"section": "retractions", "pages": pages, "studies": rows, "graph": graph}
    return render(request, "studies/retractions.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    kind = changelog.Kind.read(request.GET.get("kind", ""))
    pages, rows = page_of(changelog.entries(kind), request, keep=["kind"])
    context = {
        "section": "changes",
        "kind": kind,
        "kinds": changelog.Kind,
        "pages": pages,
        "revisions": rows,
        "state": PublicState.objects.first() or PublicState(),
    }
    return render(request, "studies/changes.html", context)
