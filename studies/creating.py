"""Rows of new draft studies, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from studies import pem
from studies.incoming import LIST_TEXTS, TEXTS, Coding, Incoming, IncomingError, Summary
from studies.models import (
    Abstract,
    Author,
    CaseDefinition,
    Study,
    StudyDefinition,
    StudyLink,
    TextProvenance,
    Topic,
)
from studies.records import Author as RecordAuthor
from studies.records import Collective, Record
from studies.snapshots import abstract_hash
from studies.vocabulary import Drafter, LinkType, Precision

PLAIN = ("title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "language")
NUMBERS = ("doi", "pmid", "pmcid", "preprint_doi")


def create(fresh: Sequence[tuple[str, Incoming]], *, is_sample: bool) -> tuple[list[int], list[str]]:
    """Write the rows of new drafts, given as (slug, paper); returns their ids, and remarks on links that lead nowhere.

    Raises IncomingError, PemError for a coding that cannot be.
    """
    known = _Known()
    drafts = [_draft(slug, paper, known, is_sample) for slug, paper in fresh]
    studies = Study.objects.bulk_create(drafts, batch_size=500)
    pairs = [(study, paper) for study, (_, paper) in zip(studies, fresh, strict=True)]
    Author.objects.bulk_create(
        (row for study, paper in pairs for row in author_rows(study, paper.record)), batch_size=2000
    )
    Abstract.objects.bulk_create(abstract_row(study, paper.abstract) for study, paper in pairs if paper.abstract)
    _create_coding([(study, paper.coding) for study, paper in pairs if paper.coding], known, is_sample)
    return [study.pk for study in studies], _create_links(pairs)


def add_coding(study: Study, coding: Coding) -> None:
    """Write classification, case definitions and texts onto a draft that has none; the badge follows.

    Raises IncomingError, PemError.
    """
    known = _Known()
    for name, value in coding.fields.items():
        setattr(study, name, value)
    badge = _badge(study, coding, known)
    study.pem, study.pem_rule = badge.value, badge.rule
    study.save(update_fields=[*coding.fields, "pem", "pem_rule"])
    _create_coding([(study, coding)], known, is_sample=False)


def misfit_of_coding(coding: Coding, year: int | None) -> str:
    """Why what somebody coded cannot be stored, as a sentence, or nothing."""
    study, known = Study(title="x", slug="x", **coding.fields), _Known()
    if year:
        study.published_on = date(year, 1, 1)
    try:
        study.clean_fields(exclude=[field.name for field in Study._meta.fields if field.name not in coding.fields])
        for row in coding.definitions:
            StudyDefinition(role=row.role, locator=row.locator, cohort=row.cohort).clean_fields(
                exclude=["study", "definition", "basis", "position"]
            )
        for slug in coding.topics:
            known.topic(slug)
        _refuse_impossible(coding)
        _badge(study, coding, known)
    except ValidationError as error:
        return "; ".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
    except (IncomingError, pem.PemError) as error:
        return f"{error}".removeprefix("x: ")
    return ""


def _refuse_impossible(coding: Coding) -> None:
    """What the database would refuse, and a whole batch with it. Raises IncomingError."""
    rows = [(row.slug, row.role, row.cohort) for row in coding.definitions]
    if len(set(rows)) < len(rows):
        raise IncomingError("a case definition stands twice with one role and illness group")
    for kind, _ in coding.links:
        if kind not in LinkType.values:
            raise IncomingError(f"unknown kind of link: {kind!r}")


class _Known:
    """Definitions and topics by slug."""

    def __init__(self) -> None:
        self.definitions = {row.slug: row for row in CaseDefinition.objects.all()}
        self.topics = {row.slug: row.pk for row in Topic.objects.all()}

    def definition(self, slug: str) -> CaseDefinition:
        if slug not in self.definitions:
            raise IncomingError(f"unknown case definition: {slug!r}")
        return self.definitions[slug]

    def topic(self, slug: str) -> int:
        if slug not in self.topics:
            raise IncomingError(f"unknown topic: {slug!r}")
        return self.topics[slug]


def _draft(slug: str, paper: Incoming, known: _Known, is_sample: bool) -> Study:
    fields: dict[str, Any] = dict(paper.coding.fields) if paper.coding else {}
    study = Study(slug=slug, is_sample=is_sample, **_bibliography(paper), **fields)
    if paper.coding:
        badge = _badge(study, paper.coding, known)
        study.pem, study.pem_rule = badge.value, badge.rule
    return study


def _bibliography(paper: Incoming) -> dict[str, Any]:
    return {
        **columns_of(paper.record),
        "license_url": paper.license_url,
        "bibliography_source": short_source(paper.source),
    }


def short_source(source: str) -> str:
    return source[: Study._meta.get_field("bibliography_source").max_length]


def columns_of(record: Record) -> dict[str, Any]:
    """A record's bibliography as columns of `Study`; the authors are rows of their own."""
    return {
        **{name: getattr(record, name) for name in PLAIN},
        **{name: getattr(record, name) or None for name in NUMBERS},
        **_date(record.year, record.month, record.day),
        "authors_complete": record.authors_complete,
        "retraction_status": record.retraction_status,
        "retraction_notice_doi": record.retraction_notice_doi,
        "retraction_on": record.retraction_on,
    }


def _date(year: int | None, month: int | None, day: int | None) -> dict[str, Any]:
    """The first day stands for a part that is not known; the precision says so."""
    if year is None:
        return {"published_on": None, "published_precision": ""}
    precision = Precision.DAY if month and day else Precision.MONTH if month else Precision.YEAR
    return {"published_on": date(year, month or 1, (day if month else None) or 1), "published_precision": precision}


def _badge(study: Study, coding: Coding, known: _Known) -> pem.Badge:
    rows = [
        pem.Row(row.slug, known.definition(row.slug).pem, row.role, row.cohort, known.definition(row.slug).year)
        for row in coding.definitions
    ]
    problems = pem.check_years(rows=rows, year=study.year)
    if problems:
        raise IncomingError(f"{study.slug}: {'; '.join(problem.message for problem in problems)}")
    statement = pem.Statement(study.pem_claim, study.pem_quote) if study.pem_claim else None
    return pem.derive(design=study.design, rows=rows, statement=statement)


def author_rows(study: Study, record: Record) -> Iterable[Author]:
    for position, author in enumerate(record.authors, start=1):
        yield Author(study=study, position=position, **_name(author))


def _name(author: RecordAuthor) -> dict[str, str]:
    if isinstance(author, Collective):
        return {"collective": author.name}
    return {"family": author.family, "given": author.given, "orcid": author.orcid}


def abstract_row(study: Study, abstract: Summary) -> Abstract:
    sections = [{"label": label, "text": text} for label, text in abstract.sections]
    return Abstract(
        study=study,
        sections=sections,
        license=abstract.license,
        license_url=abstract.license_url,
        source=abstract.source,
        sha256=abstract_hash(sections),
    )


def _create_coding(coded: Sequence[tuple[Study, Coding]], known: _Known, is_sample: bool) -> None:
    StudyDefinition.objects.bulk_create(row for study, coding in coded for row in _definitions(study, coding, known))
    TextProvenance.objects.bulk_create(
        row for study, coding in coded for row in _provenance(study, coding, is_sample=is_sample)
    )
    through = Study.topics.through
    through.objects.bulk_create(
        through(study_id=study.pk, topic_id=known.topic(slug))
        for study, coding in coded
        for slug in dict.fromkeys(coding.topics)
    )


def _definitions(study: Study, coding: Coding, known: _Known) -> Iterable[StudyDefinition]:
    for position, row in enumerate(coding.definitions, start=1):
        yield StudyDefinition(
            study=study,
            definition=known.definition(row.slug),
            position=position,
            role=row.role,
            cohort=row.cohort,
            modification=row.modification,
            quote=row.quote,
            locator=row.locator,
            basis=study.basis,
        )


def _provenance(study: Study, coding: Coding, *, is_sample: bool) -> Iterable[TextProvenance]:
    """Who drafted each text. What a machine drafted says so from its first day."""
    model, version = coding.machine
    drafter = Drafter.SAMPLE if is_sample else Drafter.MACHINE if model else Drafter.PERSON
    machine = {"model": model, "model_version": version} if drafter == Drafter.MACHINE else {}
    for name in (*TEXTS, *LIST_TEXTS):
        if getattr(study, name):
            yield TextProvenance(study=study, field=name, basis=study.basis, drafter=drafter, **machine)


def _create_links(pairs: Sequence[tuple[Study, Incoming]]) -> list[str]:
    by_doi = {study.doi: study for study, _ in pairs if study.doi}
    links: dict[tuple[Any, ...], StudyLink] = {}
    problems = []
    for study, paper in pairs:
        for kind, doi in paper.coding.links if paper.coding else ():
            if doi == study.doi:
                problems.append(f"{study.slug}: not linked, the DOI {doi} is its own")
            elif doi in by_doi:
                link = _link(study, by_doi[doi], kind)
                ends = sorted((link.source_id, link.target_id))
                links.setdefault((*ends, link.type), link)  # it never stands in both directions
            else:
                problems.append(f"{study.slug}: not linked, no study with DOI {doi} arrived with it")
    StudyLink.objects.bulk_create(links.values())
    return problems


def _link(source: Study, target: Study, kind: str) -> StudyLink:
    """The link in the one direction in which it is stored."""
    if kind == LinkType.SHARES_PARTICIPANTS and source.pk > target.pk:
        source, target = target, source
    return StudyLink(source=source, target=target, type=kind)
