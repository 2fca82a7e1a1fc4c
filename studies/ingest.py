"""Papers into the record: match what arrives with what is there, create drafts for the rest. The one writer of drafts from
files and sources.

What belongs to a study is decided by `matching` and never by guessing: a record that only looks like a study becomes a draft of
its own, and the two are laid before a person (`PossibleDuplicate`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from studies import completing, slugs
from studies.creating import create
from studies.fitting import misfit
from studies.formats.readers.refusals import Refusal
from studies.holdings import Held, Holdings
from studies.incoming import Incoming
from studies.matching.facts import Facts, facts_of
from studies.matching.judging import Judgement, suspicion
from studies.matching.kinds import NOTICES, noticed_title
from studies.models import PossibleDuplicate
from studies.outcome import Fate, Line, Outcome, Pair
from studies.records import Collective
from studies.updating import Seen, update

__all__ = ["Holdings", "ingest", "take_turn"]

ATTEMPTS = 5  # how often somebody else may be quicker before this gives up
TURN = 4_271_906  # the advisory lock on PostgreSQL that ingests take one after the other; any number nobody else uses
NOTICE_OF = frozenset({"retraction_of", "concern_for", "correction_of"})
_ONE_PAPER = suspicion("One record has an identifier of each.")


def ingest(
    items: Sequence[Incoming | Refusal],
    *,
    holdings: Holdings,
    first: int = 1,
    is_sample: bool = False,
    with_notices: bool = False,
    cautious: bool = False,
) -> Outcome:
    """Bring records into the atlas: as new draft studies, onto drafts that are there, or not at all.

    `items` is what a reader gave, in its order; `first` is the number of the first one in its file. Refusals pass through, so
    that the outcome has a line for every record. `with_notices` creates studies of notices (errata, retractions) too;
    with `cautious` nothing but identifiers joins a record and a study, and all other likeness is laid before a person.

    Effects, in one transaction: rows of new drafts; bibliography and abstract of drafts that are there (`updating`);
    PossibleDuplicate rows. Nothing is published, and no study that is in review, published or withdrawn is written: what a
    record says otherwise about it stands in its line. Where somebody else brings the same paper at the same moment, one of
    the two creates it and the other one reports it as there.
    `holdings` learns what was written. Throw it away where the caller undoes the transaction, as a dry run does.
    Raises IncomingError for a coding that names an unknown definition or topic, and PemError for an impossible one.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            with transaction.atomic():
                take_turn()
                return _Bringing(holdings, is_sample, with_notices, cautious).bring(items, first)
        except IntegrityError:
            if not left:
                raise
            holdings.reload()
    raise AssertionError("unreachable")


def take_turn() -> None:
    """Wait until nobody else brings papers in or takes drafts away; it is one's turn until the transaction ends.

    Two that write the same numbers in another order would wait for each other for ever. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])


@dataclass
class _Bringing:
    """One call: first every record finds its place, then all is written."""

    holdings: Holdings
    is_sample: bool
    with_notices: bool
    cautious: bool
    lines: list[Line] = field(default_factory=list)
    fresh: dict[Held, Incoming] = field(default_factory=dict)
    known: list[tuple[int, Held, Incoming]] = field(default_factory=list)  # place of the line, study, record
    pairs: list[tuple[int, Held, Held, Judgement]] = field(default_factory=list)

    def bring(self, items: Sequence[Incoming | Refusal], first: int) -> Outcome:
        for number, item in enumerate(items, start=first):
            if isinstance(item, Refusal):
                self.lines.append(Line(number=number, fate=Fate.REFUSED, title=item.title, reason=item.reason))
            else:
                self.lines.append(self._place(number, item))
        problems = self._create()
        self._update()
        return Outcome(self.lines, self._offer(), problems)

    def _place(self, number: int, paper: Incoming) -> Line:
        line = Line(number=number, fate=Fate.REFUSED, title=paper.record.title, remarks=paper.problems)
        if reason := misfit(paper):
            return replace(line, reason=reason)
        facts = facts_of(paper.record)
        place = self.holdings.place(facts, cautious=self.cautious)
        if place.twins:
            self.pairs.append((number, *place.twins, _ONE_PAPER))
        if place.refusal and place.same:
            return replace(line, reason=place.refusal, slug=place.same.slug, study=place.same.pk)
        if place.same:
            return self._known(line, place.same, paper, facts)
        kind = facts.kind if facts.kind in NOTICES else ""
        if kind and not self.with_notices:
            return self._notice(line, kind, paper)
        return self._new(replace(line, notice=kind), paper, facts, place.possible)

    def _known(self, line: Line, held: Held, paper: Incoming, facts: Facts) -> Line:
        if held.is_draft:
            self.holdings.learn(held, facts)
        if held in self.fresh:
            self.fresh[held] = _joined(self.fresh[held], paper)
            reason = f"Record {held.number} is the same paper."
            return replace(line, fate=Fate.DUPLICATE, slug=held.slug, reason=reason)
        self.known.append((len(self.lines), held, paper))
        return replace(line, fate=Fate.DUPLICATE, slug=held.slug, study=held.pk)

    def _notice(self, line: Line, kind: str, paper: Incoming) -> Line:
        links = [(link.doi, link.pmid) for link in paper.record.relations if link.kind in NOTICE_OF]
        held = self.holdings.notice_of(noticed_title(paper.record.title), links)
        return replace(
            line, fate=Fate.NOTICE, notice=kind, slug=held.slug if held else "", study=held.pk if held else None
        )

    def _new(self, line: Line, paper: Incoming, facts: Facts, possible: Sequence[tuple[Held, Judgement]]) -> Line:
        held = Held(_slug(paper, self.holdings), paper.record.title, number=line.number)
        self.pairs += [(line.number, held, other, judgement) for other, judgement in possible]
        self.fresh[held] = paper
        self.holdings.add(held, facts)
        return replace(line, fate=Fate.CREATED, slug=held.slug)

    def _create(self) -> list[str]:
        created, problems = create([(held.slug, paper) for held, paper in self.fresh.items()], is_sample=self.is_sample)
        for held, pk in zip(self.fresh, created, strict=True):
            held.pk = pk
        ids = {held.slug: held.pk for held in self.fresh}  # lines told of them before they had one
        self.lines = [replace(line, study=ids[line.slug]) if line.slug in ids else line for line in self.lines]
        return problems

    def _update(self) -> None:
        said: dict[int, list[Incoming]] = {}
        for _, held, paper in self.known:
            said.setdefault(held.pk or 0, []).append(paper)
        seen = update(said) if said else {}
        for place, held, _ in self.known:
            self.lines[place] = _told(self.lines[place], seen[held.pk or 0].pop(0))

    def _offer(self) -> list[Pair]:
        now = timezone.now()
        rows = {_ordered(one, other): judgement for _, one, other, judgement in self.pairs}
        PossibleDuplicate.objects.bulk_create(
            (
                PossibleDuplicate(one_id=one, other_id=other, reasons=list(it.reasons), score=it.score, found_at=now)
                for (one, other), it in rows.items()
            ),
            ignore_conflicts=True,
            batch_size=500,
        )
        return [
            Pair(number, one.title, one.slug, other.title, other.slug, it.reasons, it.score)
            for number, one, other, it in self.pairs
        ]


def _told(line: Line, seen: Seen) -> Line:
    fate = Fate.UPDATED if seen.changed else Fate.DUPLICATE
    return replace(line, fate=fate, changed=seen.changed, differs=seen.differs, reason=seen.reason)


def _joined(ours: Incoming, theirs: Incoming) -> Incoming:
    """Two records of one call about one paper, as one."""
    better = completing.trust(theirs.source) > completing.trust(ours.source)
    if completing.has_other_title(ours.record, theirs.record):
        return ours
    return replace(
        ours,
        record=completing.completed(ours.record, theirs.record, better=better),
        source=theirs.source if better else ours.source,
        license_url=ours.license_url or theirs.license_url,
        abstract=ours.abstract or theirs.abstract,
        coding=ours.coding or theirs.coding,
    )


def _ordered(one: Held, other: Held) -> tuple[int, int]:
    a, b = sorted((one.pk or 0, other.pk or 0))
    return a, b


def _slug(paper: Incoming, holdings: Holdings) -> str:
    first = paper.record.authors[0] if paper.record.authors else Collective("")
    family, group = ("", first.name) if isinstance(first, Collective) else (first.family, "")
    return slugs.with_suffix(slugs.study_slug(family, group, paper.record.year, paper.record.title), holdings.slugs)
