"""Studies with the rows that belong to them, many at a time: a fixed number of queries, each compiled once.

To let the ORM prefetch takes most of the time of a long list, because it makes a queryset for every study and relation.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet

from studies.compiled import LENGTHS, Compiled, hand_over
from studies.models import Author, AuthorResponse, Flag, Study, StudyDefinition, StudyLink, TextProvenance
from studies.querysets import StudyQuerySet
from studies.serializers import UNREAD, in_order

MOST = 100  # studies at a time
TEXT_COLUMNS = ("question", "summary", "significance", "limitations", *Study.LIST_TEXTS)


class AuthorRow(NamedTuple):
    """What an answer tells of an author. A list has hundreds; as models they would take most of its time."""

    family: str
    given: str
    collective: str
    orcid: str


class TopicRow(NamedTuple):
    """The same for topics."""

    slug: str
    label: str


def fetched(ids: Sequence[int], names: Collection[str]) -> list[Study]:
    """The published studies among these ids, with all that these members are made from."""
    asked = _filled_up(ids)
    studies = in_order((_whole if "texts" in names else _short).among(asked), ids)
    _hand_over(studies, asked, dict.fromkeys(each for name in names for each in RELATED.get(name, ())))
    return studies


def with_authors(ids: Sequence[int], columns: Compiled[Study]) -> list[Study]:
    """The studies that `columns` reads of these ids, in their order, with their authors. Two queries."""
    asked = _filled_up(ids)
    studies = in_order(columns.among(asked), ids)
    _hand_over(studies, asked, ("authors",))
    return studies


def _hand_over(studies: Sequence[Study], asked: Sequence[int], relations: Collection[str]) -> None:
    for relation in relations:
        rows: dict[int, list[Any]] = {study.pk: [] for study in studies}
        for study_id, row in FETCHED[relation](asked):
            if study_id in rows:
                rows[study_id].append(row)
        for study in studies:
            hand_over(study, {relation: rows[study.pk]})


def _filled_up(ids: Sequence[int]) -> Sequence[int]:
    """More than a page of ids as many as a long list has, so that few statements are compiled."""
    return [*ids, *[ids[-1]] * (MOST - len(ids))] if len(ids) > LENGTHS[-1] else ids


def _published(columns: Collection[str], ids: Sequence[int]) -> StudyQuerySet:
    return Study.objects.published().filter(pk__in=ids).defer(*columns).order_by()


def _linked(end: str, other: str, ids: Sequence[int]) -> QuerySet[StudyLink]:
    columns = ["type", "source_id", "target_id", *(f"{other}__{each}" for each in NAMING)]
    found = StudyLink.objects.filter(**{f"{end}__in": ids}).select_related(other)
    return found.only(*columns).order_by("type", "id")


def _by_study(rows: Compiled[Any]) -> Callable[[Sequence[int]], Iterator[tuple[int, Any]]]:
    """Rows of a relation with the study of each."""
    return lambda ids: ((row.study_id, row) for row in rows.among(ids))


def _by(end: str, rows: Compiled[Any]) -> Callable[[Sequence[int]], Iterator[tuple[int, Any]]]:
    return lambda ids: ((getattr(row, end), row) for row in rows.among(ids))


NAMING = ("slug", "title", "pem", "retraction_status", "state")
_whole: Compiled[Study] = Compiled(lambda *ids: _published(UNREAD, ids))
_short: Compiled[Study] = Compiled(lambda *ids: _published((*UNREAD, *TEXT_COLUMNS), ids))
_authors: Compiled[Any] = Compiled(
    lambda *ids: Author.objects.filter(study__in=ids).values_list("study_id", *AuthorRow._fields).order_by("position")
)
_topics: Compiled[Any] = Compiled(
    lambda *ids: (
        Study.topics.through.objects.filter(study__in=ids)
        .values_list("study_id", "topic__slug", "topic__label")
        .order_by("topic__label")
    )
)
RELATED: dict[str, Sequence[str]] = {
    "flags": ("flags",),
    "bibliography": ("authors",),
    "classification": ("topics",),
    "definitions": ("definitions",),
    "texts": ("text_provenance",),
    "author_responses": ("author_responses",),
    "links": ("links_out", "links_in"),
}
FETCHED: dict[str, Callable[[Sequence[int]], Iterator[tuple[int, Any]]]] = {
    "authors": lambda ids: ((study, AuthorRow._make(row)) for study, *row in _authors.among(ids)),
    "flags": _by_study(Compiled(lambda *ids: Flag.objects.filter(study__in=ids))),
    "topics": lambda ids: ((study, TopicRow._make(row)) for study, *row in _topics.among(ids)),
    "definitions": _by_study(
        Compiled(lambda *ids: StudyDefinition.objects.filter(study__in=ids).select_related("definition"))
    ),
    "text_provenance": _by_study(Compiled(lambda *ids: TextProvenance.objects.filter(study__in=ids))),
    "author_responses": _by_study(Compiled(lambda *ids: AuthorResponse.objects.filter(study__in=ids))),
    "links_out": _by("source_id", Compiled(lambda *ids: _linked("source", "target", ids))),
    "links_in": _by("target_id", Compiled(lambda *ids: _linked("target", "source", ids))),
}
