"""The table of states: everything in it works, everything outside it fails and writes nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from contributions import retention, review, thread
from contributions.models import Contribution, Event
from contributions.moves import LEASE, NotAllowed, capacities, move, possible_actions
from contributions.transitions import TABLE, Action, Actor, Rule, allowed, rule_for
from contributions.vocabulary import ENDS, State
from studies import drafting
from studies.models import Proposal
from tests.contributions.factories import (
    LATER,
    NOW,
    a_change,
    a_study,
    everything,
    in_state,
    make_user,
    received,
    shown,
)

pytestmark = pytest.mark.django_db
EXPIRED = NOW + LEASE + timedelta(minutes=1)


@pytest.mark.parametrize("state", State)
def test_every_pair_outside_the_table_fails_and_writes_nothing(state: State) -> None:
    contribution = in_state(state, make_user("moderator"))
    before = everything()
    outside = [(actor, action) for actor in Actor for action in Action if not _in_table(state, actor, action)]
    assert len(outside) > 200
    for actor, action in outside:
        with pytest.raises(NotAllowed):
            move(contribution=contribution, action=action, actors=frozenset({actor}), at=LATER)
    assert everything() == before


def _in_table(state: State, actor: Actor, action: Action) -> bool:
    return any(rule.action == action and state in rule.sources and actor in rule.actors for rule in TABLE)


ROWS = [(rule, state, actor) for rule in TABLE for state in sorted(rule.sources) for actor in sorted(rule.actors)]


@pytest.mark.parametrize(
    ("rule", "state", "actor"), ROWS, ids=lambda part: part.action.value if isinstance(part, Rule) else str(part.value)
)
def test_every_row_of_the_table_works(rule: Rule, state: State, actor: Actor) -> None:
    holder, other = make_user("moderator"), make_user("lead")
    before = in_state(state, holder)
    fields: dict[str, Any] = {"holder": other} if rule.action in {Action.CLAIM, Action.TAKE_OVER} else {}
    if rule.action == Action.ERASE:
        fields = retention._tombstone(before, LATER)
    events = Event.objects.filter(contribution=before).count()
    after = move(contribution=before, action=rule.action, actors=frozenset({actor}), at=LATER, user=other, **fields)
    target = rule.target or state
    assert (after.state, after.version) == (target, before.version + 1)
    newest = after.events.last()
    assert (newest.action, newest.from_state, newest.to_state) == (rule.action, state, target)
    assert after.events.count() == events + 1
    assert (after.holder is None) == (target not in {State.IN_REVIEW, State.AWAITING_SECOND})
    assert (after.ended_at is not None) == (target in ENDS or target == State.ERASED)
    if target in ENDS and state not in ENDS:
        assert (after.outcome, after.ended_at) == (target, LATER)


# --- Real people, real verbs ----------------------------------------------------------------------------------------------

Verb = Callable[[Contribution, Any, Any], object]


def _staff(verb: Callable[..., object], **more: Any) -> Verb:
    return lambda one, by, at: verb(shown=shown(one), by=by, at=at, **more)


def _apply(one: Contribution, by: Any, at: Any) -> object:
    waiting = review.open_proposal(one) or Proposal(digest="", edition=1)
    return review.apply(shown=shown(one), by=by, at=at, digest=waiting.digest, edition=waiting.edition)


VERBS: dict[str, Verb] = {
    "release_quarantine": _staff(review.release_quarantine),
    "look": _staff(review.look),
    "claim": _staff(review.claim),
    "renew": _staff(review.renew),
    "release": _staff(review.release, reason="away"),
    "take_over": _staff(review.take_over, reason="away"),
    "choose_study": _staff(review.choose_study, study=None),
    "ask": _staff(review.ask, text="Which table?"),
    "propose": _staff(review.propose, draft=a_change(volume="12")),
    "apply": _apply,
    "refuse": _staff(review.refuse, reason="The paper says otherwise."),
    "recall": _staff(review.recall),
    "decline": _staff(review.decline, reason="no_source", text="We could not find it."),
    "note": _staff(review.note, text="Thank you."),
    "mark_duplicate": _staff(review.mark_duplicate, text="Known."),
    "mark_spam": _staff(review.mark_spam),
    "undo_spam": _staff(review.undo_spam),
    "erase": _staff(review.erase),
}
PEOPLE = ("triage", "moderator", "holder", "editor", "lead")
HOLDING = {
    "renew",
    "release",
    "choose_study",
    "ask",
    "propose",
    "apply",
    "decline",
    "note",
    "mark_duplicate",
    "mark_spam",
}
SCREENING = {"release_quarantine", "look", "mark_spam"}
# Written down from the rules, not from the table in the code: who may do what.
MAY: dict[str, dict[str, set[str]]] = {
    "quarantined": dict.fromkeys(("triage", "moderator", "holder", "lead"), SCREENING),
    "received": {"triage": {"mark_spam"}} | {name: {"mark_spam", "claim"} for name in ("moderator", "holder", "lead")},
    "in_review": {"holder": HOLDING, "lead": {"release", "take_over"}},
    "in_review, expired": {
        "moderator": {"claim", "release"},
        "holder": {"claim", "release"},
        "lead": {"claim", "release", "take_over"},
    },
    "awaiting_second": {
        "moderator": {"apply", "refuse"},
        "editor": {"apply", "refuse"},
        "lead": {"apply", "refuse", "take_over"},
        "holder": {"recall"},
    },
    "spam": {name: {"undo_spam"} for name in ("triage", "moderator", "holder")} | {"lead": {"undo_spam", "erase"}},
    **{state: {"lead": {"erase"}} for state in ("applied", "noted", "declined", "duplicate", "closed", "taken_back")},
    "asked": {},
    "erased": {},
}


@pytest.mark.parametrize("situation", MAY)
def test_each_person_can_do_just_what_their_role_allows(situation: str) -> None:
    people = {name: make_user("moderator" if name == "holder" else name) for name in PEOPLE}
    contribution = in_state(situation.split(",")[0], people["holder"])
    at = EXPIRED if "expired" in situation else LATER
    before = everything()
    could = {
        name: {verb for verb in VERBS if _succeeds(VERBS[verb], contribution, people[name], at)} for name in PEOPLE
    }
    assert {name: verbs for name, verbs in could.items() if verbs} == MAY[situation]
    assert everything() == before


def _succeeds(verb: Verb, contribution: Contribution, by: Any, at: Any) -> bool:
    """Try it, and undo it only where it succeeds: what fails must have written nothing by itself."""
    undo = transaction.savepoint()
    try:
        verb(contribution, by, at)
    except NotAllowed:
        transaction.savepoint_commit(undo)
        return False
    transaction.savepoint_rollback(undo)
    return True


MINE: dict[str, Callable[[Contribution], None]] = {
    "add": lambda one: thread.add(contribution=one, text="One thing more.", at=LATER),
    "reopen": lambda one: thread.reopen(contribution=one, text="Please look again.", at=LATER),
    "take_back": lambda one: thread.take_back(contribution=one, at=LATER),
    "delete_now": lambda one: thread.delete_now(contribution=one, at=LATER),
}
I_MAY = {
    **{state: {"add", "take_back"} for state in ("quarantined", "received", "in_review", "asked", "awaiting_second")},
    **{state: {"delete_now"} for state in ("applied", "duplicate", "spam", "taken_back")},
    **{state: {"delete_now", "reopen"} for state in ("noted", "declined", "closed")},
    "erased": set(),
}


@pytest.mark.parametrize("state", State)
def test_contributor_can_do_just_what_the_state_allows(state: State) -> None:
    contribution = in_state(state, make_user("moderator"))
    before = everything()
    could = {
        name for name, verb in MINE.items() if _succeeds(lambda one, by, at, v=verb: v(one), contribution, None, None)
    }
    assert (could, everything()) == (I_MAY[state], before)


def test_buttons_are_the_rows_of_the_table() -> None:
    holder = make_user("moderator")
    contribution = in_state(State.IN_REVIEW, holder)
    actors = capacities(holder, contribution, at=LATER)
    expected = {rule.action for rule in TABLE if State.IN_REVIEW in rule.sources and rule.actors & actors}
    assert possible_actions(actors, contribution.state) == expected
    assert possible_actions(frozenset(), contribution.state) == frozenset()


def _ends() -> Iterator[Rule]:
    return (rule for rule in TABLE if rule.target in ENDS)


def test_nobody_but_their_author_and_the_clock_ends_what_nobody_reviewed() -> None:
    for rule in _ends():
        if rule.sources & {State.RECEIVED, State.ASKED} and rule.target != State.SPAM:
            assert rule.actors <= {Actor.CONTRIBUTOR, Actor.CLOCK, Actor.SYSTEM}


def test_rule_for_prefers_what_the_actors_may_use() -> None:
    assert rule_for(Action.CLAIM, State.IN_REVIEW, frozenset({Actor.AFTER_EXPIRY})).target == State.IN_REVIEW
    assert allowed(Action.CLAIM, State.RECEIVED, frozenset({Actor.MODERATOR}))
    assert not allowed(Action.CLAIM, State.RECEIVED, frozenset({Actor.TRIAGE}))
    assert rule_for(Action.SEND, State.RECEIVED) is None


def test_draft_study_is_for_missing_papers_alone() -> None:
    holder, study = make_user("moderator"), a_study()
    contribution = review.claim(shown=shown(received(study=study)), by=holder, at=NOW)
    record = drafting.told(title="A new paper", year=2026, numbers=["10.1000/new"])
    with pytest.raises(NotAllowed):
        review.draft_study(shown=shown(contribution), by=holder, at=LATER, record=record, text="Thank you.")
