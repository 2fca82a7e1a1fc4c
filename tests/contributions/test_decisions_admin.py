"""Deciding in the admin: every act from its button, who may, who was faster, what was shown, and no word lost."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from contributions import answers, interest, messages, review, thread
from contributions.admin.acts import ACTS
from contributions.answers import DECLINE
from contributions.models import Contribution, Event, ProposalLink, StaffSettings
from contributions.moves import LEASE
from contributions.vocabulary import DeclineReason, Kind, State
from studies import proposals
from studies.models import Proposal, Revision, Study
from studies.verification import verify
from tests.contributions.desk import at, forms_on, offered, press
from tests.contributions.factories import (
    a_change,
    a_grave_change,
    a_study,
    everything,
    in_state,
    make_user,
    received,
    shown,
)
from tests.readability import longest_sentence, smog
from tests.signing_in import sign_in
from tests.studies.filling import form_of
from tests.studies.pages import change, text_of

pytestmark = pytest.mark.django_db
WORDS = "I was one of the patients and the walking test was stopped after four minutes"


def now():
    return timezone.now()


def mine(by, **fields):
    """In review, held by this person since a moment ago."""
    one = received(at=now() - timedelta(days=1), **fields)
    return review.claim(shown=shown(one), by=by, at=now())


def proposed(by, draft=None, **fields):
    fields = fields if "study" in fields else fields | {"study": a_study()}
    return review.propose(shown=shown(mine(by, **fields)), by=by, at=now(), draft=draft or a_change())


def state_of(one):
    one.refresh_from_db()
    return one.state


def last(one):
    return messages.read(one)[-1].content["text"]


def errors(page):
    return [error for found in page.context["form"].errors.values() for error in found]


# --- Buttons follow the table -----------------------------------------------------------------------------------------

HOLDER = {"renew", "release", "ask", "decline", "note", "duplicate", "choose-study", "spam"}
BUTTONS = {
    State.QUARANTINED: {"release-quarantine", "look", "spam"},
    State.RECEIVED: {"claim", "spam"},
    State.IN_REVIEW: HOLDER | {"propose", "apply"},
    State.ASKED: set(),
    State.AWAITING_SECOND: {"recall"},
    State.APPLIED: set(),
    State.NOTED: set(),
    State.DECLINED: set(),
    State.DUPLICATE: set(),
    State.SPAM: {"undo-spam"},
    State.CLOSED: set(),
    State.TAKEN_BACK: set(),
    State.ERASED: set(),
}


@pytest.mark.parametrize("state", State)
def test_holder_sees_a_button_for_each_act_of_the_table_and_no_other(desk, moderator, state):
    one = in_state(state, moderator, at=now())
    assert offered(desk.get(at(one))) == BUTTONS[state]


LEAD_SEES = {
    State.RECEIVED: {"claim", "spam"},
    State.IN_REVIEW: {"release", "take-over"},
    State.AWAITING_SECOND: {"apply", "refuse", "take-over"},
    State.ASKED: set(),
    State.DECLINED: {"erase"},
    State.SPAM: {"undo-spam", "erase"},
}


@pytest.mark.parametrize("state", LEAD_SEES)
def test_lead_sees_what_leads_may(client, moderator, state):
    one = in_state(state, moderator, at=now())
    sign_in(client, make_user("lead"))
    assert offered(client.get(at(one))) == LEAD_SEES[state]


def test_triage_sees_spam_and_quarantine_only(client, moderator):
    sign_in(client, make_user("triage"))
    found = {state: offered(client.get(at(in_state(state, moderator, at=now())))) for state in State}
    assert {state: acts for state, acts in found.items() if acts} == {
        State.QUARANTINED: {"release-quarantine", "look", "spam"},
        State.RECEIVED: {"spam"},
        State.SPAM: {"undo-spam"},
    }


def test_missing_paper_offers_a_draft_and_nothing_about_a_study(desk, moderator):
    assert offered(desk.get(at(mine(moderator, kind=Kind.MISSING_PAPER)))) == HOLDER | {"draft-study"}


# --- Each act from its button -----------------------------------------------------------------------------------------


def test_take_it_work_on_it_and_put_it_back(desk, moderator):
    one = received(study=a_study())
    assert press(desk, one, "claim").status_code == 302
    one.refresh_from_db()
    assert (one.state, one.holder, one.first_read_at is not None) == ("in_review", moderator, True)
    Contribution.objects.filter(pk=one.pk).update(lease_until=now() + timedelta(minutes=2))
    press(desk, one, "renew")
    one.refresh_from_db()
    assert one.lease_until > now() + LEASE - timedelta(minutes=1)
    press(desk, one, "release")
    one.refresh_from_db()
    assert (one.state, one.holder) == ("received", None)


def test_lease_that_ran_out_opens_it_to_others(client, moderator):
    one = mine(moderator)
    Contribution.objects.filter(pk=one.pk).update(lease_until=now() - timedelta(minutes=1))
    other = make_user("moderator")
    sign_in(client, other)
    page = client.get(at(one))
    assert (offered(page), "the time ran out" in page.content.decode()) == ({"claim", "release"}, True)
    press(client, one, "claim")
    one.refresh_from_db()
    assert one.holder == other


def test_lead_takes_over_with_a_reason(client, moderator):
    one, lead = mine(moderator), make_user("lead", username="lea")
    sign_in(client, lead)
    page = press(client, one, "take-over")
    assert (errors(page), state_of(one), one.holder) == (["This field is required."], "in_review", moderator)
    press(client, one, "take-over", reason="away")
    one.refresh_from_db()
    assert one.holder == lead
    assert client.get(at(one)).context["events"][0]["said"] == "lea took it over (The person is away)."


def test_lead_gives_a_reason_for_putting_back_what_another_holds(client, moderator):
    one = mine(moderator)
    sign_in(client, make_user("lead"))
    assert errors(press(client, one, "release")) == ["Say why you take it from the person who holds it."]
    assert state_of(one) == "in_review"
    press(client, one, "release", reason="too_long")
    assert state_of(one) == "received"


def test_question_goes_to_the_contributor(desk, moderator):
    one = mine(moderator)
    press(desk, one, "ask", text="Which table do you mean?")
    assert (state_of(one), last(one)) == ("asked", "Which table do you mean?")


def test_declining_needs_reason_and_sentence_and_keeps_what_was_typed(desk, moderator):
    one = mine(moderator)
    page = press(desk, one, "decline", text="We looked.")
    assert errors(page) == ["This field is required."]
    assert forms_on(page)["decline"]["text"] == ["We looked."]
    assert '<details class="act" id="decline" open>' in page.content.decode()
    press(desk, one, "decline", page=page, reason="no_source")
    assert (state_of(one), one.decline_reason, last(one)) == ("declined", "no_source", "We looked.")


@pytest.mark.parametrize("reason", DeclineReason)
def test_each_reason_has_a_sentence_to_start_from(desk, moderator, reason):
    one = mine(moderator)
    page = press(desk, one, "decline", reason=reason.value, text="Hello.", insert="1")
    assert forms_on(page)["decline"]["text"] == [f"Hello.\n\n{DECLINE[reason].text}"]
    assert forms_on(page)["decline"]["reason"] == [reason.value]
    assert (state_of(one), Event.objects.filter(contribution=one).count()) == ("in_review", 2)


def test_sentence_to_start_from_sends_nothing(desk, moderator):
    one = mine(moderator)
    page = press(desk, one, "ask", start="source", insert="1")
    assert forms_on(page)["ask"]["text"][0].startswith("Thank you for writing. Do you know a source")
    assert state_of(one) == "in_review"
    press(desk, one, "ask", page=page)
    assert (state_of(one), last(one)) == ("asked", forms_on(page)["ask"]["text"][0])


def test_noted_and_known_already(desk, moderator):
    one, other, first = mine(moderator), mine(moderator), received()
    press(desk, one, "note", text="Thank you.")
    press(desk, other, "duplicate", text="We knew.", other=f"  {first.alias.lower()} ")
    other.refresh_from_db()
    assert (state_of(one), other.state, other.duplicate_of) == ("noted", "duplicate", first)


@pytest.mark.parametrize("name", ["Nobody Here 1", "{own}"])
def test_known_already_of_what_is_not_there_keeps_the_text(desk, moderator, name):
    one = mine(moderator)
    page = press(desk, one, "duplicate", text="We knew.", other=name.format(own=one.alias))
    assert (state_of(one), len(errors(page)), forms_on(page)["duplicate"]["text"]) == ("in_review", 1, ["We knew."])


def test_study_is_chosen_by_any_number(desk, moderator):
    study, one = a_study(doi="10.1000/xyz"), mine(moderator)
    press(desk, one, "choose-study", study="https://doi.org/10.1000/XYZ")
    one.refresh_from_db()
    assert one.study == study
    assert errors(press(desk, one, "choose-study", study="nothing")) == ["There is no such study in the atlas."]
    press(desk, one, "choose-study", study="")
    one.refresh_from_db()
    assert one.study is None


def test_spam_and_back(client):
    one = received()
    sign_in(client, make_user("triage"))
    press(client, one, "spam")
    assert state_of(one) == "spam"
    press(client, one, "undo-spam")
    assert state_of(one) == "received"
    press(client, one, "spam")
    Contribution.objects.update(ended_at=now() - timedelta(days=15))
    assert offered(client.get(at(one))) == set()


def test_quarantine_is_looked_at_and_let_out(client):
    one = received(spam_score=9)
    sign_in(client, make_user("triage"))
    press(client, one, "look")
    one.refresh_from_db()
    assert (one.state, one.looked_at is not None) == ("quarantined", True)
    press(client, one, "release-quarantine")
    assert state_of(one) == "received"


def test_lead_erases_what_ended(client, moderator):
    one = in_state(State.DECLINED, moderator, at=now())
    sign_in(client, make_user("lead"))
    assert errors(press(client, one, "erase")) == ["Tick this box if you are sure. Nothing brings it back."]
    press(client, one, "erase", sure="on")
    page = client.get(at(one))
    assert (state_of(one), "The text is deleted." in page.content.decode()) == ("erased", True)


def test_sentences_to_start_from_are_easy_to_read():
    groups = (answers.ASK, answers.NOTE, answers.DUPLICATE, answers.APPLY, answers.DRAFT, answers.DECLINE)
    texts = [start.text for group in groups for start in group.values()]
    assert smog("\n\n".join(texts)) <= 9
    assert max(map(longest_sentence, texts)) <= 25


# --- Proposing and applying -------------------------------------------------------------------------------------------


def propose(desk, one, press_name="save", **typed):
    """Fill in the form of a proposal as the page shows it."""
    values = form_of(desk.get(at(one, "propose")), holding="note")
    typed = {"reason": "correction", "note": "The paper gives another number.", **typed}
    given = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    return desk.post(at(one, "propose"), values | given | {press_name: ["1"]})


def test_change_is_proposed_compared_and_applied_exactly_as_shown(desk, moderator):
    study = a_study(patients=50)
    one = mine(moderator, study=study)
    page = propose(desk, one, "show", patients="48")
    assert [each.label for each in page.context["differences"]] == ["Number of patients"]
    assert (Proposal.objects.count(), state_of(one)) == (0, "in_review")
    assert propose(desk, one, patients="48").status_code == 302
    page = desk.get(at(one))
    (difference,) = page.context["shown"]["differences"]
    assert [piece.text for piece in difference.pieces if piece.kind == "added"] == ["48"]
    answer = press(desk, one, "apply", page=page, text="You were right.")
    study.refresh_from_db()
    assert (answer.status_code, state_of(one), study.patients, last(one)) == (302, "applied", 48, "You were right.")
    public = [f"{study.get_absolute_url()}history/", "/changes/"]
    assert [path for path in public if "The paper gives another number." not in desk.get(path).content.decode()] == []
    assert "version 2" in desk.get(at(one)).content.decode()
    assert "48" in text_of(desk.get(study.get_absolute_url())).split()
    assert verify() == []


def test_grave_change_is_applied_or_refused_by_another_person(desk, client, moderator):
    study = a_study()
    one = mine(moderator, study=study)
    propose(desk, one, retraction_status="retracted")
    page = desk.get(at(one))
    assert (state_of(one), offered(page)) == ("awaiting_second", {"recall"})
    other = make_user("moderator")
    sign_in(client, other)
    page = press(client, one, "refuse", reason="")
    assert (page.status_code, state_of(one)) == (200, "awaiting_second")
    press(client, one, "refuse", reason="No letter says so.")
    assert (state_of(one), one.holder, Proposal.objects.get().decision_note) == (
        "in_review",
        moderator,
        "No letter says so.",
    )
    sign_in(client, moderator)
    propose(client, one, retraction_status="retracted")
    sign_in(client, other)
    press(client, one, "apply")
    study.refresh_from_db()
    assert (state_of(one), study.retraction_status) == ("applied", "retracted")
    assert Revision.objects.get(number=2).second_role == "moderator"


def test_proposer_takes_it_back_and_writes_another(desk, moderator):
    one, _ = proposed(moderator, a_grave_change())
    press(desk, one, "recall")
    assert (state_of(one), review.open_proposal(one)) == ("in_review", None)


def test_second_proposal_starts_from_the_first_and_takes_its_place(desk, moderator):
    one, first = proposed(moderator, a_change(journal="Journal of Pacing"))
    page = desk.get(at(one, "propose"))
    assert form_of(page, holding="note")["journal"] == ["Journal of Pacing"]
    propose(desk, one, volume="3")
    first.refresh_from_db()
    second = review.open_proposal(one)
    assert (first.state, second.changes) == (
        "recalled",
        {"journal": [None, "Journal of Pacing"], "volume": [None, "3"]},
    )


def test_checks_name_badge_weight_and_rules(desk, moderator):
    one, _ = proposed(moderator)
    page = desk.get(at(one))
    said = {check.name: check.said for check in page.context["checks"]}
    assert said["Weight"] == "One person may apply it."
    assert said["Rules"] == "Numbers, texts and coding break no rule."
    assert said["PEM badge"].startswith("It stays “PEM not required”.")
    assert said["The contributor's words"] == "Not at all: a fact checked in the paper."


def test_broken_rule_is_said_in_the_form_and_keeps_it(desk, moderator):
    one = mine(moderator, study=a_study(patients=50))
    page = propose(desk, one, patients="40", doi="nonsense")
    assert (page.status_code, Proposal.objects.count()) == (200, 0)
    assert form_of(page, holding="note")["doi"] == ["nonsense"]
    assert page.context["problems"] != []


def test_proposal_needs_a_study_and_the_message_in_hand(desk, moderator):
    without, unheld = mine(moderator), received(study=a_study())
    for one, said in [
        (without, "Choose a published study first. Only a published study is changed by a proposal."),
        (unheld, "Take the message first. Only the person who holds it writes a proposal."),
    ]:
        page = desk.get(at(one, "propose"))
        assert (page.status_code, page.context["refusal"]) == (403, said)


# --- Consent ----------------------------------------------------------------------------------------------------------


def test_copied_words_are_shown_and_need_the_paper(desk, moderator):
    one = mine(moderator, study=a_study(), content={"text": f"Please note: {WORDS}."})
    page = propose(desk, one, journal="Another", note=f"In short, {WORDS}.")
    assert page.context["run"] == WORDS.casefold()
    assert (Proposal.objects.count(), form_of(page, holding="note")["note"]) == (0, [f"In short, {WORDS}."])
    values = form_of(page, holding="note")
    again = desk.post(at(one, "propose"), values | {"save": ["1"]})
    assert (again.status_code, Proposal.objects.count()) == (200, 0)
    done = desk.post(at(one, "propose"), values | {"save": ["1"], "words_stand_in_paper": ["on"]})
    assert (done.status_code, ProposalLink.objects.get().words_stand_in_paper) == (302, True)
    assert "Shared words" in {check.name for check in desk.get(at(one)).context["checks"]}


@pytest.mark.parametrize(("use", "may"), [("summarised", {}), ("quoted", {"may_summarise": True})])
def test_use_without_consent_is_refused(desk, moderator, use, may):
    one = mine(moderator, study=a_study(), **may)
    page = propose(desk, one, journal="Another", use=use)
    assert (page.status_code, Proposal.objects.count()) == (200, 0)
    assert [message[:27] for message in page.context["typing"].why.errors["use"]] == ["The contributor did not agr"]


def test_use_with_consent_is_kept_beside_the_proposal(desk, moderator):
    one = mine(moderator, study=a_study(), may_quote=True)
    propose(desk, one, journal="Another", use="quoted")
    assert ProposalLink.objects.get().use == "quoted"


def test_contact_is_for_leads_only(client, moderator):
    one = received(may_contact=True, contact="reader@example.org")
    found = {}
    for role in ("triage", "moderator", "lead"):
        sign_in(client, make_user(role))
        found[role] = "reader@example.org" in client.get(at(one)).content.decode()
    assert found == {"triage": False, "moderator": False, "lead": True}


# --- Somebody was faster ----------------------------------------------------------------------------------------------


def test_second_to_decide_is_told_who_did_what_and_keeps_the_text(desk, client, moderator):
    one = mine(moderator)
    page = desk.get(at(one))
    review.release(shown=shown(one), by=moderator, at=now())
    other = make_user("moderator", username="bea")
    review.claim(shown=shown(one), by=other, at=now())
    before = everything()
    answer = press(desk, one, "decline", page=page, reason="no_source", text="We looked for long.")
    assert (answer.status_code, answer.context["last"]["said"]) == (409, "bea took it.")
    assert "We looked for long." in answer.content.decode()
    assert everything() == before


@pytest.mark.parametrize(
    ("act", "typed"), [("release", {}), ("decline", {"reason": "no_source", "text": "We looked."})]
)
def test_whoever_presses_twice_reads_that_it_was_done_the_first_time(desk, moderator, act, typed):
    one = mine(moderator)
    page = desk.get(at(one))
    assert press(desk, one, act, page=page, **typed).status_code == 302
    before = everything()
    again = press(desk, one, act, page=page, **typed)
    assert (again.status_code, again.context["title"], everything()) == (409, "This is done already", before)
    assert "You did this already, and it counted." in again.content.decode()
    other = press(desk, one, "note", page=page, text="Thanks.")
    assert (other.status_code, other.context["title"]) == (409, "This has changed meanwhile")


def test_second_tab_with_something_else_is_told_that_the_first_counts(desk, client, moderator):
    one = mine(moderator)
    page = desk.get(at(one))
    first = {"reason": "no_source", "text": "We looked for long."}
    press(desk, one, "decline", page=page, **first)
    before = everything()
    typed = [first, first | {"text": "We found no such table."}, first | {"reason": "out_of_scope"}]
    answers = [press(desk, one, "decline", page=page, **each) for each in typed]
    titles = ["This is done already", *["You sent something else before"] * 2]
    assert [(each.status_code, each.context["title"]) for each in answers] == [(409, title) for title in titles]
    same, other, _ = (" ".join(each.content.decode().split()) for each in answers)
    assert [
        ("What you sent now is the same" in html, "what you sent first counts" in html) for html in (same, other)
    ] == [
        (True, False),
        (False, True),
    ]
    assert ">We found no such table.</textarea>" in other
    assert everything() == before
    assert "looked" not in str(dict(desk.session))


def test_second_press_of_another_session_claims_nothing_about_the_words(desk, client, moderator):
    one = mine(moderator)
    page = desk.get(at(one))
    press(desk, one, "note", page=page, text="Thanks.")
    elsewhere = sign_in(Client(), moderator)
    answer = press(elsewhere, one, "note", page=page, text="Many thanks.")
    assert (answer.context["title"], answer.context["again"]) == ("This is done already", "")
    assert "You did this already, and it counted. It was not done a second time." in answer.content.decode()


def test_new_words_of_the_contributor_are_read_before_a_decision(desk, moderator):
    one = mine(moderator)
    page = desk.get(at(one))
    thread.add(contribution=one, text="One thing more.", at=now())
    answer = press(desk, one, "note", page=page, text="Thanks.")
    assert (answer.status_code, answer.context["last"]["said"], state_of(one)) == (
        409,
        "The contributor added something.",
        "in_review",
    )


@pytest.mark.parametrize("other", [{"digest": "0" * 64}, {"edition": "9"}])
def test_other_proposal_than_shown_is_not_applied(desk, moderator, other):
    one, _ = proposed(moderator)
    before = everything()
    answer = press(desk, one, "apply", **other, text="Done.")
    assert (answer.status_code, everything()) == (409, before)
    assert "Done." in answer.content.decode()


def test_old_page_of_a_proposal_is_told_and_keeps_the_text(desk, moderator):
    one = mine(moderator, study=a_study())
    values = form_of(desk.get(at(one, "propose")), holding="note")
    thread.add(contribution=one, text="One thing more.", at=now())
    note = "The paper gives another name."
    answer = desk.post(at(one, "propose"), values | {"note": [note], "save": ["1"], "reason": ["correction"]})
    assert (answer.status_code, note in answer.content.decode(), Proposal.objects.count()) == (409, True, 0)


@pytest.mark.parametrize("version", ["", "x", "0", "99"])
def test_version_that_was_never_shown_decides_nothing(desk, moderator, version):
    one = mine(moderator, study=a_study())
    before = everything()
    for act in ACTS:
        answer = desk.post(at(one, act.slug), {"version": version, "text": "x", "reason": "other", "sure": "on"})
        assert answer.status_code in {200, 403, 409}, act.slug
    assert desk.post(at(one, "propose"), {"version": version}).status_code == 409
    assert everything() == before


def test_study_that_moved_on_brings_the_form_onto_the_newest_version(desk, moderator):
    study = a_study(journal="Old")
    one = mine(moderator, study=study)
    values = form_of(desk.get(at(one, "propose")), holding="note")
    change(study, journal="Meanwhile")
    typed = {"journal": ["Mine"], "note": ["It is another."], "reason": ["correction"], "save": ["1"]}
    answer = desk.post(at(one, "propose"), values | typed)
    assert (answer.status_code, Proposal.objects.count()) == (409, 0)
    assert [(side.base, side.current, side.proposed) for side in answer.context["conflicts"]] == [
        (["Old"], ["Meanwhile"], ["Mine"])
    ]
    again = desk.post(at(one, "propose"), form_of(answer, holding="note") | {"save": ["1"]})
    assert (again.status_code, Proposal.objects.get().changes) == (302, {"journal": ["Meanwhile", "Mine"]})


# --- Guided rebase ----------------------------------------------------------------------------------------------------


@pytest.fixture
def conflict(desk, moderator):
    """A proposal for journal, volume and key point, of which journal and key point changed meanwhile."""
    study = a_study(journal="Old", volume="1")
    point = "In this study it did, and others found the same."
    one, _ = proposed(moderator, a_change(journal="Mine", volume="2", key_point=point), study=study)
    one.page = desk.get(at(one))
    change(study, journal="Meanwhile", key_point="In this small study it did. Others have not tried.")
    return one


def test_conflict_is_marked_and_writes_nothing(desk, moderator, conflict):
    revisions = Revision.objects.count()
    page = press(desk, conflict, "apply", page=conflict.page, text="Thanks.")
    assert (page.status_code, len(page.context["conflicts"]), "Thanks." in page.content.decode()) == (409, 2, True)
    conflict.refresh_from_db()
    assert (conflict.conflict, conflict.state, Revision.objects.count()) == (True, "in_review", revisions)
    assert offered(desk.get(at(conflict))) == HOLDER | {"rebase", "propose"}


def rebase(desk, one, press_name="save", **typed):
    values = form_of(desk.get(at(one, "rebase")), holding="note")
    given = {name: value if isinstance(value, list) else [value] for name, value in typed.items()}
    return desk.post(at(one, "rebase"), values | given | {press_name: ["1"]})


def test_rebase_keeps_takes_or_writes_anew_field_by_field(desk, moderator, conflict):
    press(desk, conflict, "apply", page=conflict.page)
    page = desk.get(at(conflict, "rebase"))
    assert sorted(part["side"].label for part in page.context["parts"]) == ["Journal", "Key point"]
    typed = {"choice_journal": "take", "choice_key_point": "write", "own_key_point": "In one small study it did."}
    shown_only = rebase(desk, conflict, "show", **typed)
    assert len(shown_only.context["written"]["differences"]) >= 3
    assert rebase(desk, conflict, **typed).status_code == 302
    proposal = review.open_proposal(conflict)
    conflict.refresh_from_db()
    texts = {name: proposal.changes[name] for name in ("journal", "volume", "key_point")}
    assert texts == {
        "journal": ["Meanwhile", "Mine"],
        "volume": ["1", "2"],
        "key_point": ["In this small study it did. Others have not tried.", "In one small study it did."],
    }
    assert conflict.conflict is False
    assert press(desk, conflict, "apply").status_code == 302
    assert (Study.objects.get().journal, verify()) == ("Mine", [])


def test_rebase_asks_for_each_field_and_keeps_what_was_typed(desk, moderator, conflict):
    press(desk, conflict, "apply", page=conflict.page)
    page = rebase(desk, conflict, choice_journal="keep", own_journal="Typed", note="Another note.")
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["choice_key_point"])
    values = form_of(page, holding="note")
    assert (values["own_journal"], values["note"]) == (["Typed"], ["Another note."])


def test_rebase_that_keeps_all_takes_the_rest(desk, moderator, conflict):
    press(desk, conflict, "apply", page=conflict.page)
    rebase(desk, conflict, choice_journal="keep", choice_key_point="keep")
    assert review.open_proposal(conflict).changes == {"volume": ["1", "2"]}


def test_study_that_changed_once_more_is_looked_at_again(desk, moderator, conflict):
    press(desk, conflict, "apply", page=conflict.page)
    values = form_of(desk.get(at(conflict, "rebase")), holding="note")
    change(Study.objects.get(), journal="Once more")
    typed = {"choice_journal": ["keep"], "choice_key_point": ["keep"], "save": ["1"]}
    page = desk.post(at(conflict, "rebase"), values | typed)
    assert (page.status_code, errors(page)) == (409, ["The study changed once more. Look at the values again."])
    assert ["Once more"] in [part["side"].current for part in page.context["parts"]]


def test_page_that_is_loaded_late_offers_the_rebase_at_once(desk, moderator, conflict):
    page = desk.get(at(conflict))
    assert (offered(page), len(page.context["conflicts"])) == (HOLDER | {"rebase", "propose"}, 2)


def test_conflict_that_a_second_person_finds_goes_back_to_its_proposer(client, desk, moderator):
    study = a_study()
    one, _ = proposed(moderator, a_grave_change(), study=study)
    flags = [{"kind": "contested", "reason": "Other letters."}]
    other = review.Draft(values={"flags": flags}, reason="correction", note="Letters.")
    meanwhile = proposals.propose(
        study=study, by=make_user("lead"), **{n: getattr(other, n) for n in ("values", "reason", "note")}
    )
    proposals.apply(proposal=meanwhile, digest=meanwhile.digest, edition=1, by=make_user("lead"))
    sign_in(client, make_user("moderator"))
    assert offered(client.get(at(one))) == {"apply", "refuse"}
    assert press(client, one, "apply").status_code == 409
    one.refresh_from_db()
    assert (one.state, one.holder, one.conflict) == ("in_review", moderator, True)


def test_nothing_to_rebase_says_so(desk, moderator):
    one, _ = proposed(moderator)
    assert desk.get(at(one, "rebase")).status_code == 403


# --- Missing paper ----------------------------------------------------------------------------------------------------


def draft(desk, one, **typed):
    values = form_of(desk.get(at(one, "draft-study")), holding="title")
    return desk.post(at(one, "draft-study"), values | {name: [value] for name, value in typed.items()})


@pytest.fixture
def paper(moderator):
    content = {"text": "A trial of pacing", "identifier": "https://doi.org/10.1000/ABC"}
    return mine(moderator, kind=Kind.MISSING_PAPER, content=content)


def test_missing_paper_becomes_a_draft_with_its_number_filled_in(desk, moderator, paper):
    values = form_of(desk.get(at(paper, "draft-study")), holding="title")
    assert (values["numbers"], values["title"]) == (["https://doi.org/10.1000/ABC"], [""])
    answer = draft(desk, paper, title="Pacing in ME/CFS", authors="Adams, Barbara\nNovak, Peter", year="2023")
    study = Study.objects.get()
    assert (answer.url, study.state, study.doi, study.drafted_by) == (
        f"/admin/studies/study/{study.pk}/change/",
        "draft",
        "10.1000/abc",
        moderator,
    )
    assert [author.family for author in study.authors.all()] == ["Adams", "Novak"]
    assert (state_of(paper), last(paper).startswith("Thank you for telling us about this paper.")) == ("applied", True)
    assert desk.get(answer.url).status_code == 200


def test_paper_that_is_there_is_said_and_keeps_what_was_typed(desk, moderator, paper):
    known = a_study(doi="10.1000/abc", title="The very paper")
    assert "The very paper" in desk.get(at(paper, "draft-study")).content.decode()
    page = draft(desk, paper, title="Typed title")
    assert (page.status_code, errors(page), state_of(paper)) == (
        200,
        ["The atlas has this paper already."],
        "in_review",
    )
    assert form_of(page, holding="title")["title"] == ["Typed title"]
    assert Study.objects.get() == known


def test_draft_is_for_missing_papers_in_ones_hands(desk, moderator):
    other, unheld = mine(moderator), received(kind=Kind.MISSING_PAPER)
    assert [desk.get(at(one, "draft-study")).status_code for one in (other, unheld)] == [403, 403]
    assert draft_post(desk, other) == 403


def draft_post(desk, one):
    version = Contribution.objects.get(pk=one.pk).version
    values = {"version": version, "title": "A title", "text": "Thank you."}
    return desk.post(at(one, "draft-study"), values).status_code


# --- Conflict of interest ---------------------------------------------------------------------------------------------


def test_author_of_the_paper_is_told_and_can_only_look(desk, moderator):
    study = a_study(doi="10.1000/own")
    StaffSettings.objects.create(user=moderator, own_papers=["10.1000/own"])
    one = received(study=study)
    page = desk.get(at(one))
    assert (offered(page), "You listed this paper as your own." in page.content.decode()) == (set(), True)
    before = everything()
    for act in ("claim", "spam"):
        answer = desk.post(at(one, act), {"version": one.version})
        assert (answer.status_code, answer.context["refusal"]) == (
            403,
            "You listed this paper as your own, so somebody else has to decide here.",
        )
    assert everything() == before


def test_second_look_is_offered_to_another_moderator_alone(client, desk, moderator):
    one = in_state("declined", moderator)
    thread.reopen(contribution=one, text="Look again.", at=one.ended_at)
    told = "You decided about this before, and the contributor asked for a second look."
    # While nobody else is there, the same person may.
    assert ("claim" in offered(desk.get(at(one))), text_of(desk.get(at(one))).count(told)) == (True, 0)
    other = make_user("moderator")
    assert ("claim" in offered(desk.get(at(one))), text_of(desk.get(at(one))).count(told)) == (False, 1)
    page = sign_in(client, other).get(at(one))
    assert ("claim" in offered(page), text_of(page).count(told)) == (True, 0)


def test_author_who_lists_a_paper_late_can_still_give_it_back(desk, moderator):
    one, _ = proposed(moderator, study=a_study(doi="10.1000/own"))
    StaffSettings.objects.create(user=moderator, own_papers=["10.1000/own"])
    assert offered(desk.get(at(one))) == {"renew", "release"}
    assert desk.get(at(one, "propose")).status_code == 403
    assert press(desk, one, "release").status_code == 302


def test_settings_are_ones_own(desk, client, moderator):
    study = a_study(pmid="34567890")
    page = form_of(desk.get("/admin/my-settings/"), holding="own_papers")
    typed = {
        "own_papers": ["PMID 34567890\nhttps://doi.org/10.1000/X"],
        "email": ["ada@example.org"],
        "wants_mail": ["on"],
    }
    desk.post("/admin/my-settings/", page | typed)
    held = StaffSettings.objects.get()
    moderator.refresh_from_db()
    assert (held.user, held.own_papers, held.wants_mail, moderator.email) == (
        moderator,
        ["PMID 34567890", "10.1000/x"],
        True,
        "ada@example.org",
    )
    assert interest.wrote(moderator, study)
    sign_in(client, make_user("triage"))
    assert client.get("/admin/my-settings/").context["form"]["own_papers"].value() == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"own_papers": "my thesis"}, "This is no DOI, PMID or PMCID: my thesis."),
        ({"wants_mail": "on"}, "Write the address to which the reminders should go."),
        ({"email": "nowhere"}, "Enter a valid email address."),
    ],
)
def test_settings_that_cannot_be_say_why(desk, typed, said):
    page = desk.post("/admin/my-settings/", typed)
    assert (errors(page), StaffSettings.objects.count()) == ([said], 0)


# --- Every address, every role, every method --------------------------------------------------------------------------


def test_who_has_no_right_to_an_act_gets_403_and_writes_nothing(client, moderator):
    """Each act is posted complete and right in everything but the person."""
    study = a_study()
    states = {state: in_state(state, moderator, study=study, at=now()) for state in State if state != State.CLOSED}
    allowed = {"triage": {"release-quarantine", "look", "spam", "undo-spam"}, "editor": set(), "nobody": set()}
    for role, may in allowed.items():
        sign_in(client, make_user(role))
        before = everything()
        for one in states.values():
            waiting = review.open_proposal(one)
            seen = {"digest": waiting.digest, "edition": waiting.edition} if waiting else {}
            right = {"version": one.version, "text": "x", "reason": "no_source", "sure": "on", "study": "", **seen}
            for act in (act for act in ACTS if act.slug not in may):
                assert client.post(at(one, act.slug), right).status_code == 403, (role, act.slug, one.state)
            for page in ("propose", "rebase", "draft-study"):
                assert client.get(at(one, page)).status_code == 403, (role, page)
                assert client.post(at(one, page), right | {"save": "1"}).status_code == 403, (role, page)
        assert everything() == before


def test_moderator_who_does_not_hold_it_decides_nothing(client, moderator):
    states = {state: in_state(state, moderator, at=now()) for state in (State.IN_REVIEW, State.ASKED, State.DECLINED)}
    sign_in(client, make_user("moderator"))
    before = everything()
    for one in states.values():
        waiting = review.open_proposal(one)
        seen = {"digest": waiting.digest, "edition": waiting.edition} if waiting else {"digest": "x", "edition": 1}
        right = {"version": one.version, "text": "x", "sure": "on", "study": "", "other": "", **seen}
        for act in ACTS:
            reason = "no_source" if act.slug == "decline" else "away"
            answer = client.post(at(one, act.slug), right | {"reason": reason})
            assert answer.status_code == 403, (act.slug, one.state)
    assert everything() == before


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_acts_are_posted_and_nothing_else(desk, moderator, method):
    one = mine(moderator, study=a_study())
    before = everything()
    for act in ACTS:
        assert getattr(desk, method)(at(one, act.slug)).status_code == 405, act.slug
    for page in ("propose", "draft-study"):
        expected = 405 if method in {"put", "delete", "patch"} else {"propose": 200, "draft-study": 403}[page]
        assert getattr(desk, method)(at(one, page)).status_code == expected, page
    assert everything() == before


def test_strangers_and_half_signed_in_staff_reach_nothing(client, moderator):
    one = mine(moderator, study=a_study())
    before = everything()
    for enter in (lambda: None, lambda: client.force_login(moderator)):
        enter()
        for page in ("change", "propose", "rebase", "draft-study", *(act.slug for act in ACTS)):
            for answer in (client.get(at(one, page)), client.post(at(one, page), {"version": one.version})):
                assert (answer.status_code, answer.url.split("?")[0]) == (302, "/admin/login/"), page
    assert everything() == before


def test_posts_need_the_token_of_the_form(moderator):
    from django.test import Client

    strict = sign_in(Client(enforce_csrf_checks=True), moderator)
    one = received()
    assert strict.post(at(one, "claim"), {"version": one.version}).status_code == 403
    assert state_of(one) == "received"


# --- Nothing leaks, nothing runs --------------------------------------------------------------------------------------

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}%3Cb%3E"


def test_what_was_sent_is_shown_as_text(desk, moderator):
    study = a_study()
    names = ("text", "field", "proposed", "quote", "place", "identifier", "evidence", "language", "<b>new</b>")
    content = dict.fromkeys(names, EVIL) | {"field": "key_point", "evidence": "javascript:alert(3)//https://x.example"}
    one = mine(moderator, study=study, content=content)
    for page in ("change", "propose"):
        html = desk.get(at(one, page)).content.decode()
        assert (html.count("<script>"), html.count("onerror=alert(2)>"), "14%3C" in html) == (0, 0, False)
        assert 'href="javascript:' not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
        assert "&lt;b&gt;new" in html


def test_evidence_is_a_link_only_when_it_is_one(desk, moderator):
    for text, is_link in [
        ("https://example.org/a?b=<i>", True),
        ("see https://example.org/", False),
        ("data:x", False),
    ]:
        one = received(content={"text": "x", "evidence": text})
        html = desk.get(at(one)).content.decode()
        assert ("Open the link that was given" in html) == is_link
        assert "<i>" not in html


def test_typed_text_comes_back_as_text(desk, moderator):
    one = mine(moderator)
    html = press(desk, one, "decline", text=EVIL).content.decode()
    assert (html.count("<script>alert"), "&lt;script&gt;alert(1)" in html) == (0, True)


def test_private_words_are_in_no_title_address_log_or_message(desk, moderator):
    one = mine(moderator, study=a_study(), content={"text": WORDS})
    page = desk.get(at(one))
    title = re.search("<title>(.*?)</title>", page.content.decode(), re.DOTALL)[1]
    assert (one.alias in title, "walking" in title) == (True, False)
    addresses = re.findall(r'(?:href|action)="([^"]*)"', page.content.decode())
    assert [address for address in addresses if "walking" in address or one.alias.split()[0] in address] == []
    press(desk, one, "decline", reason="other", text=WORDS)
    session = repr(dict(desk.session)) + repr(desk.cookies)
    assert "walking" not in session
    assert LogEntry.objects.count() == 0


def test_difference_of_what_the_contributor_suggests_is_against_the_live_study(desk, moderator):
    study = a_study(journal="Old Journal")
    one = mine(moderator, study=study, content={"text": "x", "field": "journal", "proposed": "New Journal"})
    change(study, journal="Older Journal")
    (difference,) = desk.get(at(one)).context["suggestion"].differences
    assert [(piece.kind, piece.text) for piece in difference.pieces] == [
        ("removed", "Older"),
        ("added", "New"),
        ("same", " Journal"),
    ]


def test_proposal_decided_on_its_own_page_shows_here(desk, client, moderator):
    one, proposal = proposed(moderator, a_grave_change())
    other = make_user("editor")
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=other)
    page = desk.get(at(one))
    assert (state_of(one), page.context["events"][0]["said"]) == ("applied", f"{other.username} applied its proposal.")
