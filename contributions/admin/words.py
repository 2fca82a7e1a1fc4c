"""What the staff pages call things: acts that happened, how long something waits, how long it is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.timesince import timesince

from contributions.models import Contribution, Event
from contributions.querysets import LEAD_DAYS, REMINDER_DAYS
from contributions.transitions import Action
from contributions.vocabulary import ActorKind, DeclineReason, State

TAKING_REASONS = {
    "away": "The person is away",
    "too_long": "It has waited for too long",
    "interest": "Conflict of interest",
    "asked": "The person asked for it",
}
# What somebody did, as the end of a sentence that begins with who.
DID = {
    Action.SEND: "sent it",
    Action.RELEASE_QUARANTINE: "let it into the queue",
    Action.LOOK: "looked at it and left it in quarantine",
    Action.CLAIM: "took it",
    Action.RENEW: "went on working on it",
    Action.RELEASE: "put it back into the queue",
    Action.TAKE_OVER: "took it over",
    Action.ASK: "asked the contributor",
    Action.REPLY: "answered",
    Action.ADD: "added something",
    Action.PROPOSE: "wrote a proposal",
    Action.AWAIT_SECOND: "wrote a proposal that needs a second person",
    Action.APPLY: "applied the change",
    Action.SECOND: "applied the change as second person",
    Action.REFUSE: "refused the proposal",
    Action.RECALL: "took the proposal back",
    Action.DRAFT_STUDY: "made a draft study of it",
    Action.DECLINE: "declined it",
    Action.NOTE: "kept it as background",
    Action.DUPLICATE: "marked it as known already",
    Action.SPAM: "marked it as spam",
    Action.UNDO_SPAM: "took the mark of spam off",
    Action.CLOSE: "closed it after 60 days of silence",
    Action.TAKE_BACK: "took it back",
    Action.REOPEN: "asked for a second look",
    Action.ERASE: "erased it",
    Action.CHOOSE_STUDY: "chose the study",
    Action.CONFLICT: "found that the study had changed in the same place",
    Action.FOLLOW_APPLIED: "applied its proposal",
    Action.FOLLOW_CLOSED: "closed its proposal",
}
WAITING_FOR_STAFF = frozenset({State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND, State.QUARANTINED})


@dataclass(frozen=True)
class Due:
    """How urgent it is: a word, and the same as a style."""

    word: str
    style: str


def due(contribution: Contribution, at: datetime) -> Due | None:
    """For what waits for staff: since when the reminder, or the lead, is due; None for everything else."""
    if contribution.state not in WAITING_FOR_STAFF:
        return None
    waits = at - contribution.waiting_since
    if waits >= timedelta(days=LEAD_DAYS):
        return Due(f"over {LEAD_DAYS} days: for the lead", "due-lead")
    if waits >= timedelta(days=REMINDER_DAYS):
        return Due(f"over {REMINDER_DAYS} days", "due-late")
    return Due("in time", "due-calm")


def lease_left(contribution: Contribution, at: datetime) -> str:
    """How long the holder still has it to themselves; nothing where nobody has."""
    if contribution.lease_until is None:
        return ""
    left = contribution.lease_until - at
    if left <= timedelta(0):
        return "ran out"
    return f"{-(-int(left.total_seconds()) // 60)} min"


def waits_for(contribution: Contribution, at: datetime) -> str:
    return timesince(contribution.waiting_since, at, depth=1)


def who(event: Event) -> str:
    if event.actor is not None:
        return str(event.actor.get_username())
    known = {ActorKind.CONTRIBUTOR: "The contributor", ActorKind.CLOCK: "The clock", ActorKind.SYSTEM: "The system"}
    return known.get(ActorKind(event.actor_kind), "Somebody who is no longer here")


def happened(event: Event) -> str:
    """One event as a sentence, without its time."""
    said = f"{who(event)} {DID[Action(event.action)]}"
    reasons = TAKING_REASONS | dict(DeclineReason.choices)
    return f"{said} ({reasons[event.reason]})." if event.reason in reasons else f"{said}."


def up_to(most: int, count: int) -> str:
    """A number that was counted no further than `most`: “40”, “1,000 or more”."""
    return f"{most:,} or more" if count >= most else str(count)
