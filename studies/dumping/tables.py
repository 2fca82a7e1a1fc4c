"""The tables of a release: their columns, what these mean, and their rows. One description for CSV, SQLite and JSON.

Only what is named here is ever read for a release. No staff column (notes, who drafted, who checked) and no
abstract is among it, and no private table; a test watches the database for that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from studies.canonical import timestamp
from studies.dumping.columns import (
    AUTHORS,
    CASE_DEFINITIONS,
    FLAGS,
    LINKS,
    PROVENANCE,
    RESPONSES,
    REVISIONS,
    STUDIES,
    STUDY_DEFINITIONS,
    STUDY_TOPICS,
    TOPICS,
    WITHDRAWN,
    Column,
)
from studies.models import (
    Author,
    AuthorResponse,
    CaseDefinition,
    Flag,
    Revision,
    Study,
    StudyDefinition,
    StudyLink,
    TextProvenance,
    Topic,
)
from studies.vocabulary import State

CHUNK = 1000
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """`rows()` gives plain text, whole numbers and None, in an order that the same state always has."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    query: Callable[[], QuerySet[Any]]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    def rows(self) -> Iterator[Row]:
        query = self.query().values_list(*(column.path for column in self.columns))
        for row in query.iterator(chunk_size=CHUNK):
            yield tuple(map(plain, row))


def plain(value: Any) -> str | int | None:
    """Lists as JSON, yes and no as 1 and 0, days as YYYY-MM-DD, times as YYYY-MM-DDTHH:MM:SSZ."""
    match value:
        case None | str():
            return value
        case bool() | int():
            return int(value)
        case datetime():
            return timestamp(value)
        case date():
            return value.isoformat()
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Rows are ordered by numbers alone: databases sort words differently.
def _published() -> QuerySet[Any]:
    return Study.objects.filter(state=State.PUBLISHED).order_by("pk")


def _withdrawn() -> QuerySet[Any]:
    return Study.objects.filter(state=State.WITHDRAWN).order_by("pk")


def _links() -> QuerySet[Any]:
    both = StudyLink.objects.filter(source__state=State.PUBLISHED, target__state=State.PUBLISHED)
    return both.order_by("source_id", "target_id", "pk")


def _of_published(model: Any, *order: str) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.filter(study__state=State.PUBLISHED).order_by("study_id", *order)


def _topics_of_published() -> QuerySet[Any]:
    through = Study.topics.through._default_manager
    return through.filter(study__state=State.PUBLISHED).order_by("study_id", "topic_id")


TABLES: tuple[Table, ...] = (
    Table("studies", "Published studies", ("id",), STUDIES, _published),
    Table("authors", "Authors in the paper’s order", ("study", "position"), AUTHORS, _of_published(Author, "position")),
    Table(
        "study_definitions",
        "Case definitions as a study applied or named them",
        ("study", "definition", "cohort", "role"),
        STUDY_DEFINITIONS,
        _of_published(StudyDefinition, "position", "pk"),
    ),
    Table("study_topics", "Topics of a study", ("study", "topic"), STUDY_TOPICS, _topics_of_published),
    Table("links", "Typed links between studies", ("study", "type", "other_study"), LINKS, _links),
    Table("flags", "Notices of the moderators", ("study", "kind"), FLAGS, _of_published(Flag, "pk")),
    Table(
        "author_responses",
        "Public answers of authors",
        ("study", "position"),
        RESPONSES,
        _of_published(AuthorResponse, "position"),
    ),
    Table(
        "text_provenance",
        "What each text was written from, and who drafted it",
        ("study", "field"),
        PROVENANCE,
        _of_published(TextProvenance, "pk"),
    ),
    Table(
        "case_definitions",
        "Case definitions",
        ("slug",),
        CASE_DEFINITIONS,
        lambda: CaseDefinition.objects.order_by("pk"),
    ),
    Table("topics", "Topics", ("slug",), TOPICS, lambda: Topic.objects.order_by("pk")),
    Table("withdrawn", "Studies that were withdrawn or merged", ("id",), WITHDRAWN, _withdrawn),
    Table("revisions", "Every public change", ("sequence",), REVISIONS, lambda: Revision.objects.order_by("sequence")),
)
