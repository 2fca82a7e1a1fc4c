"""From a contribution to a public change: exactly what was shown, with consent, and never half."""

import pytest

from contributions import messages, review, thread
from contributions.models import Contribution, Event, ProposalLink, StaffSettings
from contributions.moves import LEASE, Decided, NotAllowed
from contributions.review import ConsentMissing, Draft
from contributions.vocabulary import Use
from studies import proposals
from studies.models import Proposal, Revision, Study
from studies.verification import verify
from tests.contributions.factories import (
    LATER,
    NOW,
    a_change,
    a_grave_change,
    a_study,
    claimed,
    everything,
    in_state,
    make_user,
    received,
    shown,
)

pytestmark = pytest.mark.django_db
WORDS = "I was one of the patients and the walking test was stopped after four minutes"


def proposed(by, draft=None, **fields):
    """(contribution, proposal) of a study, written by its holder."""
    fields.setdefault("study", a_study())
    return review.propose(shown=shown(claimed(by, **fields)), by=by, at=LATER, draft=draft or a_change())


def apply(one: Contribution, proposal: Proposal, by, *, text: str = "", at=LATER, **other):
    seen = {"digest": proposal.digest, "edition": proposal.edition} | other
    return review.apply(shown=shown(one), by=by, at=at, text=text, **seen)


def test_applied_change_is_public_and_the_contributor_reads_of_it() -> None:
    holder = make_user("moderator")
    one, proposal = proposed(holder)
    assert (one.state, proposal.state, Study.objects.get().journal) == ("in_review", "open", "")
    revision = apply(one, proposal, holder, text="You were right, thank you.")
    one.refresh_from_db()
    assert (one.state, one.outcome, one.holder, Study.objects.get().journal) == (
        "applied", "applied", None, "Another Journal",
    )  # fmt: skip
    assert (revision.number, revision.note, revision.approver_role) == (2, "The journal was wrong.", "moderator")
    assert messages.read(one)[-1].content == {"text": "You were right, thank you."}
    assert verify() == []


def test_public_change_holds_no_way_back_to_the_person() -> None:
    """Nothing of a public row names the contribution; the private link is the only one."""
    holder = make_user("moderator")
    one, proposal = proposed(holder, content={"text": WORDS})
    revision = apply(one, proposal, holder)
    for row in (revision, Proposal.objects.get(), Study.objects.get()):
        text = repr({name: value for name, value in vars(row).items() if not name.startswith("_")})
        assert one.alias not in text
        assert str(one.uuid) not in text
        assert not any(field.related_model is Contribution for field in row._meta.get_fields(include_hidden=False))
    assert ProposalLink.objects.get().contribution == one


def test_grave_change_waits_for_another_person() -> None:
    holder, second = make_user("moderator"), make_user("moderator")
    one, proposal = proposed(holder, a_grave_change())
    assert (one.state, one.holder, one.lease_until, proposal.state) == (
        "awaiting_second",
        holder,
        None,
        "awaiting_second",
    )
    before = everything()
    with pytest.raises(NotAllowed):
        apply(one, proposal, holder)
    assert everything() == before
    revision = apply(one, proposal, second)
    one.refresh_from_db()
    assert (one.state, revision.approver_role, revision.second_role) == ("applied", "moderator", "moderator")
    assert verify() == []


def test_one_person_alone_may_do_both_halves(settings) -> None:
    settings.ATLAS_ONE_PERSON = True
    holder = make_user("moderator")
    one, proposal = proposed(holder, a_grave_change())
    apply(one, proposal, holder)
    one.refresh_from_db()
    assert one.state == "applied"


def test_refusal_gives_it_back_to_its_holder() -> None:
    holder, second = make_user("moderator"), make_user("moderator")
    one, proposal = proposed(holder, a_grave_change())
    one = review.refuse(shown=shown(one), by=second, at=LATER, reason="No letter says so.")
    proposal.refresh_from_db()
    assert (one.state, one.holder, one.lease_until) == ("in_review", holder, LATER + LEASE)
    assert (proposal.state, proposal.decision_note) == ("refused", "No letter says so.")


def test_proposer_recalls_and_writes_another() -> None:
    holder = make_user("moderator")
    one, first = proposed(holder, a_grave_change())
    one = review.recall(shown=shown(one), by=holder, at=LATER)
    one, second = review.propose(shown=shown(one), by=holder, at=LATER, draft=a_change())
    first.refresh_from_db()
    assert (first.state, one.state, review.open_proposal(one)) == ("recalled", "in_review", second)


def test_lead_takes_over_a_waiting_proposal() -> None:
    lead = make_user("lead")
    one, proposal = proposed(make_user("moderator"), a_grave_change())
    one = review.take_over(shown=shown(one), by=lead, at=LATER, reason="away")
    proposal.refresh_from_db()
    assert (one.state, one.holder, proposal.state) == ("in_review", lead, "recalled")


def test_next_holder_may_replace_the_proposal_of_the_last_one() -> None:
    first, second = make_user("moderator"), make_user("moderator")
    one, old = proposed(first)
    one = review.release(shown=shown(one), by=first, at=LATER)
    one = review.claim(shown=shown(one), by=second, at=LATER)
    one, new = review.propose(shown=shown(one), by=second, at=LATER, draft=a_change(volume="3"))
    old.refresh_from_db()
    assert (old.state, review.open_proposal(one)) == ("refused", new)


@pytest.mark.parametrize("other", [{"digest": "0" * 64}, {"edition": 2}])
def test_other_digest_or_edition_than_shown_is_refused(other) -> None:
    holder = make_user("moderator")
    one, proposal = proposed(holder)
    before = everything()
    with pytest.raises(proposals.Stale):
        apply(one, proposal, holder, **other)
    assert everything() == before


def test_expired_lease_and_old_version_apply_nothing() -> None:
    holder = make_user("moderator")
    one, proposal = proposed(holder)
    page = shown(one)
    before = everything()
    with pytest.raises(NotAllowed):
        apply(one, proposal, holder, at=LATER + LEASE)
    with pytest.raises(Decided):
        review.apply(
            shown=review.Shown(page.pk, page.version - 1), by=holder, at=LATER, digest=proposal.digest, edition=1
        )
    assert everything() == before


def test_proposal_needs_a_study() -> None:
    holder = make_user("moderator")
    one = claimed(holder)
    with pytest.raises(review.TextMissing):
        review.propose(shown=shown(one), by=holder, at=LATER, draft=a_change())
    one = review.choose_study(shown=shown(one), by=holder, at=LATER, study=a_study())
    assert review.propose(shown=shown(one), by=holder, at=LATER, draft=a_change())[1].study == one.study


# --- Somebody changed the study meanwhile ---------------------------------------------------------------------------------


def change_elsewhere(study: Study, **values: str) -> None:
    editor = make_user("editor")
    written = proposals.propose(study=study, values=values, reason="correction", note="From the source.", by=editor)
    proposals.apply(proposal=written, digest=written.digest, edition=1, by=editor)


def test_change_of_another_field_does_not_stand_in_the_way() -> None:
    holder = make_user("moderator")
    one, proposal = proposed(holder)
    change_elsewhere(one.study, volume="7")
    assert review.conflicts(proposal) == ()
    apply(one, proposal, holder)
    study = Study.objects.get()
    assert (study.journal, study.volume, study.version) == ("Another Journal", "7", 3)


@pytest.mark.parametrize("grave", [False, True])
def test_conflict_writes_nothing_marks_and_gives_it_back(grave: bool) -> None:
    holder, second = make_user("moderator"), make_user("moderator")
    draft = a_grave_change() if grave else a_change()
    draft = Draft(**{**vars(draft), "values": {**draft.values, "journal": "Another Journal"}})
    one, proposal = proposed(holder, draft)
    change_elsewhere(one.study, journal="A Third Journal")
    studies = list(Study.objects.values()), list(Revision.objects.values()), list(Proposal.objects.values())
    with pytest.raises(proposals.Conflict):
        apply(one, proposal, second if grave else holder)
    assert (list(Study.objects.values()), list(Revision.objects.values()), list(Proposal.objects.values())) == studies
    before, one = one, Contribution.objects.get()
    assert (one.state, one.conflict, one.holder, one.lease_until, one.version) == (
        "in_review", True, holder, LATER + LEASE, before.version + 1,
    )  # fmt: skip
    event = Event.objects.last()
    assert (event.action, event.actor_kind, event.actor, event.to_state) == ("conflict", "system", None, "in_review")
    (conflict,) = review.conflicts(proposal)
    assert (conflict.field, conflict.base, conflict.current, conflict.proposed) == (
        "journal", None, "A Third Journal", "Another Journal",
    )  # fmt: skip


def test_rebased_proposal_applies() -> None:
    holder = make_user("moderator")
    one, proposal = proposed(holder)
    change_elsewhere(one.study, journal="A Third Journal")
    with pytest.raises(proposals.Conflict):
        apply(one, proposal, holder)
    one, again = review.propose(shown=shown(one), by=holder, at=LATER, draft=a_change())
    assert one.conflict is False
    apply(one, again, holder)
    assert Study.objects.get().journal == "Another Journal"
    assert verify() == []


def test_revert_restores_the_old_values_with_two_people() -> None:
    holder, second = make_user("moderator"), make_user("moderator")
    one, proposal = proposed(holder)
    revision = apply(one, proposal, holder)
    undo = proposals.revert(revision=revision, by=holder, note="It was right before.")
    with pytest.raises(proposals.NotAllowed):
        proposals.apply(proposal=undo, digest=undo.digest, edition=1, by=holder)
    proposals.apply(proposal=undo, digest=undo.digest, edition=1, by=second)
    one.refresh_from_db()
    assert (Study.objects.get().journal, Revision.objects.count(), one.state) == ("", 3, "applied")
    assert verify() == []


def test_author_response_needs_a_second_person() -> None:
    holder, second = make_user("moderator"), make_user("moderator")
    responses = [{"text": "We thank the readers.", "verified": "yes"}]
    draft = Draft({"author_responses": responses}, "author_response", "The authors answer.", use=Use.QUOTED)
    one, proposal = proposed(holder, draft, may_quote=True, content={"text": "We thank the readers."})
    assert one.state == "awaiting_second"
    apply(one, proposal, second)
    assert [(row.text, row.verified_author) for row in Study.objects.get().author_responses.all()] == [
        ("We thank the readers.", True)
    ]


# --- Decided on the proposal's own page --------------------------------------------------------------------------------------


def test_contribution_follows_a_proposal_that_an_editor_applies() -> None:
    editor = make_user("editor")
    one, proposal = proposed(make_user("moderator"), a_grave_change())
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=editor)
    one.refresh_from_db()
    event = one.events.last()
    assert (one.state, one.outcome, event.action, event.actor) == ("applied", "applied", "follow_applied", editor)


def test_contribution_follows_a_proposal_that_an_editor_refuses() -> None:
    holder, editor = make_user("moderator"), make_user("editor")
    one, proposal = proposed(holder, a_grave_change())
    proposals.refuse(proposal=proposal, edition=1, by=editor, note="No.")
    one.refresh_from_db()
    assert (one.state, one.holder, one.events.last().action) == ("in_review", holder, "follow_closed")


def test_author_cannot_apply_it_on_the_proposals_page_either() -> None:
    author = make_user("editor")
    StaffSettings.objects.create(user=author, own_papers=["10.1000/own"])
    _, proposal = proposed(make_user("moderator"), a_grave_change(), study=a_study(doi="10.1000/own"))
    before = everything()
    with pytest.raises(proposals.NotAllowed):
        proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=author)
    assert everything() == before


def test_failed_decision_on_the_proposals_page_moves_nothing() -> None:
    editor = make_user("editor")
    _, proposal = proposed(make_user("moderator"), a_grave_change())
    before = everything()
    with pytest.raises(proposals.Stale):
        proposals.apply(proposal=proposal, digest="0" * 64, edition=1, by=editor)
    assert everything() == before


# --- Consent ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "consent", "possible"),
    [
        (Use.NONE, {}, True),
        (Use.SUMMARISED, {}, False),
        (Use.SUMMARISED, {"may_summarise": True}, True),
        (Use.SUMMARISED, {"may_quote": True}, True),
        (Use.QUOTED, {"may_summarise": True}, False),
        (Use.QUOTED, {"may_quote": True}, True),
    ],
)
def test_use_of_the_words_needs_its_consent(use: str, consent: dict[str, bool], possible: bool) -> None:
    holder = make_user("moderator")
    one = claimed(holder, study=a_study(), **consent)
    draft = Draft({"journal": "Another Journal"}, "correction", "The journal was wrong.", use=use)
    before = everything()
    if possible:
        assert review.propose(shown=shown(one), by=holder, at=LATER, draft=draft)[1].state == "open"
        return
    with pytest.raises(ConsentMissing):
        review.propose(shown=shown(one), by=holder, at=LATER, draft=draft)
    assert everything() == before


@pytest.mark.parametrize("place", ["note", "value"])
def test_copied_words_are_refused_wherever_they_stand(place: str) -> None:
    holder = make_user("moderator")
    one = claimed(holder, study=a_study(), content={"text": WORDS})
    note, value = (WORDS.upper(), "Clear.") if place == "note" else ("Clearer.", f"They say: “{WORDS}”.")
    draft = {"values": {"summary": value}, "reason": "wording", "note": note}
    before = everything()
    with pytest.raises(ConsentMissing) as caught:
        review.propose(shown=shown(one), by=holder, at=LATER, draft=Draft(**draft))
    assert caught.value.run == WORDS.casefold()
    assert WORDS.split()[3] not in str(caught.value).split()
    assert everything() == before
    review.propose(shown=shown(one), by=holder, at=LATER, draft=Draft(**draft, words_stand_in_paper=True))


def test_text_that_was_public_before_may_stay() -> None:
    holder, summary = make_user("moderator"), "The team looked at blood from people with ME/CFS and at nothing else."
    one = claimed(holder, study=a_study(summary=summary), content={"text": f"You write: {summary} That is wrong."})
    draft = Draft({"summary": f"{summary} They also measured sleep."}, "correction", "Sleep was measured too.")
    assert review.propose(shown=shown(one), by=holder, at=LATER, draft=draft)[1].state == "open"


def test_consent_is_asked_again_when_it_is_applied() -> None:
    holder = make_user("moderator")
    draft = Draft({"summary": "Clear."}, "wording", WORDS)
    one, proposal = proposed(holder, draft)
    thread.add(contribution=one, text=f"I also want to say: {WORDS}", at=LATER)
    before = everything()
    with pytest.raises(ConsentMissing):
        apply(one, proposal, holder)
    assert everything() == before


def test_consent_is_asked_again_on_the_proposals_page() -> None:
    draft = Draft(a_grave_change().values, "correction", WORDS)
    one, proposal = proposed(make_user("moderator"), draft)
    thread.add(contribution=one, text=WORDS, at=LATER)
    with pytest.raises(proposals.Problems, match="repeats the contributor's words"):
        proposals.apply(proposal=proposal, digest=proposal.digest, edition=1, by=make_user("editor"))


# --- Taking back what led to a proposal -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("use", "state"), [(Use.NONE, "open"), (Use.QUOTED, "recalled")])
def test_taking_back_takes_quoted_words_back_too(use: str, state: str) -> None:
    draft = Draft({"journal": "Another Journal"}, "correction", "The journal was wrong.", use=use)
    one, proposal = proposed(make_user("moderator"), draft, may_quote=True)
    thread.take_back(contribution=one, at=LATER)
    one.refresh_from_db()
    proposal.refresh_from_db()
    assert (one.state, proposal.state, ProposalLink.objects.count()) == ("taken_back", state, 0)


def test_applied_change_stays_when_the_contribution_is_erased() -> None:
    one = in_state("applied", make_user("moderator"))
    thread.delete_now(contribution=one, at=NOW)
    assert (Study.objects.get().journal, Revision.objects.count(), ProposalLink.objects.count()) == (
        "Another Journal",
        2,
        0,
    )
    assert verify() == []


def test_refused_acts_of_people_without_the_role_write_nothing() -> None:
    one = received(study=a_study())
    nobody = make_user()
    before = everything()
    for verb, more in ((review.claim, {}), (review.mark_spam, {}), (review.take_over, {"reason": "away"})):
        with pytest.raises(NotAllowed):
            verb(shown=shown(one), by=nobody, at=LATER, **more)
    assert everything() == before
