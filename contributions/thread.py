"""What a contributor does after sending: answer, add, take back, reopen, delete."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from contributions import ledger, messages, retention
from contributions.acting import open_proposal
from contributions.models import Contribution, ProposalLink
from contributions.moves import NotAllowed, move
from contributions.scrubbing import scrub_after_commit
from contributions.transitions import Action, Actor
from contributions.vocabulary import Side, State, Use
from studies import proposals

CONTRIBUTOR = frozenset({Actor.CONTRIBUTOR})
REOPEN_DAYS = 30


@transaction.atomic
def add(*, contribution: Contribution, text: str, at: datetime) -> None:
    """Add text to an open thread, once. An answer to a question puts the contribution back into the queue.

    Whoever decides meanwhile is told that there is more to read (Decided). Raises NotAllowed where it has ended.
    """
    locked = _locked(contribution)
    if already_said(locked, text):
        return
    action = Action.REPLY if locked.state == State.ASKED else Action.ADD
    moved = move(contribution=locked, action=action, actors=CONTRIBUTOR, at=at)
    messages.write(contribution=moved, side=Side.CONTRIBUTOR, content={"text": text}, at=at)


def already_said(contribution: Contribution, text: str) -> bool:
    """Whether the newest entry is the contributor's and says just this: a button that was pressed twice."""
    newest = messages.read(contribution)[-1:]
    return bool(newest) and newest[0].side == Side.CONTRIBUTOR and newest[0].content.get("text") == text


def may_reopen(contribution: Contribution, *, at: datetime) -> bool:
    """Once, within 30 days of its end, while the content is still there."""
    return (
        contribution.state in {State.DECLINED, State.NOTED, State.CLOSED}
        and not contribution.reopened
        and bool(contribution.wrapped_key)
        and contribution.ended_at is not None
        and at <= contribution.ended_at + timedelta(days=REOPEN_DAYS)
    )


@transaction.atomic
def reopen(*, contribution: Contribution, text: str, at: datetime) -> None:
    """Ask for a second look, once; it goes to another moderator where there is one. Raises NotAllowed."""
    locked = _locked(contribution)
    if not may_reopen(locked, at=at):
        raise NotAllowed("This message cannot be opened again.")
    decided_by = locked.events.filter(to_state=locked.state, actor__isnull=False).order_by("-id").first()
    moved = move(
        contribution=locked,
        action=Action.REOPEN,
        actors=CONTRIBUTOR,
        at=at,
        reopened=True,
        earlier_holder_id=decided_by.actor_id if decided_by else None,
    )
    messages.write(contribution=moved, side=Side.CONTRIBUTOR, content={"text": text}, at=at)


@transaction.atomic
def take_back(*, contribution: Contribution, at: datetime) -> None:
    """Take an open contribution back: its content is deleted at once, its receipt still says so.

    A proposal that nobody has decided yet stays with staff where it uses nothing of the contributor's words; else it is
    recalled in its proposer's name. A ledger line is on the disk before the commit. Raises NotAllowed.
    """
    locked = _locked(contribution)
    waiting, link = open_proposal(locked), ProposalLink.objects.filter(contribution=locked).order_by("-pk").first()
    retention.delete_content(locked)
    move(contribution=locked, action=Action.TAKE_BACK, actors=CONTRIBUTOR, at=at, wrapped_key=None)
    if waiting and link and link.use != Use.NONE:
        proposals.recall(proposal=waiting, edition=waiting.edition, by=waiting.proposer)
    ledger.append(locked.uuid, at=at)
    scrub_after_commit()


def delete_now(*, contribution: Contribution, at: datetime) -> None:
    """Delete everything of an ended contribution at once; the receipt opens nothing afterwards. Raises NotAllowed."""
    retention.erase(contribution=contribution, actors=CONTRIBUTOR, at=at)


def _locked(contribution: Contribution) -> Contribution:
    return Contribution.objects.select_for_update().get(pk=contribution.pk)
