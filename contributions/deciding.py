"""From a contribution to a change of a study: propose, apply, refuse, recall, rebase; a draft for a missing paper.

What a study's own rules refuse comes from `studies.proposals` unchanged: `Stale`, `Conflict`, `Problems`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from contributions.acting import Shown, TextMissing, act, answer, close_open_proposal, open_proposal, tell
from contributions.consent import refuse_copies, refuse_use, refuse_without_consent
from contributions.interest import refuse_author
from contributions.models import Contribution, ProposalLink
from contributions.moves import Decided, NotAllowed, capacities, move
from contributions.transitions import Action, Actor
from contributions.vocabulary import Kind, State, Use
from studies import drafting, merging, proposals, snapshots
from studies.models import Proposal, Revision, Study
from studies.records import Record

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SYSTEM = frozenset({Actor.SYSTEM})


@dataclass(frozen=True)
class Draft:
    """A change as a moderator writes it. `use` (vocabulary.Use) says how the contributor's words are used."""

    values: Mapping[str, Any]
    reason: str
    note: str
    evidence_url: str = ""
    use: str = Use.NONE
    words_stand_in_paper: bool = False


@transaction.atomic
def propose(*, shown: Shown, by: User, at: datetime, draft: Draft) -> tuple[Contribution, Proposal]:
    """Write a proposal for the contribution's study and link it privately.

    A high-impact proposal moves the contribution to awaiting second; another stays in review until it is applied. An
    open proposal of the same contribution is closed first. Raises ConsentMissing, and what proposals.propose raises.
    """
    contribution = shown.load()
    _require_holder(contribution, by=by, at=at)
    if contribution.study is None:
        raise TextMissing("Choose the study first.")
    _refuse_without_consent(contribution, contribution.study, draft)
    close_open_proposal(contribution, by=by)
    proposal = proposals.propose(
        study=contribution.study,
        values=draft.values,
        reason=draft.reason,
        note=draft.note,
        evidence_url=draft.evidence_url,
        by=by,
    )
    consent: dict[str, Any] = {"use": draft.use, "words_stand_in_paper": draft.words_stand_in_paper}
    ProposalLink.objects.create(contribution=contribution, proposal=proposal, **consent)
    action = Action.AWAIT_SECOND if proposals.needs_second_person(proposal) else Action.PROPOSE
    return act(contribution, action=action, by=by, at=at, conflict=False), proposal


def _refuse_without_consent(contribution: Contribution, study: Study, draft: Draft) -> None:
    """Before the proposal is written; `apply` looks at the written one again."""
    refuse_use(contribution, draft.use)
    if draft.use != Use.QUOTED and not draft.words_stand_in_paper:
        live = snapshots.current([study.pk])[study.pk]
        known = [live[name] for name in draft.values if name in live]
        refuse_copies(contribution, public=[draft.note, *draft.values.values()], known=known)


def apply(*, shown: Shown, by: User, at: datetime, digest: str, edition: int, text: str = "") -> Revision | None:
    """Apply the proposal exactly as it was shown: the contribution's version and the proposal's digest must both hold.

    In one transaction: the contribution ends as applied, the study changes, the revision is recorded, the contributor
    reads `text`. A merge conflict rolls all of it back, marks the contribution and, from awaiting second, returns it
    to review.
    """
    try:
        with transaction.atomic():
            return _apply(shown.load(), by=by, at=at, digest=digest, edition=edition, text=text)
    except proposals.Conflict:
        _mark_conflict(shown, at=at)
        raise


def _apply(
    contribution: Contribution, *, by: User, at: datetime, digest: str, edition: int, text: str
) -> Revision | None:
    proposal = open_proposal(contribution)
    if proposal is None:
        raise NotAllowed("There is no proposal to apply.")
    link = ProposalLink.objects.get(proposal=proposal)
    refuse_without_consent(
        contribution, proposal=proposal, use=link.use, words_stand_in_paper=link.words_stand_in_paper
    )
    action = Action.SECOND if contribution.state == State.AWAITING_SECOND else Action.APPLY
    moved = act(contribution, action=action, by=by, at=at, conflict=False)
    revision = proposals.apply(proposal=proposal, digest=digest, edition=edition, by=by)
    tell(moved, text=text, at=at)
    return revision


def _mark_conflict(shown: Shown, *, at: datetime) -> None:
    """The system's row of the table: nothing was written, the moderator rebases. Who was faster still wins."""
    try:
        with transaction.atomic():
            move(contribution=shown.load(), action=Action.CONFLICT, actors=SYSTEM, at=at, conflict=True)
    except Decided:
        return


def conflicts(proposal: Proposal) -> tuple[merging.Conflict, ...]:
    """The fields that changed on the live study since the proposal was written: base, current and proposed of each."""
    if proposal.study_id is None:
        return ()
    current = snapshots.current([proposal.study_id])[proposal.study_id]
    base = {name: old for name, (old, _) in proposal.changes.items()}
    return merging.merge(base, current, {name: new for name, (_, new) in proposal.changes.items()}).conflicts


@transaction.atomic
def refuse(*, shown: Shown, by: User, at: datetime, reason: str) -> Contribution:
    """The second person refuses: the proposal is closed with the sentence, its proposer has the contribution again."""
    if not reason.strip():
        raise TextMissing("Say why you refuse it.")
    contribution = shown.load()
    moved = act(contribution, action=Action.REFUSE, by=by, at=at)
    proposal = open_proposal(contribution)
    if proposal is not None:
        proposals.refuse(proposal=proposal, edition=proposal.edition, by=by, note=reason.strip())
    return moved


@transaction.atomic
def recall(*, shown: Shown, by: User, at: datetime) -> Contribution:
    """The proposer takes the waiting proposal back to change it."""
    contribution = shown.load()
    moved = act(contribution, action=Action.RECALL, by=by, at=at)
    close_open_proposal(contribution, by=by)
    return moved


@transaction.atomic
def draft_study(*, shown: Shown, by: User, at: datetime, record: Record, text: str) -> Study:
    """A missing paper becomes a draft study, for the editors to complete; the contribution ends as applied.

    Raises Problems where the paper is in the atlas already, ConflictOfInterest where `by` wrote it.
    """
    contribution = shown.load()
    if contribution.kind != Kind.MISSING_PAPER:
        raise NotAllowed("Only a missing paper becomes a draft study.")
    moved = answer(contribution, action=Action.DRAFT_STUDY, by=by, at=at, text=text)
    study = drafting.draft(record=record, by=by)
    refuse_author(by, study)
    ProposalLink.objects.create(contribution=moved, draft_study=study)
    return study


def _require_holder(contribution: Contribution, *, by: User, at: datetime) -> None:
    """The move at the end would find out too, but only after faults of the change itself."""
    refuse_author(by, contribution.study)
    if Actor.HOLDER not in capacities(by, contribution, at=at):
        raise NotAllowed("Take the message first.")
