"""Is the public history whole? Reads everything, changes nothing, keeps no more than a batch of studies in memory.

Two passes: the atlas's chain in order of sequence, then each study's chain with its values, replayed to the newest version
and compared with the live row. What somebody changed past the database's refusal shows as a Fault at its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from studies import triggers
from studies.canonical import CanonicalError, salted_hash
from studies.diff import changes
from studies.models import PublicState, Revision, RevisionValue, Study
from studies.provenance import TEXTS
from studies.revisions import REDACTED, link_of
from studies.snapshots import FIELDS, Snapshot, loaded, snapshot
from studies.vocabulary import StaffRole

BATCH = 200


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was recorded. `sequence` is the number in the atlas's chain, where it is known."""

    message: str
    sequence: int | None = None
    study: str = ""
    number: int | None = None

    def __str__(self) -> str:
        chain = f"number {self.sequence} of the atlas’s chain" if self.sequence else ""
        if not self.study:
            return f"{chain or 'the history'}: {self.message}"
        place = f"study {self.study}, revision {self.number}" if self.number else f"study {self.study}"
        return f"{place} ({chain}): {self.message}" if chain else f"{place}: {self.message}"


def verify() -> list[Fault]:
    """All faults, the first broken number first; an empty list says that the history is whole."""
    end = PublicState.objects.get(pk=1)
    missing: list[int] = []
    of_atlas = list(_atlas_chain(end, missing))
    of_studies = [fault for batch in _batches() for fault in _study_chains(batch, missing, end)]
    named = {fault.sequence for fault in of_studies if fault.message == MISSING}
    found = [fault for fault in of_atlas if fault.message != MISSING or fault.sequence not in named]
    found += of_studies + list(_without_study()) + list(_refusal())
    return sorted(found, key=lambda fault: fault.sequence or end.revisions + 1)


def holds(anchor: str) -> bool:
    """Whether a revision with this hash, noted down earlier, still stands in the chain."""
    return Revision.objects.filter(hash=anchor).exists()


MISSING = "it is missing"
MANY = 1000


def _atlas_chain(end: PublicState, missing: list[int]) -> Iterator[Fault]:
    """The chain of the whole atlas; notes the first missing numbers in `missing`."""
    before: Revision | None = None
    for revision in Revision.objects.order_by("sequence").select_related("study").iterator(chunk_size=2000):
        last = before.sequence if before else 0
        yield from _gap(last + 1, revision.sequence, missing)
        follows = last + 1 == revision.sequence
        if not _is_itself(revision):
            yield _at(revision, "its content does not match its hash")
        elif follows and revision.previous_global_hash != (before.hash if before else ""):
            yield _break(before, revision, end)
        before = revision
    yield from _end(before, end, missing)


def _break(before: Revision | None, revision: Revision, end: PublicState) -> Fault:
    """Two neighbours that do not fit: the first was replaced, unless something else was built on it."""
    if before is None or before.hash == end.newest_hash:
        return _at(revision, "it does not follow the number before it")
    if Revision.objects.filter(previous_global_hash=before.hash).exists():
        return _at(revision, "it does not follow the number before it")
    return _at(before, "it is not what the next number was built on")


def _end(last: Revision | None, end: PublicState, missing: list[int]) -> Iterator[Fault]:
    count = last.sequence if last else 0
    yield from _gap(count + 1, end.revisions + 1, missing)
    if last and count > end.revisions:
        yield _at(last, f"the atlas counts only {end.revisions} revisions")
    elif count == end.revisions and end.newest_hash != (last.hash if last else ""):
        message = "it is not the newest hash that the atlas noted"
        yield _at(last, message) if last else Fault(message)


def _gap(start: int, stop: int, missing: list[int]) -> Iterator[Fault]:
    for sequence in islice(range(start, stop), MANY):
        missing.append(sequence)
        yield Fault(MISSING, sequence)


def _is_itself(revision: Revision) -> bool:
    try:
        return link_of(revision).hash == revision.hash
    except (CanonicalError, TypeError):
        return False


def _batches() -> Iterator[list[Study]]:
    """Every study that is or was public, with its content, in order of id."""
    recorded = Exists(Revision.objects.filter(study=OuterRef("pk")))
    last = 0
    while ids := list(_public_after(last).filter(Q(version__gt=0) | recorded).values_list("pk", flat=True)[:BATCH]):
        yield loaded(ids)
        last = ids[-1]


def _public_after(pk: int) -> Any:
    return Study.objects.filter(pk__gt=pk).order_by("pk")


@dataclass
class _Replay:
    """A study's content as its revisions tell it, and the revision that wrote each field last."""

    values: dict[str, Any]
    writers: dict[str, Revision]

    def take(self, revision: Revision, rows: Iterable[RevisionValue]) -> None:
        for row in rows:
            self.values[row.field] = REDACTED if row.value is None else json.loads(row.value)
            self.writers[row.field] = revision

    def snapshot(self) -> Snapshot:
        return {name: value for name, value in self.values.items() if value is not None}


def _study_chains(studies: list[Study], missing: list[int], end: PublicState) -> Iterator[Fault]:
    revisions = Revision.objects.filter(study__in=studies).order_by("study_id", "number")
    of_study: dict[int, list[Revision]] = {study.pk: [] for study in studies}
    for revision in revisions.prefetch_related("values", "approvals"):
        of_study[revision.study_id].append(revision)
    for study in studies:
        yield from _study_chain(study, of_study[study.pk], missing, end)


def _study_chain(study: Study, revisions: list[Revision], missing: list[int], end: PublicState) -> Iterator[Fault]:
    replay, before = _Replay({}, {}), None
    for revision in revisions:
        yield from _order(study, before, revision, missing)
        faults = list(_values(study, revision)) + list(_approvals(study, revision))
        yield from faults
        if not faults:
            replay.take(revision, revision.values.all())
        before = revision
    yield from _newest(study, revisions, missing, end)
    if before and before.number == study.version:
        yield from _live(study, before, replay)


def _order(study: Study, before: Revision | None, revision: Revision, missing: list[int]) -> Iterator[Fault]:
    last = before.number if before else 0
    for number in range(last + 1, revision.number):
        sequence = _between(before.sequence if before else 0, revision.sequence, missing)
        yield Fault(MISSING, sequence, study.slug, number)
    follows = last + 1 == revision.number
    if follows and _is_itself(revision) and revision.previous_hash != (before.hash if before else ""):
        yield _at(before or revision, "it is not what the study’s next revision was built on", study)


def _newest(study: Study, revisions: list[Revision], missing: list[int], end: PublicState) -> Iterator[Fault]:
    last = revisions[-1] if revisions else None
    count, after = (last.number, last.sequence) if last else (0, 0)
    for number in range(count + 1, study.version + 1):
        yield Fault(MISSING, _between(after, end.revisions + 1, missing), study.slug, number)
    if last and count > study.version:
        yield _at(last, f"the study counts only {study.version} revisions", study)
    elif last and count == study.version:
        yield from _noted(study, revisions[0], last)


def _noted(study: Study, first: Revision, last: Revision) -> Iterator[Fault]:
    """What the study's row says about its history."""
    told = {
        "newest hash": (study.newest_hash, last.hash),
        "date of the last change": (study.changed_at, last.made_at),
        "date of publication": (study.published_at, first.made_at),
    }
    wrong = [name for name, (noted, recorded) in told.items() if noted != recorded]
    if wrong:
        yield _at(last, f"the study notes another {', '.join(wrong)}", study)


def _values(study: Study, revision: Revision) -> Iterator[Fault]:
    rows = {row.field: row for row in revision.values.all()}
    for field in sorted(set(rows) ^ set(revision.value_hashes)):
        yield _at(revision, f"the value of {field} is {'not covered' if field in rows else 'missing'}", study)
    for field in sorted(set(rows) & set(revision.value_hashes)):
        if not _holds(rows[field], revision.value_hashes[field]):
            yield _at(revision, f"the value of {field} does not match its hash", study)


def _holds(row: RevisionValue, recorded: str) -> bool:
    """The value that was hashed, or a removed one with its date and reason."""
    if row.value is None and row.salt is None:
        return row.redacted_on is not None and bool(row.redaction_reason)
    try:
        return salted_hash(row.salt or "", json.loads(row.value or "")) == recorded and row.redacted_on is None
    except ValueError:
        return False


def _approvals(study: Study, revision: Revision) -> Iterator[Fault]:
    """Whoever the chain says approved it stands beside it, in that role."""
    stand = {(row.role, row.as_second) for row in revision.approvals.all()}
    due = {(revision.approver_role, False), (revision.second_role, True)}
    expected = {(role, second) for role, second in due if role and role != StaffRole.SAMPLE_IMPORT}
    if stand != expected:
        yield _at(revision, "its approvals are not those that were recorded", study)


def _live(study: Study, last: Revision, replay: _Replay) -> Iterator[Fault]:
    """The live row against the replay."""
    recorded, live = replay.snapshot(), snapshot(study)
    gone = [name for name, value in recorded.items() if value is REDACTED]
    if gone:
        yield _at(last, f"the present value of {', '.join(gone)} was removed from the history", study)
    differing = [found.field for found in changes(recorded, live, FIELDS) if found.field not in gone]
    if differing:
        yield _at(last, f"the live record differs in {', '.join(differing)}", study)
    elif wrong := [text.field for text in study.text_provenance.all() if not _is_approved(text, replay)]:
        yield _at(last, f"the approval of {', '.join(wrong)} is not the recorded one", study)


def _is_approved(text: Any, replay: _Replay) -> bool:
    writer = replay.writers.get(text.field)
    if writer is None or text.field not in TEXTS:
        return False
    noted = (text.revision_number, text.approver_role, text.approved_at)
    return bool(noted == (writer.number, writer.second_role or writer.approver_role, writer.made_at))


def _without_study() -> Iterator[Fault]:
    orphans = Revision.objects.filter(~Exists(Study.objects.filter(pk=OuterRef("study_id"))))
    for sequence, study_id in orphans.order_by("sequence").values_list("sequence", "study_id")[:MANY]:
        yield Fault(f"its study (id {study_id}) is gone", sequence)


def _refusal() -> Iterator[Fault]:
    if not triggers.installed(connection):
        yield Fault("the database does not refuse changes; run manage.py migrate")


def _between(after: int, before: int, missing: list[int]) -> int | None:
    """The one number of the atlas's chain that is missing there, if it is only one."""
    candidates = [sequence for sequence in missing if after < sequence < before]
    return candidates[0] if len(candidates) == 1 else None


def _at(revision: Revision, message: str, study: Study | None = None) -> Fault:
    return Fault(message, revision.sequence, (study or revision.study).slug, revision.number)
