"""Papers into the record: match what arrives with what is there, and create drafts for the rest.

Identity is decided by identifiers alone. A record whose identifier belongs to a study is never created; one that only
looks like a study is created and reported, because two papers may share a title and a person has to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import transaction

from studies import pem, slugs
from studies.formats.readers.refusals import Refusal
from studies.incoming import LIST_TEXTS, TEXTS, Coding, Incoming, IncomingError
from studies.matching.facts import Facts, facts_of, title_words
from studies.matching.kinds import kind_of, notice_kind
from studies.matching.shelf import Shelf
from studies.matching.words import fold
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
from studies.outcome import Fate, Line, Outcome, Pair
from studies.records import Author as RecordAuthor
from studies.records import Collective
from studies.snapshots import abstract_hash
from studies.vocabulary import Drafter, LinkType, Precision

IDENTIFIERS = ("doi", "pmid", "pmcid")


class Holdings:
    """What the atlas holds, as matching needs it: loaded once, then kept up by `ingest` for the records it creates."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}  # by slug, of every study in any state
        self.taken: dict[str, str] = {}  # "doi:10.…" to slug
        self.bare: set[tuple[str, str, int | None]] = set()  # studies without identifiers, by title, author and year
        self.slugs: set[str] = set(SlugRedirect.objects.values_list("slug", flat=True))
        self._shelf = Shelf()
        self._names: list[str] = []
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
        self._names.append(slug)
        facts = Facts(title=title_words(title), kind=kind_of(title), family=fold(author), year=year)
        self._shelf.add(len(self._names) - 1, facts)

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
        return [self._names[found.key] for found in self._shelf.find(facts_of(paper.record))]


def ingest(
    items: Sequence[Incoming | Refusal],
    *,
    holdings: Holdings,
    first: int = 1,
    is_sample: bool = False,
    with_notices: bool = False,
) -> Outcome:
    """Create draft studies for the papers that the atlas does not hold yet.

    `items` is what a reader gave, in its order; `first` is the number of the first one in its file. Refusals pass
    through, so that the outcome has a line for every record. `with_notices` creates studies of notices too.

    Effects, in one transaction: Study, Author, Abstract, StudyDefinition, StudyLink, TextProvenance and topic rows of
    the new drafts; `holdings` learns about them, and must be thrown away where the caller rolls the transaction back.
    Nothing is published and no study that was there is touched. The PEM badge of a coded paper is derived, an uncoded
    one stays "not yet assessed". Links are made between papers of the same call only, so that no published study
    changes without a revision.
    Raises IncomingError for a coding that names an unknown definition or topic, and PemError for an impossible one.
    """
    outcome = Outcome()
    fresh: list[tuple[str, Incoming]] = []
    for number, item in enumerate(items, start=first):
        if isinstance(item, Refusal):
            outcome.lines.append(Line(number=number, fate=Fate.REFUSED, title=item.title, reason=item.reason))
        elif slug := _admit(number, item, holdings, outcome, with_notices=with_notices):
            fresh.append((slug, item))
    with transaction.atomic():
        created = dict(
            zip((slug for slug, _ in fresh), _create(fresh, is_sample=is_sample, outcome=outcome), strict=True)
        )
    outcome.lines = [
        replace(line, study=created[line.slug]) if line.fate == Fate.CREATED else line for line in outcome.lines
    ]
    return outcome


def _admit(number: int, paper: Incoming, holdings: Holdings, outcome: Outcome, *, with_notices: bool) -> str:
    """The slug of a new study, or nothing when the record is not to be created; adds its line to the outcome."""
    line = Line(number=number, fate=Fate.DUPLICATE, title=paper.record.title, remarks=paper.problems)
    if holdings.holds(paper):
        outcome.lines.append(line)
        return ""
    conflict = holdings.conflict(paper)
    if conflict:
        identifier, slug = conflict
        reason = f"{identifier} belongs to “{holdings.titles[slug]}”."
        outcome.lines.append(replace(line, fate=Fate.REFUSED, slug=slug, reason=reason))
        return ""
    notice = notice_kind(paper.record.title)
    if notice and not with_notices:
        outcome.lines.append(replace(line, fate=Fate.NOTICE, notice=notice))
        return ""
    slug = _slug(paper, holdings)
    outcome.lines.append(replace(line, fate=Fate.CREATED, slug=slug, notice=notice))
    for other in holdings.look_alikes(paper):
        outcome.possible.append(
            Pair(number, paper.record.title, slug, holdings.titles[other], other, ("The titles are alike.",), 0.5)
        )
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
