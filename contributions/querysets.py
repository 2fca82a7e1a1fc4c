"""Which contributions: the adjectives of the private side."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from contributions.vocabulary import ENDS, OPEN_STATES, State

if TYPE_CHECKING:
    from contributions.models import Contribution  # noqa: F401 - named in a string

BODY_DAYS = 90
CONTACT_DAYS = 14
QUARANTINE_DAYS = 30
SILENCE_DAYS = 60
REMINDER_DAYS = 7
LEAD_DAYS = 14


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def open(self) -> ContributionQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def ended(self) -> ContributionQuerySet:
        return self.filter(state__in=ENDS)

    def awaiting_review(self, at: datetime) -> ContributionQuerySet:
        """Received, or in review under a lease that ran out.

        Both states are named once more together, so that SQLite walks the index of the queue in its order.
        """
        found = self.filter(state__in=[State.RECEIVED, State.IN_REVIEW])
        return found.filter(Q(state=State.RECEIVED) | Q(lease_until__lte=at))

    def overdue(self, at: datetime, days: int = REMINDER_DAYS) -> ContributionQuerySet:
        """Open and waiting for staff for at least so many days. Never deleted, only reminded of."""
        waiting = OPEN_STATES - {State.ASKED}
        return self.filter(state__in=waiting, waiting_since__lte=at - timedelta(days=days))

    def silent(self, at: datetime) -> ContributionQuerySet:
        return self.filter(state=State.ASKED, waiting_since__lte=at - timedelta(days=SILENCE_DAYS))

    def erasable(self, at: datetime) -> ContributionQuerySet:
        """The body's clock ran out: it starts at the end, never at receipt. Quarantine goes only after a staff look."""
        ended = Q(state__in=ENDS, ended_at__lte=at - timedelta(days=BODY_DAYS))
        left = Q(
            state=State.QUARANTINED,
            looked_at__isnull=False,
            received_at__lte=at - timedelta(days=QUARANTINE_DAYS),
        )
        return self.filter(ended | left)
