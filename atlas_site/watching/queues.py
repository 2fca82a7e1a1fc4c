"""How much work waits, as numbers alone."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from contributions.models import Contribution
from contributions.vocabulary import OPEN_STATES, State
from studies import duplicates, integrity
from studies.models import Arrival, Proposal
from studies.vocabulary_desk import ArrivalState

WAITING_FOR_STAFF = OPEN_STATES - {State.ASKED}


def sizes() -> dict[str, int]:
    """How many wait for staff: contributions, those in quarantine, tasks of sources, the inbox, pairs, proposals."""
    return {
        "contributions": Contribution.objects.filter(state__in=WAITING_FOR_STAFF).count(),
        "quarantine": Contribution.objects.filter(state=State.QUARANTINED).count(),
        "tasks": integrity.waiting().count(),
        "inbox": Arrival.objects.filter(state=ArrivalState.WAITING).count(),
        "pairs": duplicates.waiting().count(),
        "proposals": Proposal.objects.waiting().count(),
    }


def oldest_days(at: datetime) -> int | None:
    """Whole days for which the oldest contribution has waited for staff; None when none waits."""
    waiting = Contribution.objects.filter(state__in=WAITING_FOR_STAFF)
    since = waiting.aggregate(since=Min("waiting_since"))["since"]
    return (at - since).days if since else None
