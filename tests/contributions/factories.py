"""Small contributions for tests, made by the real verbs."""

from datetime import UTC, datetime, timedelta
from typing import Any

from contributions import receipts, retention, review, thread
from contributions.intake import Receipt, Submission, receive
from contributions.models import Contribution, Event, Message
from contributions.review import Draft, Shown
from contributions.transitions import Actor
from contributions.vocabulary import Kind, State
from studies.models import Proposal, Revision, Study
from tests.studies.factories import CODED, TEXTS, make_user, published_study

# A fixed day in the present year, at noon: no test depends on the clock of the machine.
NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def send(*, at: datetime = NOW, token: str = "", **fields: Any) -> Receipt:
    """Send a form; `content` is a text unless given."""
    values = {"kind": Kind.CORRECTION, "study": None, "content": {"text": "The number of patients is wrong."}}
    return receive(submission=Submission(token=token or receipts.new_token(), **(values | fields)), at=at)


def received(**fields: Any) -> Contribution:
    return send(**fields).contribution


def shown(contribution: Contribution) -> Shown:
    """What a page that is loaded now shows."""
    return Shown(contribution.pk, Contribution.objects.values_list("version", flat=True).get(pk=contribution.pk))


def claimed(by: Any, *, at: datetime = NOW, **fields: Any) -> Contribution:
    """In review, held by this moderator."""
    return review.claim(shown=shown(received(at=at, **fields)), by=by, at=at)


def a_study(**fields: Any) -> Study:
    return published_study(**(TEXTS | CODED | {"title": "Pacing in ME/CFS"} | fields))


def a_change(**values: Any) -> Draft:
    """A change that one person may apply."""
    return Draft(values=values or {"journal": "Another Journal"}, reason="correction", note="The journal was wrong.")


def a_grave_change() -> Draft:
    """A change that needs a second person."""
    flags = [{"kind": "contested", "reason": "Letters dispute the result."}]
    return Draft(values={"flags": flags}, reason="correction", note="Other groups dispute it.")


def in_state(state: str, by: Any, *, study: Study | None = None, at: datetime = NOW) -> Contribution:
    """A contribution that came to this state by the real verbs; where somebody decided or holds it, it was `by`.

    In review it carries a proposal that one person may apply, awaiting a second person one that needs two.
    """
    study = study or a_study()
    if state == State.QUARANTINED:
        return received(study=study, at=at, spam_score=9)
    one = received(study=study, at=at)
    if state == State.RECEIVED:
        return one
    if state == State.TAKEN_BACK:
        thread.take_back(contribution=one, at=at)
    else:
        one = review.claim(shown=shown(one), by=by, at=at)
        _decide(one, state, by, at)
    one.refresh_from_db()
    assert one.state == state
    return one


def _decide(one: Contribution, state: str, by: Any, at: datetime) -> None:
    act = {"shown": shown(one), "by": by, "at": at}
    if state in {State.IN_REVIEW, State.APPLIED}:
        _, proposal = review.propose(**act, draft=a_change())
        if state == State.APPLIED:
            review.apply(**act | {"shown": shown(one)}, digest=proposal.digest, edition=proposal.edition)
    elif state == State.AWAITING_SECOND:
        review.propose(**act, draft=a_grave_change())
    elif state in {State.ASKED, State.CLOSED}:
        review.ask(**act, text="Which table do you mean?")
        if state == State.CLOSED:
            retention.purge(at=at + timedelta(days=60))
    elif state == State.NOTED:
        review.note(**act, text="Thank you, we keep it.")
    elif state == State.DUPLICATE:
        review.mark_duplicate(**act, text="We knew it already.")
    elif state == State.SPAM:
        review.mark_spam(**act)
    else:
        review.decline(**act, reason="no_source", text="We could not find it.")
        if state == State.ERASED:
            retention.erase(contribution=one, actors=frozenset({Actor.CLOCK}), at=at)


def everything() -> tuple[Any, ...]:
    """All rows that a refused act could have touched, for comparing before and after."""
    return tuple(
        list(model.objects.order_by("pk").values())
        for model in (Contribution, Event, Message, Proposal, Revision, Study)
    )


__all__ = [
    "LATER",
    "NOW",
    "a_change",
    "a_grave_change",
    "a_study",
    "claimed",
    "everything",
    "in_state",
    "make_user",
    "received",
    "send",
    "shown",
]
