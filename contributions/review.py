"""What staff do with a contribution. Every verb acts on the version that its page showed, in one transaction.

All raise `NotAllowed` (the table has no such action for this person), `Decided` (it changed meanwhile; nothing is
written) and, where a study is concerned, `ConflictOfInterest`, which is a NotAllowed. What ends in a change of a study
stands in `deciding.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import Q

from contributions import retention
from contributions.acting import Shown, TextMissing, act, answer, close_open_proposal, open_proposal
from contributions.consent import ConsentMissing
from contributions.deciding import Draft, apply, conflicts, draft_study, propose, recall, refuse
from contributions.interest import ConflictOfInterest, refuse_author
from contributions.models import Contribution
from contributions.moves import Decided, NotAllowed, capacities
from contributions.transitions import Action, Actor
from contributions.vocabulary import DeclineReason
from studies.models import Study

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "ConflictOfInterest",
    "ConsentMissing",
    "Decided",
    "Draft",
    "NotAllowed",
    "Shown",
    "TextMissing",
    "apply",
    "ask",
    "choose_study",
    "claim",
    "conflicts",
    "decline",
    "draft_study",
    "erase",
    "look",
    "mark_duplicate",
    "mark_spam",
    "note",
    "open_proposal",
    "propose",
    "recall",
    "refuse",
    "release",
    "release_quarantine",
    "renew",
    "take_over",
    "undo_spam",
]

SPAM_UNDO = timedelta(days=14)


@transaction.atomic
def release_quarantine(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """Let a quarantined message into the queue."""
    return act(shown.load(), action=Action.RELEASE_QUARANTINE, by=by, at=at, spam_score=0)


@transaction.atomic
def look(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """Say that a person looked at a quarantined message and leaves it to its clock."""
    return act(shown.load(), action=Action.LOOK, by=by, at=at, looked_at=at)


@transaction.atomic
def claim(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """Take the contribution for 30 minutes, renewed by every action.

    Refused to an author of the paper and, while there is another moderator, to the one whose decision the contributor
    asked to be looked at again.
    """
    contribution = shown.load()
    if is_left_to_another(contribution, user=by):
        raise NotAllowed("The contributor asked for a second look, so another moderator has to take this one.")
    first: dict[str, Any] = {}
    if contribution.first_read_at is None:
        first = {"first_read_at": at, "read_days": max(0, (at - contribution.received_at).days)}
    return act(contribution, action=Action.CLAIM, by=by, at=at, holder=by, **first)


def is_left_to_another(contribution: Contribution, *, user: User) -> bool:
    """Whether the contributor asked for a second look at what this person decided, and somebody else is there to take it."""
    return contribution.earlier_holder_id == user.pk and _another_moderator(user)


def _another_moderator(user: User) -> bool:
    permission = Permission.objects.filter(content_type__app_label="studies", codename="decide_contribution")
    holds = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission)
    return get_user_model().objects.filter(holds, is_active=True).exclude(pk=user.pk).exists()


@transaction.atomic
def renew(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """Another 30 minutes for the holder."""
    return act(shown.load(), action=Action.RENEW, by=by, at=at)


@transaction.atomic
def release(*, shown: Shown, by: User, at: datetime, reason: str = "") -> Contribution:
    """Put it back into the queue: the holder, anyone after expiry, or a lead who gives a reason code."""
    contribution = shown.load()
    actors = capacities(by, contribution, at=at)
    if Actor.LEAD in actors and not actors & {Actor.HOLDER, Actor.AFTER_EXPIRY} and not reason.strip():
        raise TextMissing("Say why you take it from the person who holds it.")
    return act(contribution, action=Action.RELEASE, by=by, at=at, reason=reason)


@transaction.atomic
def take_over(*, shown: Shown, by: User, at: datetime, reason: str) -> Contribution:
    """A lead takes a held contribution; the reason is a code. A waiting proposal is recalled."""
    if not reason.strip():
        raise TextMissing("Say why you take it over.")
    moved = act(shown.load(), action=Action.TAKE_OVER, by=by, at=at, reason=reason, holder=by)
    close_open_proposal(moved, by=by)
    return moved


@transaction.atomic
def choose_study(*, shown: Shown, by: User, at: datetime, study: Study | None) -> Contribution:
    """Say which study a contribution is about, or that it is about none. Raises ConflictOfInterest for its authors.

    A proposal that waits for the former study is closed.
    """
    contribution = shown.load()
    refuse_author(by, study)
    moved = act(contribution, action=Action.CHOOSE_STUDY, by=by, at=at, study=study)
    close_open_proposal(moved, by=by)
    return moved


@transaction.atomic
def ask(*, shown: Shown, by: User, at: datetime, text: str) -> Contribution:
    """Ask the contributor; the contribution waits for the answer and the lease ends."""
    return answer(shown.load(), action=Action.ASK, by=by, at=at, text=text)


@transaction.atomic
def decline(*, shown: Shown, by: User, at: datetime, reason: str, text: str) -> Contribution:
    """End without a change: a reason code and the sentence that the contributor will read."""
    if reason not in DeclineReason.values:
        raise TextMissing("Choose a reason.")
    return answer(shown.load(), action=Action.DECLINE, by=by, at=at, text=text, reason=reason, decline_reason=reason)


@transaction.atomic
def note(*, shown: Shown, by: User, at: datetime, text: str) -> Contribution:
    """End without a change: read and kept as background."""
    return answer(shown.load(), action=Action.NOTE, by=by, at=at, text=text)


@transaction.atomic
def mark_duplicate(
    *, shown: Shown, by: User, at: datetime, text: str, duplicate_of: Contribution | None = None
) -> Contribution:
    """End without a change: already known, or the same as another contribution, which staff alone see."""
    contribution = shown.load()
    if duplicate_of is not None and duplicate_of.pk == contribution.pk:
        raise TextMissing("Choose another message than this one.")
    return answer(contribution, action=Action.DUPLICATE, by=by, at=at, text=text, duplicate_of=duplicate_of)


@transaction.atomic
def mark_spam(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """End as spam, for 14 days undoable. Nobody is told."""
    return act(shown.load(), action=Action.SPAM, by=by, at=at)


@transaction.atomic
def undo_spam(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """Into the queue after all, within 14 days."""
    contribution = shown.load()
    if contribution.ended_at is not None and at > contribution.ended_at + SPAM_UNDO:
        raise NotAllowed("It was marked as spam more than 14 days ago.")
    return act(contribution, action=Action.UNDO_SPAM, by=by, at=at, spam_score=0)


@transaction.atomic
def erase(*, shown: Shown, by: User, at: datetime) -> None:
    """A lead erases what has ended, before its clock does; effects as `retention.erase`. Nobody is told."""
    contribution = shown.load()
    retention.erase(contribution=contribution, actors=capacities(by, contribution, at=at), at=at, user=by)
