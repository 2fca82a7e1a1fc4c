"""What staff do with a contribution. Every verb acts on the version that its page showed, in one transaction.

All raise `NotAllowed` (the table has no such action for this person), `Decided` (it changed meanwhile; nothing is
written) and, where a study is concerned, `ConflictOfInterest`. What a study's own rules refuse comes from
`studies.proposals` unchanged: `Stale`, `Conflict`, `Problems`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.db import transaction
from django.db.models import Q

from contributions import messages
from contributions.copyguard import copied_run
from contributions.interest import refuse_author
from contributions.models import Contribution, ProposalLink
from contributions.moves import LEASE, NotAllowed, as_shown, capacities, move
from contributions.transitions import Action, Actor
from contributions.vocabulary import DeclineReason, Kind, Side
from studies import ingest, proposals
from studies.models import Proposal, Revision, Study


class TextMissing(Exception):
    """The contributor must be told something, and nothing was written."""


class ConsentMissing(Exception):
    """The public text uses the contributor's words in a way they did not agree to. `run` holds the copied words."""

    def __init__(self, message: str, run: str = "") -> None:
        super().__init__(message)
        self.run = run


@dataclass(frozen=True)
class Shown:
    """What the page showed: which contribution, in which version."""

    pk: int
    version: int


@dataclass(frozen=True)
class Draft:
    """A change as a moderator writes it. `use` says how the contributor's words are used: none, summarised, quoted."""

    values: dict[str, Any]
    reason: str
    note: str
    evidence_url: str = ""
    use: str = "none"
    words_stand_in_paper: bool = False


def _act(
    *, shown: Shown, action: Action, by: AbstractBaseUser, at: datetime, reason: str = "", **fields: Any
) -> Contribution:
    contribution = as_shown(pk=shown.pk, version=shown.version)
    actors = capacities(by, contribution, at=at)
    return move(contribution=contribution, action=action, actors=actors, at=at, user=by, reason=reason, **fields)


@transaction.atomic
def release_quarantine(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    return _act(shown=shown, action=Action.RELEASE_QUARANTINE, by=by, at=at, spam_score=0)


@transaction.atomic
def look(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    """Say that a person looked at a quarantined message and leaves it to its clock."""
    return _act(shown=shown, action=Action.LOOK, by=by, at=at, looked_at=at)


@transaction.atomic
def claim(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    """Take the contribution for 30 minutes, renewed by every action. Refused to an author of the paper and, while
    there is another moderator, to the one whose decision the contributor asked to be looked at again."""
    contribution = as_shown(pk=shown.pk, version=shown.version)
    refuse_author(by, contribution.study)
    if contribution.earlier_holder_id == by.pk and _another_moderator(by):
        raise NotAllowed("The contributor asked for a second look, so another moderator has to take this one.")
    first_read = contribution.first_read_at or at
    return _act(shown=shown, action=Action.CLAIM, by=by, at=at, holder=by, first_read_at=first_read)


def _another_moderator(user: AbstractBaseUser) -> bool:
    permission = Permission.objects.filter(content_type__app_label="studies", codename="decide_contribution")
    holds = Q(groups__permissions__in=permission) | Q(user_permissions__in=permission)
    return get_user_model().objects.filter(holds, is_active=True).exclude(pk=user.pk).exists()


@transaction.atomic
def renew(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    return _act(shown=shown, action=Action.RENEW, by=by, at=at, lease_until=at + LEASE)


@transaction.atomic
def release(*, shown: Shown, by: AbstractBaseUser, at: datetime, reason: str = "") -> Contribution:
    """Put it back into the queue: the holder, anyone after expiry, or a lead who gives a reason."""
    contribution = as_shown(pk=shown.pk, version=shown.version)
    actors = capacities(by, contribution, at=at)
    if not actors & {Actor.HOLDER, Actor.AFTER_EXPIRY} and not reason:
        raise TextMissing("Say why you take it from the person who holds it.")
    return _act(shown=shown, action=Action.RELEASE, by=by, at=at, reason=reason)


@transaction.atomic
def take_over(*, shown: Shown, by: AbstractBaseUser, at: datetime, reason: str) -> Contribution:
    """A lead takes a held contribution; the reason is a code. A waiting proposal is recalled."""
    if not reason:
        raise TextMissing("Say why you take it over.")
    contribution = as_shown(pk=shown.pk, version=shown.version)
    refuse_author(by, contribution.study)
    moved = _act(shown=shown, action=Action.TAKE_OVER, by=by, at=at, reason=reason, holder=by)
    _recall_open_proposal(contribution, by=by)
    return moved


@transaction.atomic
def ask(*, shown: Shown, by: AbstractBaseUser, at: datetime, text: str) -> Contribution:
    """Ask the contributor; the contribution waits for the answer and the lease ends."""
    return _answer(shown=shown, action=Action.ASK, by=by, at=at, text=text)


@transaction.atomic
def decline(*, shown: Shown, by: AbstractBaseUser, at: datetime, reason: str, text: str) -> Contribution:
    """End without a change: a reason code and the sentence that the contributor will read."""
    if reason not in DeclineReason.values:
        raise TextMissing("Choose a reason.")
    return _answer(shown=shown, action=Action.DECLINE, by=by, at=at, text=text, reason=reason, decline_reason=reason)


@transaction.atomic
def note(*, shown: Shown, by: AbstractBaseUser, at: datetime, text: str) -> Contribution:
    return _answer(shown=shown, action=Action.NOTE, by=by, at=at, text=text)


@transaction.atomic
def mark_duplicate(
    *, shown: Shown, by: AbstractBaseUser, at: datetime, text: str, duplicate_of: Contribution | None = None
) -> Contribution:
    return _answer(shown=shown, action=Action.DUPLICATE, by=by, at=at, text=text, duplicate_of=duplicate_of)


def _answer(
    *, shown: Shown, action: Action, by: AbstractBaseUser, at: datetime, text: str, reason: str = "", **fields: Any
) -> Contribution:
    if not text.strip():
        raise TextMissing("Write what the contributor will read.")
    contribution = _act(shown=shown, action=action, by=by, at=at, reason=reason, **fields)
    messages.write(contribution=contribution, side=Side.STAFF, content={"text": text.strip()}, at=at)
    return contribution


@transaction.atomic
def mark_spam(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    return _act(shown=shown, action=Action.SPAM, by=by, at=at)


@transaction.atomic
def undo_spam(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    return _act(shown=shown, action=Action.UNDO_SPAM, by=by, at=at)


@transaction.atomic
def propose(*, shown: Shown, by: AbstractBaseUser, at: datetime, draft: Draft) -> tuple[Contribution, Proposal]:
    """Write a proposal for the contribution's study and link it privately.

    A high-impact proposal moves the contribution to awaiting second; another stays in review until it is applied. An
    open proposal of the same contribution is recalled first. Raises ConsentMissing before anything is written.
    """
    contribution = as_shown(pk=shown.pk, version=shown.version)
    study = contribution.study
    if study is None:
        raise TextMissing("Choose the study first.")
    refuse_author(by, study)
    refuse_without_consent(contribution, draft)
    _recall_open_proposal(contribution, by=by)
    proposal = proposals.propose(
        study=study,
        values=draft.values,
        reason=draft.reason,
        note=draft.note,
        evidence_url=draft.evidence_url,
        by=by,
    )
    ProposalLink.objects.create(contribution=contribution, proposal=proposal)
    action = Action.AWAIT_SECOND if proposals.needs_second_person(proposal) else Action.PROPOSE
    return _act(shown=shown, action=action, by=by, at=at, conflict=False), proposal


def refuse_without_consent(contribution: Contribution, draft: Draft) -> None:
    """Raise ConsentMissing for a use of the contributor's words that they did not agree to.

    A fact checked in the paper may always be corrected; the copy guard then asks for a word that a long run both
    texts share stands in the paper.
    """
    if draft.use == "summarised" and not (contribution.may_summarise or contribution.may_quote):
        raise ConsentMissing("The contributor did not agree to be summarised.")
    if draft.use == "quoted" and not contribution.may_quote:
        raise ConsentMissing("The contributor did not agree to be quoted.")
    if draft.use == "quoted" or draft.words_stand_in_paper:
        return
    public = "\n".join([draft.note, *_texts_of(draft.values)])
    for entry in messages.read(contribution):
        if entry.side == Side.CONTRIBUTOR and (run := copied_run("\n".join(entry.content.values()), public)):
            raise ConsentMissing("The public text repeats the contributor's words.", run)


def _texts_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts_of(part)]
    if isinstance(value, list):
        return [text for part in value for text in _texts_of(part)]
    return []


def open_proposal(contribution: Contribution) -> Proposal | None:
    """The proposal that waits to be applied for this contribution."""
    waiting = Proposal.objects.filter(pk__in=contribution.links.values("proposal_id")).waiting()
    return waiting.select_related("study").order_by("-pk").first()


def _recall_open_proposal(contribution: Contribution, *, by: AbstractBaseUser) -> None:
    proposal = open_proposal(contribution)
    if proposal is not None:
        proposals.recall(proposal=proposal, edition=proposal.edition, by=by)


def apply(*, shown: Shown, by: AbstractBaseUser, at: datetime, digest: str, edition: int) -> Revision:
    """Apply the proposal exactly as it was shown: the contribution's version and the proposal's digest must both hold.

    In one transaction: the contribution ends as applied, the study changes, the revision is recorded. A merge
    conflict rolls all of it back, marks the contribution and, from awaiting second, returns it to review.
    """
    contribution = as_shown(pk=shown.pk, version=shown.version)
    refuse_author(by, contribution.study)
    action = Action.SECOND if Actor.SECOND in capacities(by, contribution, at=at) else Action.APPLY
    try:
        with transaction.atomic():
            _act(shown=shown, action=action, by=by, at=at, conflict=False)
            proposal = open_proposal(contribution)
            if proposal is None:
                raise NotAllowed("There is no proposal to apply.")
            return proposals.apply(proposal=proposal, digest=digest, edition=edition, by=by)
    except proposals.Conflict:
        _mark_conflict(contribution, at=at)
        raise


@transaction.atomic
def _mark_conflict(contribution: Contribution, *, at: datetime) -> None:
    """The system's row of the table: nothing was written, the moderator rebases."""
    from_second = contribution.lease_until is None
    Contribution.objects.filter(pk=contribution.pk, version=contribution.version).update(
        conflict=True,
        state="in_review",
        lease_until=at + LEASE if from_second else contribution.lease_until,
        version=contribution.version + 1,
    )


@transaction.atomic
def refuse(*, shown: Shown, by: AbstractBaseUser, at: datetime, reason: str) -> Contribution:
    """The second person refuses: the proposal is closed with the reason and its holder has the contribution again."""
    if not reason.strip():
        raise TextMissing("Say why you refuse it.")
    contribution = as_shown(pk=shown.pk, version=shown.version)
    moved = _act(shown=shown, action=Action.REFUSE, by=by, at=at)
    proposal = open_proposal(contribution)
    if proposal is not None:
        proposals.refuse(proposal=proposal, edition=proposal.edition, by=by, note=reason.strip())
    return moved


@transaction.atomic
def recall(*, shown: Shown, by: AbstractBaseUser, at: datetime) -> Contribution:
    """The proposer takes the waiting proposal back to change it."""
    contribution = as_shown(pk=shown.pk, version=shown.version)
    moved = _act(shown=shown, action=Action.RECALL, by=by, at=at)
    _recall_open_proposal(contribution, by=by)
    return moved


@transaction.atomic
def draft_study(*, shown: Shown, by: AbstractBaseUser, at: datetime, record: dict[str, Any], text: str) -> Study:
    """A missing paper becomes a draft study; the contribution ends as applied. Raises ingest's own refusals."""
    contribution = as_shown(pk=shown.pk, version=shown.version)
    if contribution.kind != Kind.MISSING_PAPER:
        raise NotAllowed("Only a missing paper becomes a draft study.")
    moved = _answer(shown=shown, action=Action.DRAFT_STUDY, by=by, at=at, text=text)
    study = ingest.draft(record=record, by=by)
    ProposalLink.objects.create(contribution=moved, draft_study=study)
    return study
