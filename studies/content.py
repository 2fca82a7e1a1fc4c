"""From canonical values back to rows: the writing half of `snapshots.py`. Called by the acts that make revisions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Max

from studies.errors import Problems
from studies.models import (
    Abstract,
    Author,
    AuthorResponse,
    CaseDefinition,
    Flag,
    Study,
    StudyDefinition,
    StudyLink,
    TextProvenance,
    Topic,
)
from studies.snapshots import PLAIN, abstract_hash, definition_values

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True)
class Hands:
    """Whose change it is: who wrote it, who looked at it (if another person did), and the revision it becomes."""

    drafter: User
    checker: User | None
    number: int


def columns_of(values: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The columns of Study among these fields, as the database takes them."""
    return {name: _column(name, values.get(name)) for name in fields if name in PLAIN}


def write_rows(study: Study, values: Mapping[str, Any], fields: Iterable[str], hands: Hands) -> None:
    """Make the related rows of these fields equal to the values."""
    for name in fields:
        if name in _WRITERS:
            _WRITERS[name](study, values.get(name) or [], hands)


def write_abstract(study: Study, abstract: Mapping[str, Any]) -> None:
    """Give a study without an abstract this one: sections, license, license_url, source."""
    Abstract.objects.create(study=study, sha256=abstract_hash(abstract["sections"]), **abstract)


def _column(name: str, value: Any) -> Any:
    field = Study._meta.get_field(name)
    if isinstance(field, models.BooleanField):
        return value == "yes"
    if isinstance(field, models.DateField):
        return date.fromisoformat(value) if value else None
    if value is None and isinstance(field, models.Field):
        return field.get_default()
    return value


def _write_authors(study: Study, rows: list[dict[str, str]], hands: Hands) -> None:
    study.authors.all().delete()
    Author.objects.bulk_create(Author(study=study, position=place, **row) for place, row in enumerate(rows, 1))


def _write_topics(study: Study, slugs: list[str], hands: Hands) -> None:
    study.topics.set(Topic.objects.filter(slug__in=slugs))


def _write_definitions(study: Study, rows: list[dict[str, str]], hands: Hands) -> None:
    """Rows that stay keep who coded and checked them; a new or changed row is the drafter's, seen by the checker."""
    kept = []
    for old in study.definitions.select_related("definition"):
        if (known := definition_values(old)) in rows:
            kept.append(known)
        else:
            old.delete()
    known_definitions = {definition.slug: definition for definition in CaseDefinition.objects.all()}
    place = study.definitions.aggregate(last=Max("position"))["last"] or 0
    for number, row in enumerate((row for row in rows if row not in kept), place + 1):
        columns: dict[str, Any] = row | {"definition": known_definitions[row["definition"]]}
        StudyDefinition.objects.create(
            study=study, position=number, coded_by=hands.drafter, checked_by=hands.checker, **columns
        )


def _write_flags(study: Study, rows: list[dict[str, str]], hands: Hands) -> None:
    study.flags.all().delete()
    Flag.objects.bulk_create(Flag(study=study, **row) for row in rows)


def _write_links(study: Study, rows: list[dict[str, Any]], hands: Hands) -> None:
    study.links_out.all().delete()
    for other in StudyLink.objects.filter(target=study).select_related("source"):
        if {"study": other.source_id, "type": str(other.type)} in rows:
            raise Problems([f"“{other.source.title}” has a link of this kind to this study already."])
    StudyLink.objects.bulk_create(StudyLink(source=study, target_id=row["study"], type=row["type"]) for row in rows)


def _write_responses(study: Study, rows: list[dict[str, str]], hands: Hands) -> None:
    """A response that stood there before keeps the number of the revision that published it."""
    published = {
        (row.text, row.verified_author): row.revision_number for row in study.author_responses.order_by("position")
    }
    study.author_responses.all().delete()
    AuthorResponse.objects.bulk_create(
        AuthorResponse(
            study=study,
            position=place,
            text=row["text"],
            verified_author=row["verified"] == "yes",
            revision_number=published.get((row["text"], row["verified"] == "yes"), hands.number),
        )
        for place, row in enumerate(rows, 1)
    )


def write_provenance(study: Study, values: Mapping[str, Any], fields: Iterable[str], hands: Hands) -> None:
    """Say of these texts who drafted them from what; a text that is gone loses its line."""
    provenance = values.get("provenance") or {}
    for name in fields:
        if name not in provenance:
            study.text_provenance.filter(field=name).delete()
            continue
        known = {"model": "", "model_version": ""} | provenance[name]
        known["edited"] = known.get("edited") == "yes"
        by_person = known["drafter"] == "person"
        TextProvenance.objects.update_or_create(
            study=study,
            field=name,
            defaults=known | {"drafted_by": hands.drafter if by_person else None},
        )


_WRITERS: Mapping[str, Callable[[Study, Any, Hands], None]] = {
    "authors": _write_authors,
    "topics": _write_topics,
    "definitions": _write_definitions,
    "flags": _write_flags,
    "links": _write_links,
    "author_responses": _write_responses,
}
