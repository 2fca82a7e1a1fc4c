"""Is the public history whole? Reads everything, changes nothing, keeps no more than a batch of studies in memory.

Two passes: the atlas's chain in order of sequence, then each study's chain with its values, replayed to the newest version
and compared with the live row. What somebody changed past the database's refusal shows as a Fault at its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects

from studies import terms, text_history, triggers
from studies.canonical import SALT_BYTES, CanonicalError, sha256_hex
from studies.models import Proposal, PublicState, Revision, RevisionValue, Study
from studies.revisions import link_of
from studies.snapshots import loaded
from studies.standing import NEEDED, Replay, disagreements
from studies.vocabulary import ProposalKind, ProposalState, StaffRole

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
    end = PublicState.objects.filter(pk=1).first()
    if end is None:
        return [Fault("the atlas’s own count of revisions and its newest hash are gone")]
    missing: list[int] = []
    of_atlas = list(_atlas_chain(end, missing))
    removals = _removals()
    of_studies = [fault for batch in _batches() for fault in _study_chains(batch, missing, end, removals)]
    named = {fault.sequence for fault in of_studies if fault.message == MISSING}
    found = [fault for fault in of_atlas if fault.message != MISSING or fault.sequence not in named]
    found += of_studies + list(_without_study()) + list(_refusal()) + list(_texts())
    return sorted(found, key=lambda fault: fault.sequence or end.revisions + 1)


def _texts() -> Iterator[Fault]:
    """Guides and terms have chains of their own."""
    for broken in chain(text_history.broken(), terms.unlike_their_history()):
        yield Fault(str(broken))


def holds(anchor: str) -> bool:
    """Whether a revision with this hash, noted down earlier, still stands in the chain."""
    return Revision.objects.filter(hash=anchor).exists()


Removals = set[tuple[int | None, int | None, str | None]]

MISSING = "it is missing"
MANY = 1000


def _atlas_chain(end: PublicState, missing: list[int]) -> Iterator[Fault]:
    """The chain of the whole atlas; notes the first missing numbers in `missing`."""
    before: Revision | None = None
    for revision in Revision.objects.order_by("sequence").iterator(chunk_size=2000):
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
        studies = loaded(ids)
        prefetch_related_objects(studies, *NEEDED)
        yield studies
        last = ids[-1]


def _public_after(pk: int) -> Any:
    return Study.objects.filter(pk__gt=pk).order_by("pk")


def _study_chains(studies: list[Study], missing: list[int], end: PublicState, removals: Removals) -> Iterator[Fault]:
    revisions = Revision.objects.filter(study__in=studies).order_by("study_id", "number")
    of_study: dict[int, list[Revision]] = {study.pk: [] for study in studies}
    for revision in revisions.prefetch_related("values", "approvals"):
        of_study[revision.study_id].append(revision)
    for study in studies:
        yield from _study_chain(study, of_study[study.pk], missing, end, removals)


def _study_chain(
    study: Study, revisions: list[Revision], missing: list[int], end: PublicState, removals: Removals
) -> Iterator[Fault]:
    replay, before = Replay(), None
    for revision in revisions:
        yield from _order(study, before, revision, missing)
        faults = list(_values(study, revision, removals)) + list(_approvals(study, revision))
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


def _values(study: Study, revision: Revision, removals: Removals) -> Iterator[Fault]:
    rows = {row.field: row for row in revision.values.all()}
    for field in sorted(set(rows) ^ set(revision.value_hashes)):
        yield _at(revision, f"the value of {field} is {'not covered' if field in rows else 'missing'}", study)
    for field in sorted(set(rows) & set(revision.value_hashes)):
        if not _holds(rows[field], revision.value_hashes[field]):
            yield _at(revision, f"the value of {field} does not match its hash", study)
        elif rows[field].value is None and (study.pk, revision.number, field) not in removals:
            yield _at(revision, f"the value of {field} was removed without an applied proposal", study)


def _holds(row: RevisionValue, recorded: str) -> bool:
    """The value byte for byte as it was hashed, or a removed one with its date and reason."""
    if row.value is None and row.salt is None:
        return row.redacted_on is not None and bool(row.redaction_reason)
    try:
        salt = bytes.fromhex(row.salt or "")
    except ValueError:
        return False
    hashed = sha256_hex(salt + (row.value or "").encode())
    return len(salt) == SALT_BYTES and hashed == recorded and row.redacted_on is None


def _removals() -> Removals:
    """Study, number and field of every value whose removal was proposed and applied."""
    applied = Proposal.objects.filter(kind=ProposalKind.REDACT, state=ProposalState.APPLIED)
    rows = applied.values_list("study_id", "details")
    return {(study_id, details.get("number"), details.get("field")) for study_id, details in rows}


def _approvals(study: Study, revision: Revision) -> Iterator[Fault]:
    """Whoever the chain says approved it stands beside it, in that role."""
    stand = {(row.role, row.as_second) for row in revision.approvals.all()}
    due = {(revision.approver_role, False), (revision.second_role, True)}
    expected = {(role, second) for role, second in due if role and role != StaffRole.SAMPLE_IMPORT}
    if stand != expected:
        yield _at(revision, "its approvals are not those that were recorded", study)


def _live(study: Study, last: Revision, replay: Replay) -> Iterator[Fault]:
    """The live row against the replay."""
    for message in disagreements(study, replay):
        yield _at(last, message, study)


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
    slugs = Study.objects.filter(pk=revision.study_id).values_list("slug", flat=True)
    slug = study.slug if study else slugs.first() or ""
    return Fault(message, revision.sequence, slug, revision.number)
