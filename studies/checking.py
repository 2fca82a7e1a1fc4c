"""Published studies compared again with the sources that know them, a little each day.

A run may be stopped at any moment: each study is compared in a transaction of its own, and who was compared is noted with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from studies import integrity, public_state
from studies.identifiers import doi_link, pubmed_link
from studies.incoming import Incoming
from studies.integrity import Tally
from studies.models import IntegrityCheck, Study
from studies.observing import GRAVITY, Observation, observe, reinstated
from studies.records import Record
from studies.sources import SOURCES, retraction_watch
from studies.sources.faults import NotThere, SourceFault
from studies.sources.http import Client
from studies.updating import held_record
from studies.vocabulary import State
from studies.vocabulary_desk import Source

BETWEEN = timedelta(days=30)
AFTER_A_FAULT = timedelta(days=1)
GIVE_UP_AFTER = 5  # faults in a row: the source is down, and asking on would only be impolite
BATCH = 200
# By which number a source is asked for a paper.
ASKED_BY = {Source.PUBMED: "pmid", Source.CROSSREF: "doi", Source.EUROPEPMC: "pmid", Source.OPENALEX: "doi"}
USUAL = (Source.PUBMED, Source.CROSSREF)

Tell = Callable[[str], None]


@dataclass
class Report:
    """What a run did with one source. `fault` says why it stopped early; empty where it did not."""

    source: Source
    compared: int = 0
    failed: int = 0
    fault: str = ""
    tally: Tally = field(default_factory=Tally)


def check(*, client: Client, source: Source, limit: int | None, everything: bool, tell: Tell) -> Report:
    """Compare the studies that are due with what `source` says of them now.

    `limit` bounds how many; `everything` also takes those that are not due. Effects: findings; per study when it is due again;
    the day of the comparison on the study. A paper that the source does not answer for stays due the next day.
    """
    report, in_a_row = Report(source), 0
    for due in _due(source, limit=limit, everything=everything):
        try:
            _compare_one(client, due, source, report)
            in_a_row = 0
        except SourceFault as error:
            _put_off(due)
            report.failed, in_a_row = report.failed + 1, in_a_row + 1
            tell(f"{due.study.slug}: {error}")
        if in_a_row == GIVE_UP_AFTER:
            report.fault = f"{source.label} gave no usable answer {GIVE_UP_AFTER} times in a row."
            break
    return report


def compare(*, study: Study, paper: Incoming, source: Source, at: datetime) -> Tally:
    """Take down what one answer says against one published study, held (`integrity.hold`). Effects: findings."""
    return integrity.take_down(
        study=study,
        source=source,
        observations=observe(held_record(study), paper.record),
        evidence_url=_evidence(study, source),
        at=at,
    )


def check_notices(*, table: Path, at: datetime) -> Report:
    """Compare every published study with a table of Retraction Watch. Raises Unreadable. Effects: findings."""
    report = Report(Source.RETRACTION_WATCH)
    studies = Study.objects.published().only("doi", "pmid")
    named = {name: study.pk for study in studies.iterator(chunk_size=BATCH) for name in _numbers(study)}
    with table.open("rb") as stream:
        notices = retraction_watch.notices_of(stream, named)
    of_study: dict[int, dict[str, retraction_watch.Notice]] = {
        pk: {} for pk in integrity.waiting().filter(source=Source.RETRACTION_WATCH).values_list("study_id", flat=True)
    }
    for name, found in notices.items():
        of_study.setdefault(named[name], {}).update({notice.record_id: notice for notice in found})
    for pk in sorted(of_study):
        report.tally.add(_take_down_notice(pk, retraction_watch.standing_of(of_study[pk].values()), at))
    report.compared = len(set(named.values()))
    return report


@transaction.atomic
def _take_down_notice(study_id: int, standing: retraction_watch.Standing, at: datetime) -> Tally:
    source = Source.RETRACTION_WATCH
    study = integrity.hold(study_id=study_id, source=source)
    if study is None:
        return Tally()
    doi = standing.notice.notice_doi if standing.notice else ""
    evidence = doi_link(doi) if doi else _evidence(study, Source.CROSSREF)
    observations = _of_notice(held_record(study), standing)
    return integrity.take_down(study=study, source=source, observations=observations, evidence_url=evidence, at=at)


def _of_notice(ours: Record, standing: retraction_watch.Standing) -> list[Observation]:
    notice = standing.notice
    on, doi = (notice.on, notice.notice_doi) if notice else (None, "")
    if standing.was_reinstated and GRAVITY[standing.status] == 0:
        return reinstated(ours, on=on, notice_doi=doi)
    if not notice:
        return []
    theirs = Record(title=ours.title, retraction_status=standing.status, retraction_on=on, retraction_notice_doi=doi)
    return [each for each in observe(ours, theirs) if each.field == "retraction_status"]


def _compare_one(client: Client, due: IntegrityCheck, source: Source, report: Report) -> None:
    """Ask first, then write: nobody waits for a source inside a transaction.

    Where the study was withdrawn or got another number meanwhile, the answer is about something else and goes.
    """
    name = ASKED_BY[source]
    number = getattr(due.study, name)
    paper = _asked(client, source, {name: number})
    at = timezone.now()
    with transaction.atomic():
        study = integrity.hold(study_id=due.study_id, source=source)
        if study is None or getattr(study, name) != number:
            return
        held: dict[str, Any] = {"study": study, "source": source, "at": at}
        tally = compare(paper=paper, **held) if paper else _take_down_absence(**held)
        due.checked_at, due.due_at, due.faults = at, at + BETWEEN, 0
        due.save(update_fields=["checked_at", "due_at", "faults"])
        _show_the_day(study, at)
    report.tally.add(tally)
    report.compared += 1


def _show_the_day(study: Study, at: datetime) -> None:
    """The page says on which day its bibliography was compared, and a run may be killed after any study: so another day is
    a public write of its own, whole with what was found."""
    day = timezone.localdate(at)
    if study.bibliography_checked_on != day:
        Study.objects.filter(pk=study.pk).update(bibliography_checked_on=day)
        public_state.move_counter()


def _asked(client: Client, source: Source, number: dict[str, str]) -> Incoming | None:
    try:
        return SOURCES[source].fetch(client, **number)
    except NotThere:
        return None


def _take_down_absence(*, study: Study, source: Source, at: datetime) -> Tally:
    number = ASKED_BY[source]
    absent = [Observation("not_found", number, {number: getattr(study, number)})]
    evidence = _evidence(study, source)
    return integrity.take_down(study=study, source=source, observations=absent, evidence_url=evidence, at=at)


def _put_off(due: IntegrityCheck) -> None:
    due.faults = min(due.faults + 1, BETWEEN.days)
    due.due_at = timezone.now() + AFTER_A_FAULT * due.faults
    due.save(update_fields=["due_at", "faults"])


def _due(source: Source, *, limit: int | None, everything: bool) -> Iterator[IntegrityCheck]:
    """Those waiting longest come first; studies that were never compared, or changed since, are due at once.

    A day further away than any comparison sets was written by a clock that went wrong, and counts as due.
    """
    _note_new(source)
    found = IntegrityCheck.objects.filter(source=source, study__state=State.PUBLISHED)
    found = found.exclude(**{f"study__{ASKED_BY[source]}": None})
    now = timezone.now()
    at_once = Q(due_at__lte=now) | Q(due_at__gt=now + BETWEEN) | Q(faults=0, study__changed_at__gt=F("checked_at"))
    found = found if everything else found.filter(at_once)
    keys = list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    for start in range(0, len(keys), BATCH):
        rows = IntegrityCheck.objects.filter(pk__in=keys[start : start + BATCH]).order_by("due_at", "pk")
        yield from rows.select_related("study")


def _note_new(source: Source) -> None:
    known = IntegrityCheck.objects.filter(source=source).values("study")
    fresh = Study.objects.published().exclude(**{ASKED_BY[source]: None}).exclude(pk__in=known)
    now = timezone.now()
    IntegrityCheck.objects.bulk_create(
        [IntegrityCheck(study_id=pk, source=source, due_at=now) for pk in fresh.values_list("pk", flat=True)],
        batch_size=500,
        ignore_conflicts=True,
    )


def _numbers(study: Study) -> Iterator[str]:
    if study.doi:
        yield f"doi:{study.doi}"
    if study.pmid:
        yield f"pmid:{study.pmid}"


def _evidence(study: Study, source: Source) -> str:
    """Where a person sees what the source says."""
    if source in {Source.PUBMED, Source.EUROPEPMC} and study.pmid:
        return pubmed_link(study.pmid)
    return doi_link(study.doi) if study.doi else pubmed_link(study.pmid or "")
