"""The states of a study and their guards: draft, in review, published, withdrawn.

With `revisions.py` the only writer of published content. Every function here runs in one transaction and either does
all that its docstring lists or raises and does nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from studies import provenance, revisions, rules
from studies.badges import badge_of, definitions_named_by, derive_badge, write_badge
from studies.errors import Problems, Stale
from studies.models import Revision, Study
from studies.models.study import NO_PARTICIPANTS
from studies.roles import require_another, role_of
from studies.snapshots import digest as digest_of
from studies.snapshots import loaded, snapshot
from studies.vocabulary import Drafter, Reason, RevisionKind, StaffRole, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = ["derive_badge", "publish", "publish_sample", "send_back", "submit"]

SAMPLE_BATCH = 500
# Somebody coded or wrote something; most of an imported list is bibliography alone.
ASSESSED = Q(definitions__isnull=False) | ~Q(pem_claim="") | Q(design__in=NO_PARTICIPANTS) | ~Q(basis="")


@transaction.atomic
def submit(*, study: Study, by: User) -> str:
    """Hand a draft over for review; returns the digest of what the reviewer has to see.

    Effects: badge derived; texts without provenance are `by`'s; `drafted_by` where empty; state in review; the digest is
    stored. Raises Problems (all of them at once) and NotAllowed.
    """
    role_of(by, "propose")
    study = _locked(study, State.DRAFT)
    study.drafted_by = study.drafted_by or by
    _prepare(study, by)
    (fresh,) = loaded([study.pk])
    _refuse(rules.problems(fresh))
    study.state, study.submitted_digest = State.IN_REVIEW, digest_of(snapshot(fresh))
    study.save(update_fields=["state", "drafted_by", "submitted_digest"])
    return study.submitted_digest


@transaction.atomic
def send_back(*, study: Study, by: User) -> None:
    """Make a study in review a draft again; the digest is dropped. Raises Stale, NotAllowed."""
    role_of(by, "approve")
    study = _locked(study, State.IN_REVIEW)
    study.state, study.submitted_digest = State.DRAFT, ""
    study.save(update_fields=["state", "submitted_digest"])


@transaction.atomic
def publish(*, study: Study, digest: str, by: User, note: str = "") -> Revision:
    """Publish what was submitted, exactly as it was shown (`digest`).

    Effects: state published; revision 1 with its place in the chains; the texts' provenance names the approval; search.
    Raises NotAllowed (no approver, or one of the drafters), Stale (changed since it was shown), Problems.
    """
    role = role_of(by, "approve")
    locked = _locked(study, State.IN_REVIEW)
    (fresh,) = loaded([locked.pk])
    for drafter in _drafters(fresh):
        require_another(than=drafter, by=by, act="publish what you drafted")
    if not digest == locked.submitted_digest == digest_of(snapshot(fresh)):
        raise Stale("The study changed after it was submitted. Send it back and submit it again.")
    _refuse(rules.problems(fresh) + rules.unchecked(fresh))
    act = revisions.Act(RevisionKind.PUBLISH, Reason.FIRST, role, note=note, approver=by)
    revision = revisions.record(study=study, before={}, act=act, columns={"state": State.PUBLISHED})
    provenance.approve([study.pk], role=role, at=revision.made_at, number=revision.number)
    return revision


def publish_sample(study_ids: Sequence[int]) -> int:
    """Publish drafts of the sample atlas without a named person; returns how many were published.

    They become revision 1 with the role "sample import", are marked as sample, and their coding stays unchecked. Works
    in batches, each a transaction of its own (unless the caller is in one), so that a stopped import can go on.
    """
    return sum(_publish_batch(batch) for batch in _batches(sorted(set(study_ids))))


@transaction.atomic
def _publish_batch(ids: Sequence[int]) -> int:
    drafts = Study.objects.select_for_update().filter(pk__in=ids, state=State.DRAFT)
    taken = list(drafts.order_by("pk").values_list("pk", flat=True))
    if not taken:
        return 0
    _prepare_samples(Study.objects.filter(pk__in=taken).filter(ASSESSED).values_list("pk", flat=True))
    act = revisions.Act(RevisionKind.PUBLISH, Reason.FIRST, StaffRole.SAMPLE_IMPORT)
    columns = {"state": State.PUBLISHED, "is_sample": True}
    made = revisions.record_many(before={pk: {} for pk in taken}, act=act, columns=columns)
    provenance.approve(taken, role=StaffRole.SAMPLE_IMPORT, at=made[0].made_at, number=1)
    return len(made)


def _prepare_samples(ids: Iterable[int]) -> None:
    """Derive the badges of these studies and mark their texts as sample texts."""
    studies = loaded(sorted(set(ids)))
    snapshots = {study.pk: snapshot(study) for study in studies}
    definitions = definitions_named_by(snapshots.values())
    for study in studies:
        write_badge(study, badge_of(snapshots[study.pk], definitions))
        provenance.complete(study, drafter=Drafter.SAMPLE, by=None)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), SAMPLE_BATCH):
        yield ids[start : start + SAMPLE_BATCH]


def _locked(study: Study, state: State) -> Study:
    """The study's row, locked and fresh; raises Stale where it is not in this state any more."""
    locked = Study.objects.select_for_update(of=("self",)).get(pk=study.pk)
    if locked.state != state:
        raise Stale(f"The study is not {State(state).label.lower()} any more.")
    return locked


def _prepare(study: Study, by: User) -> None:
    derive_badge(study)
    provenance.complete(study, drafter=Drafter.PERSON, by=by)


def _drafters(study: Study) -> list[User]:
    people = {study.drafted_by} | {text.drafted_by for text in study.text_provenance.all()}
    return [person for person in people if person is not None]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Problems(problems)
