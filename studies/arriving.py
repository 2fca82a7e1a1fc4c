"""One page of what a source found, into the atlas: new papers as drafts in the inbox, all others as what they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from studies import checking
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.models import Arrival, IntegrityCheck, SourceQuery, Study
from studies.outcome import Fate, Line
from studies.put_aside import Known
from studies.sources import SOURCES
from studies.stored_papers import to_data
from studies.updating import update
from studies.vocabulary_desk import Source

NO_NUMBER = "The source gives it no number by which it could be known again."
Item = Incoming | Refusal


@dataclass
class Tally:
    """What became of the records of a page. `refusals` are (number at the source or place, title, reason)."""

    read: int = 0
    arrived: int = 0
    known: int = 0
    notices: int = 0
    refusals: list[tuple[str, str, str]] = field(default_factory=list)


def receive(items: Sequence[Item], *, query: SourceQuery, known: Known, at: datetime) -> Tally:
    """Bring a page into the atlas.

    Effects, inside the caller's transaction, in which it is nobody else's turn (`ingest.take_turn`): a draft and its Arrival for
    each new paper; what a source says more about a draft is added to it; a published study is compared, which may give
    findings; a study that a notice speaks of is due to be compared. A paper that an editor put aside stays away.
    """
    source = Source(query.source)
    named, unnamed = _named(items, source)
    arrived = dict(Arrival.objects.filter(source=source, source_id__in=named).values_list("source_id", "study_id"))
    fresh = {
        number: paper
        for number, paper in named.items()
        if number not in arrived and not known.is_put_aside(paper.record)
    }
    outcome = ingest([*fresh.values()], holdings=known.holdings)
    lines = list(zip(fresh.items(), outcome.lines, strict=True))
    _note_arrivals(lines, query, at)
    seen = {study: named[number] for number, study in arrived.items() if study}
    update({pk: [paper] for pk, paper in seen.items()})
    seen |= {line.study: paper for (_, paper), line in lines if line.study and line.fate in _KNOWN}
    _compare_published(seen, source, at)
    _hasten(_of(lines, Fate.NOTICE), at)
    known.note()
    return _counted(items, lines, unnamed)


_KNOWN = (Fate.DUPLICATE, Fate.UPDATED)
Lines = list[tuple[tuple[str, Incoming], Line]]


def _named(items: Iterable[Item], source: Source) -> tuple[dict[str, Incoming], list[tuple[str, str, str]]]:
    """Papers by their number at the source, each once; and what cannot be taken in, with the reason."""
    named: dict[str, Incoming] = {}
    unnamed = []
    for item in items:
        if isinstance(item, Refusal):
            unnamed.append((f"record {item.number}", item.title, item.reason))
        elif number := SOURCES[source].number(item):
            named.setdefault(number, item)
        else:
            unnamed.append(("", item.record.title, NO_NUMBER))
    return named, unnamed


def _note_arrivals(lines: Lines, query: SourceQuery, at: datetime) -> None:
    Arrival.objects.bulk_create(
        [
            Arrival(
                source=query.source,
                source_id=number,
                query=query,
                title=paper.record.title,
                record=to_data(paper),
                study_id=line.study,
                arrived_at=at,
            )
            for (number, paper), line in lines
            if line.fate == Fate.CREATED
        ],
        batch_size=500,
    )


def _compare_published(seen: dict[int, Incoming], source: Source, at: datetime) -> None:
    for study in Study.objects.published().filter(pk__in=seen).prefetch_related("authors"):
        checking.compare(study=study, paper=seen[study.pk], source=source, at=at)


def _hasten(lines: Iterable[Line], at: datetime) -> None:
    """A notice is no study: the paper of which it speaks is asked for at the next check. One never compared is due anyway."""
    studies = [line.study for line in lines if line.study]
    IntegrityCheck.objects.filter(study__in=studies, due_at__gt=at).update(due_at=at)


def _of(lines: Lines, fate: Fate) -> list[Line]:
    return [line for _, line in lines if line.fate == fate]


def _counted(items: Sequence[Item], lines: Lines, unnamed: list[tuple[str, str, str]]) -> Tally:
    refused = [(number, line.title, line.reason) for (number, _), line in lines if line.fate == Fate.REFUSED]
    tally = Tally(read=len(items), refusals=[*unnamed, *refused])
    tally.arrived, tally.notices = len(_of(lines, Fate.CREATED)), len(_of(lines, Fate.NOTICE))
    tally.known = tally.read - tally.arrived - tally.notices - len(tally.refusals)
    return tally
