"""What waits, on the first page of the staff side: how much, and the list where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from contributions.admin.acts import SEE
from contributions.admin.places import FIRST, chosen
from contributions.admin.words import up_to, waits_for
from contributions.models import Contribution
from studies.models import Proposal

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 1000  # counted no further, so that a long queue makes no slow page
# Group of the queue (places.GROUPS) to its words. The first is always told, the others where there are any.
TOLD = {
    "waiting": "Messages that wait for staff",
    "mine": "Messages that you hold",
    "second": "Messages that wait for a second person",
    "quarantine": "Messages in quarantine",
}


@dataclass(frozen=True)
class Work:
    """One line: words with a number, and the address of the list."""

    told: str
    address: str


def waiting_for(user: User, at: datetime) -> list[Work]:
    """What this person may see of what waits, messages first. Seven queries at most, each of MOST rows at most."""
    found = _messages(user, at) if user.has_perm(SEE) else []
    return [*found, *_proposals()] if user.has_perm("studies.view_proposal") else found


def _messages(user: User, at: datetime) -> list[Work]:
    queue = reverse("admin:contributions_contribution_changelist")
    counts = {name: _count(name, user, at) for name in TOLD}
    return [
        Work(_words(name, count, user, at), queue if name == FIRST else f"{queue}?state={name}")
        for name, count in counts.items()
        if count or name == FIRST
    ]


def _count(group: str, user: User, at: datetime) -> int:
    return chosen(Contribution.objects.all(), {"state": group}, user=user, at=at)[:MOST].count()


def _words(group: str, count: int, user: User, at: datetime) -> str:
    if not count:
        return "No message waits for staff."
    told = f"{TOLD[group]}: {up_to(MOST, count)}"
    if group != FIRST:
        return f"{told}."
    rows = chosen(Contribution.objects.all(), {}, user=user, at=at).only("waiting_since").order_by("waiting_since")
    oldest = rows.first()  # None where somebody took the last one since it was counted
    return f"{told}, the oldest for {waits_for(oldest, at)}." if oldest else f"{told}."


def _proposals() -> list[Work]:
    count = Proposal.objects.waiting()[:MOST].count()
    address = reverse("admin:studies_proposal_changelist")
    return [Work(f"Proposals that wait: {up_to(MOST, count)}.", address)] if count else []
