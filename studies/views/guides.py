"""The atlas's own texts: guides, start-here paths, the glossary, questions and answers."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from atlas_site.preferences import look_of
from studies import alphabet, markdown
from studies.depths import Length
from studies.guides import Shown, shown
from studies.models import GlossaryTerm, Study
from studies.vocabulary_desk import GuideKind

KNOWLEDGE = (("known", "What we know"), ("thought", "What we think"), ("unknown", "What we do not know"))


@require_safe
def guides(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/guides.html", {"section": "guides", "guides": shown(GuideKind.GUIDE)})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    one = _one(GuideKind.GUIDE, slug)
    trail = [("Guides", reverse("studies:guides"))]
    context = {"section": "guides", "trail": trail, "depth": look_of(request).depth, **_page(one)}
    return render(request, "guides/guide.html", context)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "guides/starts.html", {"section": "start", "paths": shown(GuideKind.START)})


@require_safe
def start_path(request: HttpRequest, slug: str) -> HttpResponse:
    one = _one(GuideKind.START, slug)
    trail = [("Start here", reverse("studies:start"))]
    return render(request, "guides/start.html", {"section": "start", "trail": trail, **_page(one)})


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    found = shown(GuideKind.QUESTION)
    studies = _studies(found)
    return render(
        request,
        "guides/questions.html",
        {
            "section": "questions",
            "pages": [_page(one, studies) for one in found],
            "samples": any(one.is_sample for one in found),
        },
    )


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    part = alphabet.chosen(request.GET.get("part", ""))
    terms = list(GlossaryTerm.objects.order_by("slug"))
    context = {
        "section": "glossary",
        "part": part,
        "label": alphabet.label(part),
        "parts": [(each, alphabet.label(each)) for each in alphabet.PARTS],
        "total": len(terms),
        "terms": [term for term in terms if alphabet.part_of(term.slug) == part],
    }
    return render(request, "guides/glossary.html", context)


def _one(kind: GuideKind, slug: str) -> Shown:
    found = shown(kind, slug)
    if not found:
        raise Http404(f"no {kind.label.lower()} with this address")
    return found[0]


def _page(one: Shown, studies: dict[str, Study] | None = None) -> dict[str, Any]:
    """A guide as its template wants it: HTML, words and minutes of each depth, sources and terms with their links."""
    known = studies if studies is not None else _studies([one])
    slugs = one.values.get("terms", [])
    return {
        "guide": one,
        "depths": {name: _depth(one.values.get(name, "")) for name in ("glance", "short", "deep")},
        "knowledge": [(name, label, _html(one.values[name])) for name, label in KNOWLEDGE if one.values.get(name)],
        "sources": [
            {**source, "study": known.get(source.get("study", ""))} for source in one.values.get("sources", [])
        ],
        "terms": GlossaryTerm.objects.filter(slug__in=slugs) if slugs else [],
    }


def _depth(text: str) -> dict[str, Any]:
    return {"html": _html(text), "length": Length(markdown.words(text))}


def _html(text: str) -> str:
    return mark_safe(markdown.render(text))  # noqa: S308 - made by our own Markdown reader


def _studies(found: Sequence[Shown]) -> dict[str, Study]:
    slugs = {source["study"] for one in found for source in _sources(one) if source.get("study")}
    return {study.slug: study for study in Study.objects.published().filter(slug__in=slugs)} if slugs else {}


def _sources(one: Shown) -> Iterable[dict[str, str]]:
    return one.values.get("sources", [])
