"""What every act of staff on a contribution has in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contributions import messages, notices
from contributions.interest import refuse_author
from contributions.models import Contribution, ProposalLink
from contributions.moves import as_shown, capacities, move
from contributions.transitions import Action
from contributions.vocabulary import Side
from studies import proposals
from studies.models import Proposal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# What an author of the paper may still do: look, and give it back.
HARMLESS = frozenset({Action.RELEASE_QUARANTINE, Action.LOOK, Action.RENEW, Action.RELEASE, Action.RECALL})
# Ends in which a proposal that nobody decided makes no sense any more.
WITHOUT_CHANGE = frozenset({Action.DECLINE, Action.NOTE, Action.DUPLICATE, Action.SPAM})


class TextMissing(Exception):
    """Something has to be said or chosen first; the message says what. Nothing was written."""


@dataclass(frozen=True)
class Shown:
    """What the page showed: which contribution, in which version."""

    pk: int
    version: int

    def load(self) -> Contribution:
        """The contribution, locked; raises Decided where it changed since."""
        return as_shown(pk=self.pk, version=self.version)


def act(
    contribution: Contribution, *, action: Action, by: User, at: datetime, reason: str = "", **fields: Any
) -> Contribution:
    """Move a contribution as a member of staff, in the capacities they have for it.

    An end without a change closes a proposal that waits. Raises NotAllowed, Decided, ConflictOfInterest.
    """
    if action not in HARMLESS:
        refuse_author(by, contribution.study)
    actors = capacities(by, contribution, at=at)
    moved = move(contribution=contribution, action=action, actors=actors, at=at, user=by, reason=reason, **fields)
    if action in WITHOUT_CHANGE:
        close_open_proposal(moved, by=by)
    return moved


def answer(
    contribution: Contribution,
    *,
    action: Action,
    by: User,
    at: datetime,
    text: str,
    reason: str = "",
    **fields: Any,
) -> Contribution:
    """`act`, and tell the contributor in a sentence; raises TextMissing where there is none."""
    if not text.strip():
        raise TextMissing("Write what the contributor will read.")
    moved = act(contribution, action=action, by=by, at=at, reason=reason, **fields)
    tell(moved, text=text, at=at)
    return moved


def tell(contribution: Contribution, *, text: str, at: datetime) -> None:
    """Write to the contributor, where there is something to say, and let them know after the commit if they asked."""
    if text.strip():
        messages.write(contribution=contribution, side=Side.STAFF, content={"text": text.strip()}, at=at)
    notices.tell_contributor(contribution)


def open_proposal(contribution: Contribution) -> Proposal | None:
    """The proposal that waits to be applied for this contribution."""
    linked = ProposalLink.objects.filter(contribution=contribution).values("proposal_id")
    waiting = Proposal.objects.filter(pk__in=linked).waiting()
    return waiting.select_related("study", "proposer").order_by("-pk").first()


def close_open_proposal(contribution: Contribution, *, by: User) -> None:
    """Close what waits: recalled by its proposer or a lead, else refused."""
    proposal = open_proposal(contribution)
    if proposal is None:
        return
    if proposal.proposer_id == by.pk or by.has_perm("studies.lead"):
        proposals.recall(proposal=proposal, edition=proposal.edition, by=by)
    else:
        proposals.refuse(proposal=proposal, edition=proposal.edition, by=by, note="Another decision takes its place.")
