"""Papers into the record: match what arrives with what is there, and create drafts for the rest.

Identity is decided by identifiers alone. A record whose identifier belongs to a study is never created; one that only
looks like a study is created and reported, because two papers may share a title and a person has to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from studies import pem, slugs
from studies.incoming import LIST_TEXTS, TEXTS, Coding, Incoming, IncomingError
from studies.matching import Paper, Shelf, fold, notice_kind
from studies.models import (
    Abstract,
    Author,
    CaseDefinition,
    SlugRedirect,
    Study,
    StudyDefinition,
    StudyLink,
    TextProvenance,
    Topic,
)
from studies.records import Author as RecordAuthor
from studies.records import Collective
from studies.snapshots import abstract_hash
from studies.vocabulary import Drafter, LinkType, Precision

IDENTIFIERS = ("doi", "pmid", "pmcid")


@dataclass(frozen=True)
class Pair:
    """A record beside a study of the atlas, with what made them meet: an identifier, or "title"."""

    title: str
    slug: str
    other_title: str
    other_slug: str
    because: str


@dataclass
class Outcome:
    """What became of a list of records. Every record is in exactly one of `created`, `present` and `refused`."""

    created: list[int] = field(default_factory=list)  # ids of studies, in the order of the records
    present: int = 0
    refused: list[Pair] = field(default_factory=list)
    look_alikes: list[Pair] = field(default_factory=list)
    notices: list[tuple[str, str, str]] = field(default_factory=list)  # kind, slug, title
    problems: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        """Take over what another outcome holds."""
        self.created += other.created
        self.present += other.present
        for name in ("refused", "look_alikes", "notices", "problems"):
            getattr(self, name).extend(getattr(other, name))


class Holdings:
    """What the atlas holds, as matching needs it: loaded once, then kept up by `ingest` for the records it creates."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}  # by slug, of every study in any state
        self.taken: dict[str, str] = {}  # "doi:10.…" to slug
        self.bare: set[tuple[str, str, int | None]] = set()  # studies without identifiers, by title, author and year
        self.slugs: set[str] = set(SlugRedirect.objects.values_list("slug", flat=True))
        self._shelf = Shelf()
        first = {row[0]: row[1] or row[2] for row in _first_authors()}
        columns = ("pk", "slug", "title", "published_on", *IDENTIFIERS, "preprint_doi")
        for pk, slug, title, day, doi, pmid, pmcid, preprint in Study.objects.order_by("pk").values_list(*columns):
            numbers = {f"{kind}:{value}" for kind, value in zip(IDENTIFIERS, (doi, pmid, pmcid), strict=True) if value}
            if preprint:
                numbers.add(f"doi:{preprint}")
            self.put(slug, title, first.get(pk, ""), day.year if day else None, numbers)

    def put(self, slug: str, title: str, author: str, year: int | None, numbers: Iterable[str]) -> None:
        numbers = frozenset(numbers)
        self.slugs.add(slug)
        self.titles[slug] = title
        self.taken.update(dict.fromkeys(numbers, slug))
        if not numbers:
            self.bare.add((fold(title), fold(author), year))
        self._shelf.add(Paper(slug, title, fold(author), year))

    def holds(self, paper: Incoming) -> bool:
        """Whether this very paper is there: all its identifiers are one study's, or neither has any and all else agrees."""
        if not paper.identifiers:
            return (fold(paper.record.title), fold(paper.first_author), paper.record.year) in self.bare
        owners = {self.taken.get(number) for number in paper.identifiers}
        return len(owners) == 1 and None not in owners

    def conflict(self, paper: Incoming) -> tuple[str, str] | None:
        """(identifier, slug) of the first identifier that a study already has, or None."""
        return next(((n, self.taken[n]) for n in sorted(paper.identifiers) if n in self.taken), None)

    def look_alikes(self, paper: Incoming) -> list[str]:
        """Slugs of studies that may be the same paper."""
        seen = self._shelf.look_alikes(Paper("", paper.record.title, fold(paper.first_author), paper.record.year))
        return [other.key for other in seen]


def ingest(papers: Sequence[Incoming], *, holdings: Holdings, is_sample: bool = False) -> Outcome:
    """Create draft studies for the papers that the atlas does not hold yet.

    Effects, in one transaction: Study, Author, Abstract, StudyDefinition, StudyLink, TextProvenance and topic rows of
    the new drafts; `holdings` learns about them. Nothing is published and no study that was there is touched. The PEM
    badge of a coded paper is derived, an uncoded one stays "not yet assessed". Links are made between papers of the
    same call only, so that no published study changes without a revision.
    Raises IncomingError for a coding that names an unknown definition or topic, and PemError for an impossible one.
    """
    outcome = Outcome()
    fresh: list[tuple[str, Incoming]] = []
    for paper in papers:
        slug = _admit(paper, holdings, outcome)
        if slug:
            fresh.append((slug, paper))
    with transaction.atomic():
        outcome.created = _create(fresh, is_sample=is_sample, outcome=outcome)
    return outcome


def _admit(paper: Incoming, holdings: Holdings, outcome: Outcome) -> str:
    """The slug of a new study, or nothing when the record is not to be created; says why in the outcome."""
    if holdings.holds(paper):
        outcome.present += 1
        return ""
    conflict = holdings.conflict(paper)
    if conflict:
        number, slug = conflict
        outcome.refused.append(Pair(paper.record.title, "", holdings.titles[slug], slug, number))
        return ""
    slug = _slug(paper, holdings)
    for other in holdings.look_alikes(paper):
        outcome.look_alikes.append(Pair(paper.record.title, slug, holdings.titles[other], other, "title"))
    if kind := notice_kind(paper.record.title):
        outcome.notices.append((kind, slug, paper.record.title))
    outcome.problems += [f"{slug}: {problem}" for problem in paper.problems]
    holdings.put(slug, paper.record.title, paper.first_author, paper.record.year, paper.identifiers)
    return slug


def _slug(paper: Incoming, holdings: Holdings) -> str:
    first = paper.record.authors[0] if paper.record.authors else Collective("")
    family, group = ("", first.name) if isinstance(first, Collective) else (first.family, "")
    return slugs.with_suffix(slugs.study_slug(family, group, paper.record.year, paper.record.title), holdings.slugs)


def _create(fresh: Sequence[tuple[str, Incoming]], *, is_sample: bool, outcome: Outcome) -> list[int]:
    known = _Known()
    drafts = [_draft(slug, paper, known, is_sample) for slug, paper in fresh]
    studies = Study.objects.bulk_create(drafts, batch_size=500)
    pairs = [(study, paper) for study, (_, paper) in zip(studies, fresh, strict=True)]
    Author.objects.bulk_create((row for study, paper in pairs for row in _authors(study, paper)), batch_size=2000)
    Abstract.objects.bulk_create(_abstract(study, paper) for study, paper in pairs if paper.abstract)
    _create_coding([(study, paper.coding) for study, paper in pairs if paper.coding], known, is_sample)
    _create_links(pairs, outcome)
    return [study.pk for study in studies]


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
    record = paper.record
    alike = ("title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "language")
    return {
        **{name: getattr(record, name) for name in alike},
        **{kind: getattr(record, kind) or None for kind in IDENTIFIERS},
        **_date(record.year, record.month, record.day),
        "authors_complete": record.authors_complete,
        "license_url": paper.license_url,
        "bibliography_source": paper.source[: Study._meta.get_field("bibliography_source").max_length],
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


def _authors(study: Study, paper: Incoming) -> Iterable[Author]:
    for position, author in enumerate(paper.record.authors, start=1):
        yield Author(study=study, position=position, **_name(author))


def _name(author: RecordAuthor) -> dict[str, str]:
    if isinstance(author, Collective):
        return {"collective": author.name}
    return {"family": author.family, "given": author.given, "orcid": author.orcid}


def _abstract(study: Study, paper: Incoming) -> Abstract:
    assert paper.abstract is not None  # noqa: S101 - the caller asked
    sections = [{"label": label, "text": text} for label, text in paper.abstract.sections]
    return Abstract(
        study=study,
        sections=sections,
        license=paper.abstract.license,
        license_url=paper.abstract.license_url,
        source=paper.abstract.source,
        sha256=abstract_hash(sections),
    )


def _create_coding(coded: Sequence[tuple[Study, Coding]], known: _Known, is_sample: bool) -> None:
    StudyDefinition.objects.bulk_create(row for study, coding in coded for row in _definitions(study, coding, known))
    TextProvenance.objects.bulk_create(row for study, _ in coded for row in _provenance(study, is_sample))
    through = Study.topics.through
    through.objects.bulk_create(
        through(study_id=study.pk, topic_id=known.topic(slug)) for study, coding in coded for slug in coding.topics
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


def _provenance(study: Study, is_sample: bool) -> Iterable[TextProvenance]:
    drafter = Drafter.SAMPLE if is_sample else Drafter.PERSON
    for name in (*TEXTS, *LIST_TEXTS):
        if getattr(study, name):
            yield TextProvenance(study=study, field=name, basis=study.basis, drafter=drafter)


def _create_links(pairs: Sequence[tuple[Study, Incoming]], outcome: Outcome) -> None:
    by_doi = {study.doi: study for study, _ in pairs if study.doi}
    links: dict[tuple[int, int, str], StudyLink] = {}
    for study, paper in pairs:
        for kind, doi in paper.coding.links if paper.coding else ():
            if doi in by_doi:
                link = _link(study, by_doi[doi], kind)
                links[link.source_id, link.target_id, link.type] = link
            else:
                outcome.problems.append(f"{study.slug}: not linked, no study with DOI {doi} arrived with it")
    StudyLink.objects.bulk_create(links.values())


def _link(source: Study, target: Study, kind: str) -> StudyLink:
    """The link in the one direction in which it is stored."""
    if kind == LinkType.SHARES_PARTICIPANTS and source.pk > target.pk:
        source, target = target, source
    return StudyLink(source=source, target=target, type=kind)


def _first_authors() -> Iterable[tuple[int, str, str]]:
    return Author.objects.filter(position=1).order_by().values_list("study_id", "family", "collective")
