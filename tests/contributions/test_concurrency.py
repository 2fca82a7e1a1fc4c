"""Several people at once, on connections of their own: one wins, the others are told, nothing is lost or half-written."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from contributions import intake, ledger, messages, receipts, retention, review, thread
from contributions.models import Contribution, Event, Message
from contributions.moves import Decided
from contributions.review import Shown
from studies.models import Proposal, Revision, Study
from studies.verification import verify
from tests.contributions.factories import (
    LATER,
    NOW,
    a_change,
    a_grave_change,
    a_study,
    claimed,
    in_state,
    make_user,
    received,
    send,
    shown,
)
from tests.studies.test_concurrency import at_once, kinds

pytestmark = pytest.mark.usefixtures("committing")


def acting(verb: Callable[..., object], page: Shown, by, **more) -> Callable[[], object]:
    return lambda: verb(shown=page, by=by, at=LATER, **more)


def test_two_claims_at_once_have_one_winner_who_is_named() -> None:
    people, page = [make_user("moderator") for _ in range(4)], shown(received())
    results = at_once([acting(review.claim, page, person) for person in people])
    assert kinds(results) == ["Contribution", "Decided", "Decided", "Decided"]
    (winner,) = [result.holder for result in results if isinstance(result, Contribution)]
    assert {result.event.actor for result in results if isinstance(result, Decided)} == {winner}
    assert list(Event.objects.values_list("action", flat=True)) == ["send", "claim"]


def test_two_decisions_at_once_have_one_outcome_and_one_event() -> None:
    """The holder in two windows: one declines, one notes, one asks."""
    holder = make_user("moderator")
    page = shown(claimed(holder))
    results = at_once(
        [
            acting(review.decline, page, holder, reason="no_source", text="No."),
            acting(review.note, page, holder, text="Thanks."),
            acting(review.ask, page, holder, text="Which?"),
        ]
    )
    assert kinds(results) == ["Contribution", "Decided", "Decided"]
    one = Contribution.objects.get()
    assert (one.version, Event.objects.count(), len(messages.read(one))) == (3, 3, 2)
    assert {result.event.to_state for result in results if isinstance(result, Decided)} == {one.state}


def test_two_second_people_decide_at_once_and_one_wins() -> None:
    one = in_state("awaiting_second", make_user("moderator"))
    page, proposal = shown(one), review.open_proposal(one)
    seconds = [make_user("moderator"), make_user("moderator"), make_user("lead")]
    seen = {"digest": proposal.digest, "edition": proposal.edition}
    results = at_once(
        [
            acting(review.apply, page, seconds[0], **seen),
            acting(review.apply, page, seconds[1], **seen),
            acting(review.refuse, page, seconds[2], reason="No."),
        ]
    )
    assert kinds(results) in (["Contribution", "Decided", "Decided"], ["Decided", "Decided", "Revision"])
    one.refresh_from_db()
    proposal.refresh_from_db()
    assert (one.state, proposal.state, Revision.objects.count()) in {
        ("applied", "applied", 2),
        ("in_review", "refused", 1),
    }
    assert Event.objects.filter(contribution=one).count() == 4
    assert verify() == []


def test_applying_and_taking_back_at_once_does_one_of_both() -> None:
    holder = make_user("moderator")
    one, proposal = review.propose(shown=shown(claimed(holder, study=a_study())), by=holder, at=NOW, draft=a_change())
    page = shown(one)
    results = at_once(
        [
            acting(review.apply, page, holder, digest=proposal.digest, edition=1),
            lambda: thread.take_back(contribution=one, at=LATER),
        ]
    )
    one.refresh_from_db()
    assert kinds(results) in (["NotAllowed", "Revision"], ["Decided", "NoneType"])
    assert (one.state, Revision.objects.count(), Message.objects.count(), bool(one.wrapped_key)) in {
        ("applied", 2, 1, True),
        ("taken_back", 1, 0, False),
    }
    assert verify() == []


def test_page_of_the_queue_and_page_of_the_proposal_decide_at_once() -> None:
    """An editor applies it on the proposal's own page: the lock order is the same, so nobody waits for ever."""
    from studies import proposals

    one = in_state("awaiting_second", make_user("moderator"))
    page, proposal, second, editor = shown(one), review.open_proposal(one), make_user("moderator"), make_user("editor")
    results = at_once(
        [
            acting(review.apply, page, second, digest=proposal.digest, edition=1),
            lambda: proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=editor),
        ]
    )
    assert kinds(results) in (["Decided", "Revision"], ["Revision", "Stale"])
    one.refresh_from_db()
    assert (one.state, Revision.objects.count()) == ("applied", 2)
    assert verify() == []


def test_fifty_applies_on_one_study_leave_a_valid_chain() -> None:
    """Ten fields, five wanted values of each: the first of a field wins, the others are marked as conflicts."""
    study, holder = a_study(), make_user("moderator")
    fields = ["title", "journal", "volume", "issue", "pages", "journal_abbreviation", "population_label", "question",
              "key_point", "main_limitation"]  # fmt: skip
    acts = []
    for number in range(5):
        for field in fields:
            draft = a_change(**{field: f"Value {number} of this field"})
            one, proposal = review.propose(shown=shown(claimed(holder, study=study)), by=holder, at=NOW, draft=draft)
            acts.append(acting(review.apply, shown(one), holder, digest=proposal.digest, edition=1))
    results = at_once(acts)
    assert kinds(results) == ["Conflict"] * 40 + ["Revision"] * 10
    assert verify() == []
    study.refresh_from_db()
    assert (study.version, sorted(Revision.objects.values_list("number", flat=True))) == (11, list(range(1, 12)))
    assert all(str(getattr(study, field)).startswith("Value ") for field in fields)
    assert (Contribution.objects.filter(state="applied").count(), Proposal.objects.filter(state="applied").count()) == (
        10,
        10,
    )
    assert Contribution.objects.filter(state="in_review", conflict=True).count() == 40


def test_same_form_sent_twice_at_once_makes_one_contribution_and_the_same_words() -> None:
    token = receipts.new_token()
    results = at_once([lambda: send(token=token) for _ in range(8)])
    assert {result.words for result in results} == {results[0].words}
    assert {result.contribution.pk for result in results} == {Contribution.objects.get().pk}
    assert sorted(result.is_new for result in results) == [False] * 7 + [True]
    assert (Message.objects.count(), Event.objects.count()) == (1, 1)
    assert intake.find(results[0].words) == Contribution.objects.get()


def test_many_senders_at_once_lose_nothing() -> None:
    texts = [f"Message {number}" for number in range(16)]
    results = at_once([lambda text=text: send(content={"text": text}) for text in texts])
    opened = [messages.read(intake.find(result.words))[0].content["text"] for result in results]
    assert opened == texts


def test_answer_and_clock_at_once_do_one_of_both() -> None:
    one = in_state("asked", make_user("moderator"))
    at = NOW.replace(month=9)
    results = at_once(
        [
            lambda: thread.add(contribution=one, text="Table 2.", at=at),
            lambda: retention.purge(at=at),
        ]
    )
    one.refresh_from_db()
    assert (one.state, len(messages.read(one))) in {("received", 3), ("closed", 2)}
    assert isinstance(results[1], dict)


def test_purges_of_several_machines_at_once_do_everything_once(settings, tmp_path) -> None:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    holder, past = make_user("moderator"), NOW - timedelta(days=100)
    for state in ("noted", "declined", "asked"):
        for _ in range(3):
            in_state(state, holder, at=past)
    results = at_once([lambda: retention.purge(at=NOW) for _ in range(3)])
    done = [{name: result[name] for name in ("closed", "erased")} for result in results if isinstance(result, dict)]
    assert (len(done), sum(each["closed"] for each in done), sum(each["erased"] for each in done)) == (3, 3, 6)
    assert sorted(row for row, _ in ledger.lines()) == sorted(
        Contribution.objects.filter(state="erased").values_list("uuid", flat=True)
    )


def test_limits_count_every_attempt_at_once() -> None:
    from contributions import limits
    from tests.contributions.test_limits import NOON, request_from

    def attempt() -> bool:
        limits.count(limits=limits.SENDING, request=request_from(), at=NOON)
        return True

    results = at_once([attempt for _ in range(12)])
    assert kinds(results) == ["TooMany"] * 7 + ["bool"] * 5


def test_study_is_not_changed_by_a_decision_that_lost() -> None:
    holder = make_user("moderator")
    one, proposal = review.propose(
        shown=shown(claimed(holder, study=a_study())), by=holder, at=NOW, draft=a_grave_change()
    )
    page = shown(one)
    seconds = [make_user("moderator") for _ in range(2)]
    results = at_once(
        [acting(review.apply, page, by, digest=proposal.digest, edition=1, text=f"Done by {by.pk}.") for by in seconds]
    )
    assert kinds(results) == ["Decided", "Revision"]
    assert (Study.objects.get().version, len(messages.read(one))) == (2, 2)
