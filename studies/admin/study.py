"""Studies: find them, draft them, and see what is public without being able to edit it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join

from studies import identifiers
from studies.admin import wording
from studies.admin.base import StaffAdmin
from studies.admin.fields import date_text
from studies.models import Arrival, Author, Study
from studies.vocabulary import MethodFlag, PemMeasure, State
from studies.vocabulary_desk import ArrivalState

BIBLIOGRAPHY = [
    "title",
    ("journal", "journal_abbreviation"),
    ("issn", "language"),
    ("volume", "issue", "pages"),
    "published",
    ("doi", "preprint_doi"),
    ("pmid", "pmcid"),
    "license_url",
    "authors_complete",
    ("bibliography_source", "bibliography_checked_on"),
    ("retraction_status", "retraction_on", "retraction_notice_doi"),
]
CLASSIFICATION = [
    ("design", "peer_review", "evidence_level"),
    ("patients", "controls"),
    "population_label",
    "topics",
    "method_flags",
]
PEM = ["pem_claim", "pem_quote", "pem_locator", "pem_measured_by"]
TEXTS = [
    "wording",
    "question",
    "key_point",
    "main_limitation",
    "summary",
    "significance",
    "limitations",
    "findings",
    "conclusions",
    "open_questions",
    "strengths",
    "basis",
]
STAFF = ["slug", "editor_notes", "drafted_by", "state", "shown"]
FIELDSETS = [
    ("Bibliography", {"fields": BIBLIOGRAPHY}),
    ("Classification", {"fields": CLASSIFICATION}),
    (
        "PEM",
        {
            "fields": PEM,
            "description": "The badge is derived from the case definitions below and from what the paper states. "
            "It is never typed in. It stands beside the abstract; “Check the coding” shows it anew and saves nothing.",
        },
    ),
    (
        "Texts",
        {
            "fields": TEXTS,
            "description": "The first six are needed to publish texts. A study without any text is published as "
            "bibliography only.",
        },
    ),
    ("Staff", {"fields": STAFF}),
]
# Fields whose stored shape is no text: how they read where they cannot be edited.
READABLE = {
    "topics": "topic_labels",
    "method_flags": "method_flag_labels",
    "pem_measured_by": "pem_measure_labels",
    "findings": "finding_lines",
    "conclusions": "conclusion_lines",
    "open_questions": "question_lines",
    "strengths": "strength_lines",
}


class TextsFilter(admin.SimpleListFilter):
    title = "texts"
    parameter_name = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("with", "With texts"), ("without", "Bibliography only")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Study]) -> QuerySet[Study]:
        if self.value() == "with":
            return queryset.exclude(summary="")
        return queryset.filter(summary="") if self.value() == "without" else queryset


class InboxFilter(admin.SimpleListFilter):
    """Drafts that a source brought and nobody has taken stand in the inbox, and here only if asked for or searched for."""

    title = "the inbox"
    parameter_name = "inbox"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("with", "With papers that wait there"), ("only", "Only papers that wait there")]

    def choices(self, changelist: Any) -> Any:
        first, *rest = super().choices(changelist)
        yield first | {"display": "Without papers that wait there, unless you search"}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Study]) -> QuerySet[Study]:
        waits = Exists(Arrival.objects.filter(study=OuterRef("pk"), state=ArrivalState.WAITING))
        if self.value() == "only":
            return queryset.filter(waits)
        return queryset if self.value() == "with" or request.GET.get("q") else queryset.exclude(waits)


class StudyList(StaffAdmin):
    """The list of all studies."""

    empty_text = "There is no study yet. Papers that you add or import stand here, from the first draft on."
    list_display = ["title", "first_author", "paper_year", "state", "pem", "design", "version", "changed_at"]
    list_filter = ["state", "pem", "design", "retraction_status", "evidence_level", TextsFilter, InboxFilter]
    search_fields = ["title"]
    search_help_text = "Words of the title, the family name of an author, or a DOI, PMID or PMCID in any spelling."
    ordering = ["-id"]
    sortable_by = ["version", "changed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Study]:
        first = Author.objects.filter(position=1)
        return super().get_queryset(request).prefetch_related(Prefetch("authors", first, to_attr="first_authors"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Study], search_term: str
    ) -> tuple[QuerySet[Study], bool]:
        """One identifier finds its study; otherwise every word must stand in the title or begin an author's name."""
        found = identifiers.recognise(search_term)
        if found:
            own = Q(**{found.kind: found.value})
            return queryset.filter(own | Q(preprint_doi=found.value) if found.kind == "doi" else own), False
        for word in search_term.split()[:10]:
            by_author = Author.objects.filter(Q(family__istartswith=word) | Q(collective__icontains=word))
            queryset = queryset.filter(Q(title__icontains=word) | Q(pk__in=by_author.values("study")))
        return queryset, False

    @admin.display(description="First author")
    def first_author(self, study: Study) -> str:
        return next((author.collective or author.family for author in study.first_authors), "")

    @admin.display(description="Year")
    def paper_year(self, study: Study) -> int | None:
        return study.year


class StudyFields(StudyList):
    """How the fields of a study read where they are not edited."""

    @admin.display(description="Date of the paper")
    def published(self, study: Study) -> str:
        return date_text(study.published_on, study.published_precision)

    @admin.display(description="Wording check")
    def wording(self, study: Study) -> str:
        if study.pk is None:
            return "Save the draft, and the words of its texts are checked."
        return wording.in_page(study, is_draft=study.state == State.DRAFT)

    @admin.display(description="Topics")
    def topic_labels(self, study: Study) -> str:
        return ", ".join(topic.label for topic in study.topics.all())

    @admin.display(description="Limits of the method")
    def method_flag_labels(self, study: Study) -> str:
        return ", ".join(MethodFlag(flag).label for flag in study.method_flags)

    @admin.display(description="PEM measured by")
    def pem_measure_labels(self, study: Study) -> str:
        return ", ".join(PemMeasure(measure).label for measure in study.pem_measured_by)

    @admin.display(description="Findings")
    def finding_lines(self, study: Study) -> str:
        return _lines(study.findings)

    @admin.display(description="Conclusions drawn by the authors")
    def conclusion_lines(self, study: Study) -> str:
        return _lines(study.conclusions)

    @admin.display(description="Open questions")
    def question_lines(self, study: Study) -> str:
        return _lines(study.open_questions)

    @admin.display(description="Strengths")
    def strength_lines(self, study: Study) -> str:
        return _lines(study.strengths)


def _lines(items: list[str]) -> str:
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items))) if items else ""
