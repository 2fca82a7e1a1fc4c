"""The states of a study and their guards: draft, in review, published, withdrawn.

With `revisions.py` the only writer of published content. Every function here runs in one transaction and either does
all that its docstring lists or raises and does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from studies import provenance, revisions, rules, signs
from studies.badges import derive_badge
from studies.errors import Problems, Stale
from studies.intentions import change_definition_pem, merge, redact, restore, withdraw
from studies.locks import locked
from studies.models import PublishingOrder, Revision, Study, Submission
from studies.pem import PemError
from studies.renaming import rename
from studies.roles import NotAllowed, require_another, role_of
from studies.sample_import import publish_sample
from studies.snapshots import digest as digest_of
from studies.snapshots import loaded, snapshot
from studies.vocabulary import Drafter, Reason, RevisionKind, StaffRole, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "NotAllowed",
    "Problems",
    "Stale",
    "change_definition_pem",
    "derive_badge",
    "merge",
    "publish",
    "publish_sample",
    "redact",
    "rename",
    "restore",
    "send_back",
    "submit",
    "withdraw",
]


@transaction.atomic
def submit(*, study: Study, by: User) -> str:
    """Hand a draft over for review; returns the digest of what the reviewer has to see.

    Effects: badge derived; texts without provenance are `by`'s, and notes on texts that are not there go; `drafted_by` where
    empty; state in review; the digest is stored, and what was submitted (Submission). Raises Problems (all of them at once)
    and NotAllowed.
    """
    role_of(by, "propose")
    study = locked(study.pk, State.DRAFT)
    study.drafted_by = study.drafted_by or by
    _prepare(study, by)
    (fresh,) = loaded([study.pk])
    _refuse(rules.problems(fresh.pk, snapshot(fresh)))
    study.state, study.submitted_digest = State.IN_REVIEW, digest_of(snapshot(fresh))
    study.save(update_fields=["state", "drafted_by", "submitted_digest"])
    now = timezone.now()
    Submission.objects.create(study=study, values=snapshot(fresh), submitted_by=by, submitted_at=now)
    return study.submitted_digest


@transaction.atomic
def send_back(*, study: Study, by: User, note: str) -> None:
    """Make a study in review a draft again, with a note to its drafter that only staff see.

    Effects: state draft; the digest and an order to publish are dropped; the submission keeps who, when and why. Raises
    Stale, NotAllowed, Problems.
    """
    role_of(by, "approve")
    study = locked(study.pk, State.IN_REVIEW)
    if not note.strip():
        raise Problems(["Say what the drafter should change."])
    study.state, study.submitted_digest = State.DRAFT, ""
    study.save(update_fields=["state", "submitted_digest"])
    PublishingOrder.objects.filter(study=study).delete()
    study.submissions.filter(sent_back_at=None).update(note=note.strip(), sent_back_by=by, sent_back_at=timezone.now())


@transaction.atomic
def publish(*, study: Study, digest: str, by: User, note: str = "") -> Revision:
    """Publish what was submitted, exactly as it was shown (`digest`).

    Effects: state published; revision 1 with its place in the chains; the texts' provenance names the approval; search; an
    order to publish is done with, and the submissions go, since the history now says what was public.
    Raises NotAllowed (no approver, or one of the drafters), Stale (changed since it was shown), Problems.
    """
    role = ready(study=study, digest=digest, by=by, note=note)
    act = revisions.Act(RevisionKind.PUBLISH, Reason.FIRST, role, note=note, approver=by)
    revision = revisions.record(study=study, before={}, act=act, columns={"state": State.PUBLISHED})
    provenance.approve([study.pk], role=role, at=revision.made_at, number=revision.number)
    PublishingOrder.objects.filter(study=study).delete()
    study.submissions.all().delete()
    return revision


def ready(*, study: Study, digest: str, by: User, note: str) -> StaffRole:
    """Lock the study and refuse whatever stands in the way of `by` publishing it as it was shown, with this public
    note; the role they act in.

    Raises NotAllowed (no approver, or one of the drafters), Stale (changed since it was shown), Problems. To be called within
    a transaction.
    """
    role = role_of(by, "approve")
    row = locked(study.pk, State.IN_REVIEW)
    (fresh,) = loaded([row.pk])
    for drafter in _drafters(fresh):
        require_another(than=drafter, by=by, act="publish what you drafted")
    if not digest == row.submitted_digest == digest_of(snapshot(fresh)):
        raise Stale("The study changed after it was submitted. Send it back and submit it again.")
    found = rules.problems(fresh.pk, snapshot(fresh)) + rules.unchecked(fresh)
    _refuse(found + signs.refusals("Public note", note))
    return role


def _prepare(study: Study, by: User) -> None:
    try:
        derive_badge(study)
    except PemError as error:
        raise Problems([f"The PEM coding cannot be read: {error}."]) from error
    study.text_provenance.exclude(field__in=[name for name in provenance.TEXTS if getattr(study, name)]).delete()
    provenance.complete(study, drafter=Drafter.PERSON, by=by)


def _drafters(study: Study) -> list[User]:
    people = {study.drafted_by} | {text.drafted_by for text in study.text_provenance.all()}
    return [person for person in people if person is not None]


def _refuse(problems: list[str]) -> None:
    if problems:
        raise Problems(problems)
