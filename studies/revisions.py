"""Revisions: the one writer of a study's public history, and its readers.

Nobody else creates a Revision, RevisionValue or RevisionApproval, and nobody else moves a study's version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from studies import public_state
from studies.canonical import canonical, new_salt, salted_hash
from studies.chain import Link
from studies.diff import Change, changes
from studies.models import Proposal, PublicState, Revision, RevisionApproval, RevisionValue, Study
from studies.search.documents import refresh
from studies.snapshots import FIELDS, Snapshot, loaded, snapshot
from studies.vocabulary import Reason, RevisionKind, StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from studies.roles import Decision
    from studies.verification import Fault

__all__ = [
    "REDACTED",
    "Act",
    "NothingChanged",
    "act_of",
    "at",
    "differences",
    "record",
    "record_many",
    "snapshot",
    "verify",
]

# Stands for a value that was removed from the history; no snapshot holds an empty object.
REDACTED: Mapping[str, str] = {}


class NothingChanged(Exception):
    """The rows equal the newest revision, so there is nothing to record."""


@dataclass(frozen=True)
class Act:
    """What somebody did and why: the part of a revision that is not its values. Names stay out of the chain."""

    kind: RevisionKind
    reason: Reason
    approver_role: StaffRole
    note: str = ""
    evidence_url: str = ""
    second_role: StaffRole | None = None
    approver: User | None = None
    second: User | None = None


def act_of(proposal: Proposal, decision: Decision) -> Act:
    """The act that an applied proposal is: its kind, reason, note and evidence, and the people who decided."""
    return Act(
        kind=RevisionKind(proposal.kind),
        reason=Reason(proposal.reason),
        note=proposal.note,
        evidence_url=proposal.evidence_url,
        approver_role=decision.approver_role,
        second_role=decision.second_role,
        approver=decision.approver,
        second=decision.second,
    )


def record(*, study: Study, before: Snapshot, act: Act, columns: Mapping[str, Any] | None = None) -> Revision:
    """Make the study's present rows its next revision. See `record_many`; refreshes `study` as well."""
    (revision,) = record_many(before={study.pk: before}, act=act, columns=columns)
    study.refresh_from_db()
    return revision


@transaction.atomic
def record_many(
    *, before: Mapping[int, Snapshot], act: Act, columns: Mapping[str, Any] | None = None
) -> list[Revision]:
    """Make the present rows of these studies their next revisions, in order of study id.

    `before` holds by study id what the last revision left (an empty dict for none). `columns` are columns of Study
    that this act sets on all of them, written together with the version. The caller has locked the studies.
    Effects: locks and moves PublicState; Study.version, changed_at, public_counter, newest_hash (and published_at the
    first time); Revision, RevisionValue with fresh salts, RevisionApproval; the search documents. Raises NothingChanged.
    """
    state = public_state.lock()
    now = datetime.now(UTC).replace(microsecond=0)
    ids = sorted(before)
    public_state.move(state)
    _move(ids, state.counter, now, columns or {})
    drafts = [_Draft.of(study, before[study.pk], act, now) for study in loaded(ids)]
    revisions = Revision.objects.bulk_create([draft.linked(state) for draft in drafts])
    RevisionValue.objects.bulk_create(_values(drafts, revisions))
    RevisionApproval.objects.bulk_create(_approvals(revisions, act))
    Study.objects.filter(pk__in=ids).update(newest_hash=_hash_of_version())
    state.save(update_fields=["counter", "moved_at", "revisions", "newest_hash"])
    refresh(ids)
    return revisions


def at(study: Study, number: int) -> Snapshot:
    """The study as of a version; a value that was removed from the history is REDACTED."""
    values: Snapshot = {}
    rows = RevisionValue.objects.filter(revision__study=study, revision__number__lte=number)
    for row in rows.order_by("revision__number"):
        values[row.field] = read_value(row)
    return {field: values[field] for field in FIELDS if values.get(field) is not None}


def differences(revision: Revision) -> list[Change]:
    """The fields this revision changed, with their values before and after, in reading order."""
    old = at(revision.study, revision.number - 1)
    return changes(old, at(revision.study, revision.number), FIELDS)


def read_value(row: RevisionValue) -> Any:
    """The recorded value; None where the field became empty, REDACTED where it was removed."""
    return REDACTED if row.value is None else json.loads(row.value)


def verify() -> list[Fault]:
    """Faults of the whole public history, the first broken number first (see `verification.py`)."""
    from studies import verification

    return verification.verify()


@dataclass
class _Draft:
    """A revision in the making: its fields, and its values with their salts."""

    revision: Revision
    values: dict[str, tuple[str, str]]

    @classmethod
    def of(cls, study: Study, before: Snapshot, act: Act, now: datetime) -> _Draft:
        changed = changes(before, snapshot(study), FIELDS)
        if not changed:
            raise NothingChanged(f"study {study.pk}")
        values = {change.field: (canonical(change.new).decode(), new_salt()) for change in changed}
        revision = Revision(
            study=study,
            number=study.version,
            made_at=now,
            kind=act.kind,
            reason=act.reason,
            note=act.note,
            evidence_url=act.evidence_url,
            approver_role=act.approver_role,
            second_role=act.second_role or "",
            value_hashes={change.field: salted_hash(values[change.field][1], change.new) for change in changed},
            previous_hash=study.newest_hash,
        )
        return cls(revision, values)

    def linked(self, state: PublicState) -> Revision:
        """The revision at the end of the atlas's chain, which `state` then names as its newest."""
        state.revisions += 1
        self.revision.sequence = state.revisions
        self.revision.previous_global_hash = state.newest_hash
        self.revision.hash = state.newest_hash = link_of(self.revision).hash
        return self.revision


def link_of(revision: Revision) -> Link:
    """What the revision's hash covers, as its row holds it."""
    return Link(
        study=revision.study_id,
        number=revision.number,
        sequence=revision.sequence,
        made_at=revision.made_at,
        kind=str(revision.kind),
        reason=str(revision.reason),
        note=revision.note,
        evidence_url=revision.evidence_url,
        approver_role=str(revision.approver_role),
        second_role=str(revision.second_role),
        values=revision.value_hashes,
        previous_hash=revision.previous_hash,
        previous_global_hash=revision.previous_global_hash,
    )


def _move(ids: Sequence[int], counter: int, now: datetime, columns: Mapping[str, Any]) -> None:
    """Write the new version together with `columns`: a public state without a version breaks a constraint."""
    fixed = {"changed_at": now, "public_counter": counter, **columns}
    Study.objects.filter(pk__in=ids, version=0).update(published_at=now)
    Study.objects.filter(pk__in=ids).update(version=F("version") + 1, **fixed)


def _hash_of_version() -> Subquery:
    newest = Revision.objects.filter(study=OuterRef("pk"), number=OuterRef("version"))
    return Subquery(newest.values("hash")[:1])


def _values(drafts: Sequence[_Draft], revisions: Sequence[Revision]) -> list[RevisionValue]:
    return [
        RevisionValue(revision=revision, field=field, value=value, salt=salt)
        for draft, revision in zip(drafts, revisions, strict=True)
        for field, (value, salt) in draft.values.items()
    ]


def _approvals(revisions: Sequence[Revision], act: Act) -> list[RevisionApproval]:
    people = [(act.approver, act.approver_role, False), (act.second, act.second_role, True)]
    return [
        RevisionApproval(revision=revision, user=user, role=role, as_second=as_second)
        for revision in revisions
        for user, role, as_second in people
        if user is not None and role is not None
    ]
