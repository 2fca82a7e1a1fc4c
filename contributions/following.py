"""A proposal that came from a contribution may be decided on the proposal's own page: the contribution follows it.

`studies` knows nothing of contributions, so it calls whoever registered (`proposals.FOLLOWERS`), first thing in the
transaction of the decision. The lock order stays contribution, then study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from contributions import notices
from contributions.consent import ConsentMissing, refuse_without_consent
from contributions.interest import refuse_author
from contributions.models import Contribution, ProposalLink
from contributions.moves import move
from contributions.transitions import Action, Actor
from contributions.vocabulary import OPEN_STATES, State
from studies.errors import Problems
from studies.models import Proposal
from studies.vocabulary import ProposalState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SYSTEM = frozenset({Actor.SYSTEM})


def follow(*, proposal: Proposal, becomes: ProposalState, by: User) -> None:
    """Bring the contribution of this proposal, if it has one, to where the decision leads.

    Applied: it ends as applied. Refused or recalled: from awaiting second it goes back to review. A verb of this
    package has moved it already, and nothing is left to do. Raises NotAllowed for an author of the paper, Problems where
    consent is missing.
    """
    link = ProposalLink.objects.filter(proposal=proposal).first()
    if link is None:
        return
    contribution = Contribution.objects.select_for_update().get(pk=link.contribution_id)
    if becomes == ProposalState.APPLIED and contribution.state in OPEN_STATES:
        _apply(contribution, link, proposal, by)
    elif contribution.state == State.AWAITING_SECOND:
        move(contribution=contribution, action=Action.FOLLOW_CLOSED, actors=SYSTEM, at=timezone.now(), user=by)


def _apply(contribution: Contribution, link: ProposalLink, proposal: Proposal, by: User) -> None:
    refuse_author(by, proposal.study)
    try:
        consent: dict[str, Any] = {"use": link.use, "words_stand_in_paper": link.words_stand_in_paper}
        refuse_without_consent(contribution, proposal=proposal, **consent)
    except ConsentMissing as error:
        raise Problems([str(error)]) from None
    moved = move(contribution=contribution, action=Action.FOLLOW_APPLIED, actors=SYSTEM, at=timezone.now(), user=by)
    notices.tell_contributor(moved)
