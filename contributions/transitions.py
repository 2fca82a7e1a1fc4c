"""The table of states, as data: who may do what to a contribution, from where to where.

Everything that changes a state goes through `moves.move()`, one conditional UPDATE; a test tries
every (state, actor, action) that is not in this table.
"""

from dataclasses import dataclass
from enum import StrEnum

from contributions.vocabulary import State as S


class Action(StrEnum):
    SEND = "send"
    RELEASE_QUARANTINE = "release_quarantine"
    LOOK = "look"
    CLAIM = "claim"
    RENEW = "renew"
    RELEASE = "release"
    TAKE_OVER = "take_over"
    ASK = "ask"
    REPLY = "reply"
    ADD = "add"
    PROPOSE = "propose"
    AWAIT_SECOND = "await_second"
    APPLY = "apply"
    SECOND = "second"
    REFUSE = "refuse"
    RECALL = "recall"
    DRAFT_STUDY = "draft_study"
    DECLINE = "decline"
    NOTE = "note"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    UNDO_SPAM = "undo_spam"
    CLOSE = "close"
    TAKE_BACK = "take_back"
    REOPEN = "reopen"
    ERASE = "erase"
    CHOOSE_STUDY = "choose_study"
    CONFLICT = "conflict"
    FOLLOW_APPLIED = "follow_applied"  # its proposal was applied, or closed, on the proposal's own page
    FOLLOW_CLOSED = "follow_closed"


class Actor(StrEnum):
    """In which capacity somebody acts. One person may hold several."""

    CONTRIBUTOR = "contributor"
    TRIAGE = "triage"
    MODERATOR = "moderator"
    HOLDER = "holder"  # with a lease that has not run out
    AFTER_EXPIRY = "after_expiry"  # any moderator once the lease ran out, the former holder too
    SECOND = "second"
    PROPOSER = "proposer"
    LEAD = "lead"
    CLOCK = "clock"
    SYSTEM = "system"


@dataclass(frozen=True)
class Rule:
    action: Action
    sources: frozenset[S]
    target: S | None  # None: the state stays as it is
    actors: frozenset[Actor]
    ends_lease: bool = False


def _rule(action: Action, sources: set[S], target: S | None, actors: set[Actor], *, ends_lease: bool = False) -> Rule:
    return Rule(action, frozenset(sources), target, frozenset(actors), ends_lease)


OPEN = {S.RECEIVED, S.IN_REVIEW, S.ASKED, S.AWAITING_SECOND}
ENDED = {S.APPLIED, S.NOTED, S.DECLINED, S.DUPLICATE, S.SPAM, S.CLOSED, S.TAKEN_BACK}

TABLE: tuple[Rule, ...] = (
    _rule(Action.RELEASE_QUARANTINE, {S.QUARANTINED}, S.RECEIVED, {Actor.TRIAGE}),
    _rule(Action.LOOK, {S.QUARANTINED}, None, {Actor.TRIAGE}),
    _rule(Action.CLAIM, {S.RECEIVED}, S.IN_REVIEW, {Actor.MODERATOR}),
    _rule(Action.CLAIM, {S.IN_REVIEW}, S.IN_REVIEW, {Actor.AFTER_EXPIRY}),
    _rule(Action.RENEW, {S.IN_REVIEW}, None, {Actor.HOLDER}),
    _rule(Action.RELEASE, {S.IN_REVIEW}, S.RECEIVED, {Actor.HOLDER, Actor.AFTER_EXPIRY, Actor.LEAD}, ends_lease=True),
    _rule(Action.TAKE_OVER, {S.IN_REVIEW}, S.IN_REVIEW, {Actor.LEAD}),
    _rule(Action.TAKE_OVER, {S.AWAITING_SECOND}, S.IN_REVIEW, {Actor.LEAD}),
    _rule(Action.ASK, {S.IN_REVIEW}, S.ASKED, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.REPLY, {S.ASKED}, S.RECEIVED, {Actor.CONTRIBUTOR}),
    _rule(Action.ADD, {S.QUARANTINED, S.RECEIVED, S.IN_REVIEW, S.AWAITING_SECOND}, None, {Actor.CONTRIBUTOR}),
    _rule(Action.PROPOSE, {S.IN_REVIEW}, None, {Actor.HOLDER}),
    _rule(Action.CHOOSE_STUDY, {S.IN_REVIEW}, None, {Actor.HOLDER}),
    _rule(Action.FOLLOW_APPLIED, OPEN, S.APPLIED, {Actor.SYSTEM}, ends_lease=True),
    _rule(Action.FOLLOW_CLOSED, {S.AWAITING_SECOND}, S.IN_REVIEW, {Actor.SYSTEM}),
    _rule(Action.CONFLICT, {S.IN_REVIEW}, None, {Actor.SYSTEM}),
    _rule(Action.CONFLICT, {S.AWAITING_SECOND}, S.IN_REVIEW, {Actor.SYSTEM}),
    _rule(Action.AWAIT_SECOND, {S.IN_REVIEW}, S.AWAITING_SECOND, {Actor.HOLDER}),
    _rule(Action.APPLY, {S.IN_REVIEW}, S.APPLIED, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.SECOND, {S.AWAITING_SECOND}, S.APPLIED, {Actor.SECOND}, ends_lease=True),
    _rule(Action.REFUSE, {S.AWAITING_SECOND}, S.IN_REVIEW, {Actor.SECOND}),
    _rule(Action.RECALL, {S.AWAITING_SECOND}, S.IN_REVIEW, {Actor.PROPOSER}),
    _rule(Action.DRAFT_STUDY, {S.IN_REVIEW}, S.APPLIED, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.DECLINE, {S.IN_REVIEW}, S.DECLINED, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.NOTE, {S.IN_REVIEW}, S.NOTED, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.DUPLICATE, {S.IN_REVIEW}, S.DUPLICATE, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.SPAM, {S.RECEIVED}, S.SPAM, {Actor.TRIAGE}),
    _rule(Action.SPAM, {S.IN_REVIEW}, S.SPAM, {Actor.HOLDER}, ends_lease=True),
    _rule(Action.SPAM, {S.QUARANTINED}, S.SPAM, {Actor.TRIAGE}),
    _rule(Action.UNDO_SPAM, {S.SPAM}, S.RECEIVED, {Actor.TRIAGE}),
    _rule(Action.CLOSE, {S.ASKED}, S.CLOSED, {Actor.CLOCK}),
    _rule(Action.TAKE_BACK, OPEN | {S.QUARANTINED}, S.TAKEN_BACK, {Actor.CONTRIBUTOR}, ends_lease=True),
    _rule(Action.REOPEN, {S.DECLINED, S.NOTED, S.CLOSED}, S.RECEIVED, {Actor.CONTRIBUTOR}),
    _rule(Action.ERASE, ENDED, S.ERASED, {Actor.CONTRIBUTOR, Actor.LEAD, Actor.CLOCK}),
    _rule(Action.ERASE, {S.QUARANTINED}, S.ERASED, {Actor.CLOCK}),
)


def rule_for(action: Action, state: S, actors: frozenset[Actor] | None = None) -> Rule | None:
    """The rule for this action in this state, preferring one that these actors may use; None where there is none."""
    rules = [rule for rule in TABLE if rule.action == action and state in rule.sources]
    return next((rule for rule in rules if actors and rule.actors & actors), rules[0] if rules else None)


def allowed(action: Action, state: S, actors: frozenset[Actor]) -> bool:
    """Whether anybody in these capacities may carry out the action in this state."""
    rule = rule_for(action, state, actors)
    return rule is not None and bool(rule.actors & actors)
