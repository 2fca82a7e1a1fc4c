"""What staff do: leases, versions, answers, spam, second looks, conflicts of interest."""

from datetime import timedelta

import pytest

from contributions import messages, review, thread
from contributions.models import Contribution, StaffSettings
from contributions.moves import LEASE, Decided, NotAllowed
from contributions.review import ConflictOfInterest, Shown, TextMissing
from contributions.vocabulary import Kind
from studies import drafting
from studies.errors import Problems
from studies.models import Study
from tests.contributions.factories import (
    LATER,
    NOW,
    a_change,
    a_study,
    claimed,
    everything,
    in_state,
    make_user,
    received,
    shown,
)

pytestmark = pytest.mark.django_db


def test_claim_gives_a_lease_of_half_an_hour() -> None:
    holder = make_user("moderator")
    one = claimed(holder)
    assert (one.holder, one.lease_until, one.first_read_at, one.read_days) == (holder, NOW + LEASE, NOW, 0)


def test_activity_renews_the_lease() -> None:
    holder = make_user("moderator")
    one = review.renew(shown=shown(claimed(holder)), by=holder, at=LATER)
    assert one.lease_until == LATER + LEASE
    one = review.choose_study(shown=shown(one), by=holder, at=LATER + LEASE / 2, study=a_study())
    assert one.lease_until == LATER + LEASE * 1.5


def test_contributor_who_adds_text_does_not_renew_the_lease() -> None:
    one = claimed(make_user("moderator"))
    thread.add(contribution=one, text="And page 4.", at=LATER)
    one.refresh_from_db()
    assert (one.lease_until, one.state) == (NOW + LEASE, "in_review")


def test_expired_lease_lets_nobody_decide_and_anybody_claim() -> None:
    holder, other = make_user("moderator"), make_user("moderator")
    one = claimed(holder)
    at = NOW + LEASE
    with pytest.raises(NotAllowed):
        review.note(shown=shown(one), by=holder, at=at, text="Thanks.")
    one = review.claim(shown=shown(one), by=other, at=at)
    assert (one.holder, one.lease_until) == (other, at + LEASE)


def test_release_ends_the_lease() -> None:
    holder = make_user("moderator")
    one = review.release(shown=shown(claimed(holder)), by=holder, at=LATER)
    assert (one.state, one.holder, one.lease_until) == ("received", None, None)


@pytest.mark.parametrize("verb", [review.release, review.take_over])
def test_lead_gives_a_reason_to_take_something_from_its_holder(verb) -> None:
    one, lead = claimed(make_user("moderator")), make_user("lead")
    before = everything()
    with pytest.raises(TextMissing):
        verb(shown=shown(one), by=lead, at=LATER, reason=" ")
    assert everything() == before
    moved = verb(shown=shown(one), by=lead, at=LATER, reason="away")
    assert moved.holder == (lead if verb is review.take_over else None)
    assert moved.events.last().reason == "away"


def test_old_version_is_refused_with_who_did_what() -> None:
    ann, bo = make_user("moderator"), make_user("moderator")
    one = received()
    page = shown(one)
    review.claim(shown=page, by=ann, at=NOW)
    before = everything()
    with pytest.raises(Decided) as caught:
        review.claim(shown=page, by=bo, at=LATER)
    assert (caught.value.event.actor, caught.value.event.action, caught.value.contribution.state) == (
        ann,
        "claim",
        "in_review",
    )
    assert everything() == before


def test_added_text_makes_a_shown_page_old() -> None:
    holder = make_user("moderator")
    page = shown(claimed(holder))
    thread.add(contribution=Contribution.objects.get(), text="Wait, I was wrong.", at=LATER)
    with pytest.raises(Decided) as caught:
        review.decline(shown=page, by=holder, at=LATER, reason="no_source", text="No.")
    assert (caught.value.event.actor_kind, caught.value.event.action) == ("contributor", "add")


@pytest.mark.parametrize("text", ["", "  \n"])
def test_contributor_is_always_told_something(text: str) -> None:
    holder = make_user("moderator")
    one = claimed(holder)
    before = everything()
    act = {"shown": shown(one), "by": holder, "at": LATER, "text": text}
    for verb, more in (
        (review.ask, {}),
        (review.note, {}),
        (review.mark_duplicate, {}),
        (review.decline, {"reason": "no_source"}),
    ):
        with pytest.raises(TextMissing):
            verb(**act, **more)
    with pytest.raises(TextMissing):
        review.decline(**act | {"text": "No."}, reason="because")
    assert everything() == before


def test_question_and_answer_go_round() -> None:
    holder = make_user("moderator")
    one = review.ask(shown=shown(claimed(holder)), by=holder, at=LATER, text="Which table?")
    assert (one.state, one.holder, one.waiting_since) == ("asked", None, LATER)
    thread.add(contribution=one, text="Table 2.", at=LATER + timedelta(days=1))
    one.refresh_from_db()
    assert (one.state, one.waiting_since) == ("received", LATER + timedelta(days=1))
    assert [(entry.side, entry.content["text"]) for entry in messages.read(one)] == [
        ("contributor", "The number of patients is wrong."),
        ("staff", "Which table?"),
        ("contributor", "Table 2."),
    ]


def test_decline_keeps_the_reason_and_the_sentence() -> None:
    one = in_state("declined", make_user("moderator"))
    assert (one.decline_reason, one.outcome, one.ended_at, one.end_days) == ("no_source", "declined", NOW, 0)
    assert (one.events.last().reason, messages.read(one)[-1].content["text"]) == ("no_source", "We could not find it.")


def test_duplicate_names_the_other_one() -> None:
    holder, other = make_user("moderator"), received()
    one = claimed(holder)
    with pytest.raises(TextMissing):
        review.mark_duplicate(shown=shown(one), by=holder, at=LATER, text="Known.", duplicate_of=one)
    one = review.mark_duplicate(shown=shown(one), by=holder, at=LATER, text="Known.", duplicate_of=other)
    assert (one.state, one.duplicate_of) == ("duplicate", other)


@pytest.mark.parametrize(("days", "possible"), [(0, True), (14, True), (15, False)])
def test_spam_is_undone_within_14_days(days: int, possible: bool) -> None:
    person = make_user("triage")
    one = review.mark_spam(shown=shown(received()), by=person, at=NOW)
    act = {"shown": shown(one), "by": person, "at": NOW + timedelta(days=days)}
    if not possible:
        with pytest.raises(NotAllowed):
            review.undo_spam(**act)
        return
    one = review.undo_spam(**act)
    assert (one.state, one.outcome, one.ended_at, one.end_days) == ("received", "", None, None)


def test_end_without_a_change_closes_the_proposal_that_waits() -> None:
    holder = make_user("moderator")
    one, proposal = review.propose(shown=shown(claimed(holder, study=a_study())), by=holder, at=LATER, draft=a_change())
    review.note(shown=shown(one), by=holder, at=LATER, text="It was right after all.")
    proposal.refresh_from_db()
    assert proposal.state == "recalled"


# --- A second look ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "possible"), [(0, True), (30, True), (31, False)])
def test_reopening_is_possible_for_30_days(days: int, possible: bool) -> None:
    one = in_state("declined", make_user("moderator"))
    at = NOW + timedelta(days=days)
    assert thread.may_reopen(one, at=at) == possible
    if not possible:
        with pytest.raises(NotAllowed):
            thread.reopen(contribution=one, text="Look again.", at=at)
        return
    thread.reopen(contribution=one, text="Look again.", at=at)
    one.refresh_from_db()
    assert (one.state, one.reopened, one.decline_reason, one.ended_at) == ("received", True, "", None)


def test_reopening_works_once() -> None:
    first, second = make_user("moderator"), make_user("moderator")
    one = in_state("declined", first)
    thread.reopen(contribution=one, text="Look again.", at=LATER)
    one = review.claim(shown=shown(one), by=second, at=LATER)
    one = review.decline(shown=shown(one), by=second, at=LATER, reason="no_source", text="No.")
    assert not thread.may_reopen(one, at=LATER)
    with pytest.raises(NotAllowed):
        thread.reopen(contribution=one, text="Again!", at=LATER)


def test_reopened_goes_to_another_moderator_where_there_is_one() -> None:
    first = make_user("moderator")
    one = in_state("declined", first)
    thread.reopen(contribution=one, text="Look again.", at=LATER)
    other = make_user("moderator")
    with pytest.raises(NotAllowed, match="second look"):
        review.claim(shown=shown(one), by=first, at=LATER)
    other.is_active = False
    other.save()
    assert review.claim(shown=shown(one), by=first, at=LATER).holder == first


# --- Conflict of interest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["10.1000/own", "https://doi.org/10.1000/OWN", "doi: 10.1000/own."])
def test_author_of_a_paper_is_refused_there(spelling: str) -> None:
    author, holder = make_user("moderator"), make_user("moderator")
    StaffSettings.objects.create(user=author, own_papers=["12345678", spelling])
    one = received(study=a_study(doi="10.1000/own"))
    before = everything()
    with pytest.raises(ConflictOfInterest):
        review.claim(shown=shown(one), by=author, at=NOW)
    assert everything() == before
    review.claim(shown=shown(one), by=holder, at=NOW)
    assert review.claim(shown=shown(received(study=a_study(doi="10.1000/other"))), by=author, at=NOW).holder == author


def test_author_who_lists_the_paper_late_can_only_give_it_back() -> None:
    author = make_user("moderator")
    one = claimed(author, study=a_study(doi="10.1000/own"))
    StaffSettings.objects.create(user=author, own_papers=["10.1000/own"])
    with pytest.raises(ConflictOfInterest):
        review.note(shown=shown(one), by=author, at=LATER, text="Thanks.")
    assert review.release(shown=shown(one), by=author, at=LATER).state == "received"


def test_author_cannot_choose_their_own_paper() -> None:
    author = make_user("moderator")
    StaffSettings.objects.create(user=author, own_papers=["10.1000/own"])
    one = claimed(author)
    with pytest.raises(ConflictOfInterest):
        review.choose_study(shown=shown(one), by=author, at=LATER, study=a_study(doi="10.1000/own"))


# --- A missing paper ----------------------------------------------------------------------------------------------------------


def test_missing_paper_becomes_a_draft_study() -> None:
    holder = make_user("moderator")
    one = claimed(holder, kind=Kind.MISSING_PAPER)
    record = drafting.told(
        title=" A new  paper on pacing ",
        authors=["Adams B", "Novak, Peter"],
        journal="Journal",
        year=2025,
        numbers=["https://doi.org/10.1000/NEW", "PMC123456", ""],
    )
    study = review.draft_study(shown=shown(one), by=holder, at=LATER, record=record, text="Thank you, we add it.")
    one.refresh_from_db()
    assert (one.state, one.links.get().draft_study) == ("applied", study)
    assert (study.title, study.state, study.doi, study.pmcid, study.year, study.drafted_by, study.pem) == (
        "A new paper on pacing", "draft", "10.1000/new", "PMC123456", 2025, holder, "not_coded",
    )  # fmt: skip
    assert [str(author) for author in study.authors.all()] == ["Adams, B", "Novak, Peter"]
    assert messages.read(one)[-1].content["text"] == "Thank you, we add it."


def test_paper_that_is_there_is_not_drafted_twice() -> None:
    holder, study = make_user("moderator"), a_study(doi="10.1000/there")
    one = claimed(holder, kind=Kind.MISSING_PAPER)
    record = drafting.told(title="Other title", year=None, numbers=["doi:10.1000/There"])
    before = everything()
    with pytest.raises(Problems, match="already"):
        review.draft_study(shown=shown(one), by=holder, at=LATER, record=record, text="Thanks.")
    assert everything() == before
    assert Study.objects.get() == study


def test_author_cannot_draft_their_own_paper() -> None:
    author = make_user("moderator")
    StaffSettings.objects.create(user=author, own_papers=["10.1000/own"])
    one = claimed(author, kind=Kind.MISSING_PAPER)
    record = drafting.told(title="My paper", year=2025, numbers=["10.1000/own"])
    with pytest.raises(ConflictOfInterest):
        review.draft_study(shown=shown(one), by=author, at=LATER, record=record, text="Thanks.")
    assert Study.objects.count() == 0


def test_unreadable_identifier_is_named() -> None:
    with pytest.raises(Problems) as caught:
        drafting.told(title="", year=None, numbers=["hello"])
    assert caught.value.messages == ["“hello” is no DOI, PubMed or PubMed Central number.", "The title is missing."]


def test_each_act_needs_a_constant_number_of_queries(django_assert_max_num_queries) -> None:
    holder, study = make_user("moderator"), a_study()
    for _ in range(15):
        received(study=study)
    one = received(study=study)
    for _ in range(15):
        thread.add(contribution=one, text="More.", at=NOW)
    with django_assert_max_num_queries(14):
        one = review.claim(shown=shown(one), by=holder, at=LATER)
    with django_assert_max_num_queries(14):
        review.decline(shown=Shown(one.pk, one.version), by=holder, at=LATER, reason="no_source", text="No.")


def test_clock_that_was_set_back_keeps_nothing_open() -> None:
    """A server whose clock ran ahead stamped the message with a day that is yet to come."""
    one = received(at=NOW + timedelta(days=1))
    one = review.claim(shown=shown(one), by=make_user("moderator"), at=NOW)
    assert one.read_days == 0
    thread.take_back(contribution=one, at=NOW)
    one.refresh_from_db()
    assert (one.state, one.end_days) == ("taken_back", 0)
