"""The one way a contribution changes state: a conditional UPDATE, and an event beside it.

Lock order is always contribution, then study, then the public counter. Whoever loses a race gets `Decided`, which
says who did what; nothing is half-written because the caller's transaction rolls back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction

from contributions.models import Contribution, Event
from contributions.transitions import Action, Actor, Rule, allowed, rule_for
from contributions.vocabulary import ENDS, ActorKind, State
from studies.roles import NotAllowed, one_person

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = ["LEASE", "Decided", "NotAllowed", "as_shown", "capacities", "move", "possible_actions", "record_event"]

LEASE = timedelta(minutes=30)
HELD = frozenset({State.IN_REVIEW, State.AWAITING_SECOND})


class Decided(Exception):
    """Somebody else was faster, or the page was old. `event` says who did what, `contribution` how it stands now."""

    def __init__(self, contribution: Contribution, event: Event | None) -> None:
        super().__init__("The contribution changed in the meantime.")
        self.contribution = contribution
        self.event = event


def capacities(user: User, contribution: Contribution, *, at: datetime) -> frozenset[Actor]:
    """In which capacities this member of staff may act on this contribution now."""
    held = contribution.holder_id is not None and contribution.holder_id == user.pk
    leased = contribution.lease_until is not None and contribution.lease_until > at
    moderates = user.has_perm("studies.decide_contribution")
    in_review, waits = contribution.state == State.IN_REVIEW, contribution.state == State.AWAITING_SECOND
    found = {
        Actor.TRIAGE: user.has_perm("studies.see_queue"),
        Actor.MODERATOR: moderates,
        Actor.LEAD: moderates and user.has_perm("studies.lead"),
        Actor.HOLDER: moderates and held and leased and in_review,
        Actor.AFTER_EXPIRY: moderates and in_review and not leased,
        Actor.PROPOSER: moderates and held and waits,
        Actor.SECOND: user.has_perm("studies.second") and waits and (not held or one_person()),
    }
    return frozenset(actor for actor, holds in found.items() if holds)


def possible_actions(actors: frozenset[Actor], state: str) -> frozenset[Action]:
    """What somebody in these capacities may do in this state; pages show a button for each and for nothing else."""
    return frozenset(action for action in Action if allowed(action, State(state), actors))


def move(
    *,
    contribution: Contribution,
    action: Action,
    actors: frozenset[Actor],
    at: datetime,
    user: User | None = None,
    reason: str = "",
    **fields: Any,
) -> Contribution:
    """Carry out one row of the table on the contribution as it was shown (its pk, version, state and holder).

    Effects: the row with `fields`, version + 1, the event. Must run inside a transaction. Raises NotAllowed where the
    table has no such rule, Decided where the row is no longer as shown.
    """
    rule = rule_for(action, State(contribution.state), actors)
    if rule is None or not rule.actors & actors:
        raise NotAllowed(
            "This is not possible here: the message is in another state, or your role does not include it."
        )
    target = rule.target or State(contribution.state)
    changes = _consequences(contribution, rule, target, at) | fields
    if not _update(contribution, **changes, state=target, version=contribution.version + 1):
        raise _decided(contribution.pk)
    record_event(
        contribution=contribution, action=action, to_state=target, user=user, actors=actors, at=at, reason=reason
    )
    return Contribution.objects.select_related("study", "holder").get(pk=contribution.pk)


def _update(contribution: Contribution, **changes: Any) -> bool:
    """Change the row if it is still as shown; the only UPDATE of a state there is."""
    as_shown = Contribution.objects.filter(
        pk=contribution.pk,
        version=contribution.version,
        state=contribution.state,
        holder_id=contribution.holder_id,
    )
    return as_shown.update(**changes) == 1


def _consequences(contribution: Contribution, rule: Rule, target: State, at: datetime) -> dict[str, Any]:
    """What follows from a move by itself: leases, clocks, the end and its undoing."""
    changes: dict[str, Any] = {}
    if target != contribution.state:
        changes.update(waiting_since=at, reminded_at=None)
    if rule.ends_lease or target not in HELD:
        changes.update(holder=None, lease_until=None)
    elif Actor.CONTRIBUTOR not in rule.actors:
        changes["lease_until"] = at + LEASE if target == State.IN_REVIEW else None
    if target in ENDS and contribution.state not in ENDS:
        days = max(0, (at - contribution.received_at).days)  # a clock that was set back must not keep anything open
        changes.update(ended_at=at, outcome=target, end_days=days, conflict=False)
    elif target not in ENDS and target != State.ERASED and contribution.ended_at:
        changes.update(ended_at=None, outcome="", end_days=None, decline_reason="", duplicate_of=None)
    return changes


def record_event(
    *,
    contribution: Contribution,
    action: Action,
    to_state: str,
    at: datetime,
    actors: frozenset[Actor] = frozenset(),
    user: User | None = None,
    reason: str = "",
) -> Event:
    """Write who did what. `reason` is a code from a vocabulary, never anybody's words."""
    return Event.objects.create(
        contribution=contribution,
        action=action.value,
        actor_kind=_kind_of(user, actors),
        actor=user,
        from_state=contribution.state,
        to_state=to_state,
        reason=reason,
        happened_at=at,
    )


def _kind_of(user: User | None, actors: frozenset[Actor]) -> ActorKind:
    if user is not None:
        return ActorKind.STAFF
    if Actor.SYSTEM in actors:
        return ActorKind.SYSTEM
    return ActorKind.CLOCK if Actor.CLOCK in actors else ActorKind.CONTRIBUTOR


def _decided(pk: int) -> Decided:
    now = Contribution.objects.select_related("study", "holder").get(pk=pk)
    return Decided(now, now.events.select_related("actor").last())


def as_shown(*, pk: int, version: int) -> Contribution:
    """The contribution, if it still is the version that a page showed; else Decided.

    Inside a transaction its row is locked, so that whoever comes second waits and is then told what happened.
    """
    rows = Contribution.objects.select_related("study", "holder")
    if transaction.get_connection().in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    contribution = rows.get(pk=pk)
    if contribution.version != version:
        raise _decided(pk)
    return contribution
