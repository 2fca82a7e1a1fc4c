"""The one way a contribution changes state: a conditional UPDATE, and an event beside it.

Lock order is always contribution, then study, then the public counter. Whoever loses a race gets `Decided`, which
says who did what; nothing is half-written because the caller's transaction rolls back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone

from contributions.models import Contribution, Event
from contributions.transitions import Action, Actor, Rule, allowed, rule_for
from contributions.vocabulary import ENDS, ActorKind, State

LEASE = timedelta(minutes=30)


class NotAllowed(Exception):
    """The table of states has no such action for this actor in this state."""


class Decided(Exception):
    """Somebody else was faster, or the page was old. `event` says who did what, `contribution` how it stands now."""

    def __init__(self, contribution: Contribution, event: Event | None) -> None:
        super().__init__("The contribution changed in the meantime.")
        self.contribution = contribution
        self.event = event


def capacities(user: AbstractBaseUser, contribution: Contribution, *, at: datetime) -> frozenset[Actor]:
    """In which capacities this member of staff may act on this contribution now."""
    held = contribution.holder_id is not None and contribution.holder_id == user.pk
    leased = contribution.lease_until is not None and contribution.lease_until > at
    moderates = user.has_perm("studies.decide_contribution")
    found = {
        Actor.TRIAGE: user.has_perm("studies.see_queue"),
        Actor.MODERATOR: moderates,
        Actor.LEAD: user.has_perm("studies.lead") and moderates,
        Actor.HOLDER: moderates and held and leased and contribution.state == State.IN_REVIEW,
        Actor.AFTER_EXPIRY: moderates and contribution.state == State.IN_REVIEW and not leased,
        Actor.PROPOSER: moderates and held and contribution.state == State.AWAITING_SECOND,
        Actor.SECOND: user.has_perm("studies.second") and not held and contribution.state == State.AWAITING_SECOND,
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
    user: AbstractBaseUser | None = None,
    reason: str = "",
    **fields: Any,
) -> Contribution:
    """Carry out one row of the table on the contribution as it was shown (its pk, version, state and holder).

    Effects: the row with `fields`, version + 1, the event. Must run inside a transaction. Raises NotAllowed where the
    table has no such rule, Decided where the row is no longer as shown.
    """
    rule = rule_for(action, State(contribution.state), actors)
    if rule is None or not rule.actors & actors:
        raise NotAllowed(f"{action.value} is not possible here.")
    target = rule.target or State(contribution.state)
    changed = _as_shown(contribution).update(
        **{**_consequences(contribution, rule, target, at), **fields}, state=target, version=contribution.version + 1
    )
    if changed != 1:
        raise _decided(contribution)
    record_event(
        contribution=contribution, action=action, to_state=target, user=user, actors=actors, at=at, reason=reason
    )
    return Contribution.objects.get(pk=contribution.pk)


def _as_shown(contribution: Contribution):  # type: ignore[no-untyped-def]
    return Contribution.objects.filter(
        pk=contribution.pk,
        version=contribution.version,
        state=contribution.state,
        holder_id=contribution.holder_id,
    )


def _consequences(contribution: Contribution, rule: Rule, target: State, at: datetime) -> dict[str, Any]:
    """What follows from a move by itself: leases, clocks, the end."""
    changes: dict[str, Any] = {}
    if target != contribution.state:
        changes["waiting_since"] = at
        changes["reminded_at"] = None
    if rule.ends_lease or target not in {State.IN_REVIEW, State.AWAITING_SECOND}:
        changes.update(holder=None, lease_until=None)
    elif target == State.IN_REVIEW:
        changes["lease_until"] = at + LEASE
    elif target == State.AWAITING_SECOND:
        changes["lease_until"] = None
    if target in ENDS and contribution.state not in ENDS:
        changes.update(ended_at=at, outcome=target)
    elif target not in ENDS and target != State.ERASED and contribution.ended_at:
        changes.update(ended_at=None, outcome="")
    return changes


def record_event(
    *,
    contribution: Contribution,
    action: Action,
    to_state: str,
    at: datetime,
    actors: frozenset[Actor] = frozenset(),
    user: AbstractBaseUser | None = None,
    reason: str = "",
) -> Event:
    """Write who did what. `reason` is a code from a vocabulary, never anybody's words."""
    kind = ActorKind.STAFF if user else ActorKind.CLOCK if Actor.CLOCK in actors else ActorKind.CONTRIBUTOR
    return Event.objects.create(
        contribution=contribution,
        action=action.value,
        actor_kind=kind,
        actor=user,
        from_state=contribution.state,
        to_state=to_state,
        reason=reason,
        happened_at=at,
    )


def _decided(contribution: Contribution) -> Decided:
    now = Contribution.objects.get(pk=contribution.pk)
    return Decided(now, now.events.select_related("actor").last())


def as_shown(*, pk: int, version: int) -> Contribution:
    """The contribution, if it still is the version that a page showed; else Decided."""
    contribution = Contribution.objects.select_related("study", "holder").get(pk=pk)
    if contribution.version != version:
        raise _decided(contribution)
    return contribution


def now() -> datetime:
    return timezone.now()
