"""Deciding on a proposal: apply exactly what was shown, refuse, recall, and the second person."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from studies import proposals, publishing
from studies.models import CaseDefinition, Proposal, Revision
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_user, published_study
from tests.studies.filling import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def study():
    return published_study(**TEXTS, **CODED, patients=50)


@pytest.fixture
def proposer():
    return make_user("editor")


@pytest.fixture
def enter(client):
    def enter(who):
        sign_in(client, make_user(who) if isinstance(who, str) else who)
        return client

    return enter


def propose(study, by, **values):
    return proposals.propose(study=study, values=values, reason="correction", note="It was wrong.", by=by)


def at(name, proposal):
    return reverse(f"admin:studies_proposal_{name}", args=[proposal.pk])


def decide(desk, name, proposal, **typed):
    values = {"edition": proposal.edition, "digest": proposal.digest, **typed}
    return desk.post(at(name, proposal), values)


def test_applied_proposal_is_a_version_of_the_study(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    desk = enter("moderator")
    answer = decide(desk, "apply", proposal)
    study.refresh_from_db()
    assert (answer.headers["Location"], study.patients, study.version) == (at("change", proposal), 40, 2)
    page = desk.get(at("change", proposal)).content.decode()
    assert study.revisions.get(number=2).get_absolute_url() in page


def test_page_shows_the_difference_and_the_digest(enter, study, proposer):
    proposal = propose(study, proposer, key_point="In this small study it did not, but nobody has repeated it.")
    page = enter("moderator").get(at("change", proposal))
    (difference,) = page.context["shown"]["differences"]
    assert [piece.text for piece in difference.pieces if piece.kind == "added"] == [" did not,"]
    assert proposal.digest in page.content.decode()


def test_high_impact_proposal_needs_another_person_and_says_so(enter, study, proposer):
    proposal = propose(study, proposer, retraction_status="retracted")
    page = enter(proposer).get(at("change", proposal))
    assert page.context["why_not_apply"] == (
        "You made this proposal. A change of this weight needs a second person, so somebody else must apply it."
    )
    answer = decide(enter(proposer), "apply", proposal)
    assert (answer.status_code, answer.context["message"]) == (
        403,
        "Another person must apply a change of this weight.",
    )
    study.refresh_from_db()
    assert study.version == 1
    assert decide(enter("editor"), "apply", proposal).status_code == 302
    revision = Revision.objects.get(number=2)
    assert (revision.approver_role, revision.second_role) == ("editor", "editor")


def test_one_person_alone_may_apply_their_own(enter, study, proposer, settings):
    settings.ATLAS_ONE_PERSON = True
    proposal = propose(study, proposer, retraction_status="retracted")
    page = enter(proposer).get(at("change", proposal))
    assert page.context["why_not_apply"] == ""
    assert "that rule is off" in page.content.decode()
    assert decide(enter(proposer), "apply", proposal).status_code == 302


def test_second_decision_is_told_who_was_first_and_keeps_the_text(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    first = make_user("lead")
    decide(enter(first), "apply", proposal)
    answer = decide(enter("moderator"), "refuse", proposal, note="A long reason that took a while.")
    assert answer.status_code == 409
    assert answer.context["message"] == "This proposal is closed: applied."
    assert answer.context["typed"] == [("Why you refuse it", "A long reason that took a while.")]
    assert f"Last step here: Applied. By {first.username}" in answer.content.decode()


def test_whoever_presses_twice_reads_that_it_was_done_the_first_time(enter, study, proposer):
    proposal, desk = propose(study, proposer, patients=40), enter("lead")
    assert decide(desk, "apply", proposal).status_code == 302
    again = decide(desk, "apply", proposal)
    assert (again.status_code, again.context["title"]) == (409, "This is done already")
    assert "You did this already, and it counted." in again.content.decode()
    assert decide(desk, "refuse", proposal, note="No.").context["title"] == "This has changed meanwhile"


def test_second_tab_with_another_reason_is_told_that_the_first_counts(enter, study, proposer):
    proposal, desk = propose(study, proposer, patients=40), enter("lead")
    decide(desk, "refuse", proposal, note="Not in the paper.")
    same, other = (decide(desk, "refuse", proposal, note=note) for note in ("Not in the paper. ", "It is in no table."))
    assert [each.context["title"] for each in (same, other)] == [
        "This is done already",
        "You sent something else before",
    ]
    assert other.context["typed"] == [("Why you refuse it", "It is in no table.")]
    proposal.refresh_from_db()
    assert proposal.state == "refused"


def test_digest_that_was_not_shown_applies_nothing(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    answer = enter("lead").post(at("apply", proposal), {"edition": proposal.edition, "digest": "0" * 64})
    proposal.refresh_from_db()
    assert (answer.status_code, proposal.state) == (409, "open")


def test_conflict_shows_base_current_and_proposed_and_the_way_on(enter, study, proposer):
    late, early = propose(study, proposer, patients=40), propose(study, proposer, patients=45)
    desk = enter("lead")
    decide(desk, "apply", early)
    answer = decide(desk, "apply", late)
    late.refresh_from_db()
    assert (answer.status_code, late.state) == (409, "open")
    (side,) = answer.context["conflicts"]
    assert (side.base, side.current, side.proposed) == (["50"], ["45"], ["40"])
    assert f"{reverse('admin:studies_study_propose', args=[study.pk])}?from={late.pk}" in answer.content.decode()


def test_proposal_page_says_that_the_study_moved_on(enter, study, proposer):
    late, early = propose(study, proposer, patients=40), propose(study, proposer, controls=4)
    desk = enter("lead")
    decide(desk, "apply", early)
    assert desk.get(at("change", late)).context["shown"]["behind"] == 1
    assert decide(desk, "apply", late).status_code == 302


def test_refusal_needs_a_reason(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    answer = decide(enter("moderator"), "refuse", proposal, note=" ")
    assert answer.context["refuse_form"].errors["note"] == ["This field is required."]
    decide(enter("moderator"), "refuse", proposal, note="The paper says 50.")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision_note) == ("refused", "The paper says 50.")


def test_recall_is_for_the_proposer_and_leads(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    assert decide(enter("editor"), "recall", proposal).status_code == 403
    assert decide(enter(proposer), "recall", proposal).status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == "recalled"


def test_queue_opens_on_what_waits(enter, study, proposer):
    waiting, done = propose(study, proposer, patients=40), propose(study, proposer, controls=4)
    desk = enter("moderator")
    decide(desk, "apply", done)
    queue = reverse("admin:studies_proposal_changelist")
    assert list(desk.get(queue).context["cl"].result_list) == [waiting]
    assert set(desk.get(queue, {"state": "all"}).context["cl"].result_list) == {waiting, done}
    assert list(desk.get(queue, {"state": "applied"}).context["cl"].result_list) == [done]


def test_decisions_are_logged_without_texts(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    decide(enter("moderator"), "refuse", proposal, note="Private words of a patient.")
    assert list(LogEntry.objects.values_list("object_repr", "change_message").order_by("pk")) == [
        (f"proposal {proposal.pk}", "Refused."),
        (study.slug, f"Refused: proposal {proposal.pk}."),
    ]


def test_decision_by_get_is_no_decision(enter, study, proposer):
    proposal = propose(study, proposer, patients=40)
    desk = enter("lead")
    assert [desk.get(at(name, proposal)).status_code for name in ("apply", "refuse", "recall")] == [405] * 3


def test_revision_is_taken_back_by_a_proposal(enter, study, proposer):
    decide(enter("lead"), "apply", propose(study, proposer, patients=40))
    revision = Revision.objects.get(number=2)
    desk = enter("editor")
    address = reverse("admin:studies_revision_revert", args=[revision.pk])
    send(desk, address, holding="digest", note="The first number was right.")
    proposal = Proposal.objects.waiting().get()
    assert (proposal.kind, proposal.changes) == ("revert", {"patients": [40, 50]})
    decide(enter("lead"), "apply", proposal)
    study.refresh_from_db()
    assert (study.patients, study.version) == (50, 3)


def test_revision_that_was_changed_again_shows_the_conflict(enter, study, proposer):
    desk = enter("lead")
    decide(desk, "apply", propose(study, proposer, patients=40))
    decide(desk, "apply", propose(study, proposer, patients=41))
    address = reverse("admin:studies_revision_revert", args=[Revision.objects.get(number=2).pk])
    answer = send(desk, address, holding="digest", note="Back.")
    assert (answer.status_code, len(answer.context["conflicts"])) == (409, 1)
    assert answer.context["typed"] == [("What happens and why", "Back.")]


def test_value_is_removed_from_the_history_by_two_leads(enter, study, proposer):
    decide(enter("lead"), "apply", propose(study, proposer, population_label="A private word"))
    decide(enter("lead"), "apply", propose(study, proposer, population_label="ME/CFS, Fukuda"))
    revision = Revision.objects.get(number=2)
    address = reverse("admin:studies_revision_redact", args=[revision.pk])
    send(enter("lead"), address, holding="digest", field="population_label", note="Private words.")
    proposal = Proposal.objects.waiting().get()
    page = enter("lead").get(at("change", proposal))
    assert page.context["shown"]["sentences"] == [
        "From version 2 the value of “Population in the paper’s words” is deleted for good. The note above stands in its place.",
        "The value: A private word",
    ]
    assert decide(enter("lead"), "apply", proposal).status_code == 302
    assert revision.values.get(field="population_label").value is None


def test_definition_changes_by_two_leads_and_the_page_lists_the_studies(enter, study):
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    address = reverse("admin:studies_casedefinition_pem", args=[definition.pk])
    send(enter("lead"), address, holding="digest", pem="required", note="The original text was read again.")
    proposal = Proposal.objects.get()
    definition.refresh_from_db()
    assert (proposal.kind, definition.pem) == ("definition", "optional")
    page = enter("lead").get(at("change", proposal))
    assert page.context["shown"]["sentences"][1:] == [
        "Studies that get another badge: 1.",
        f"{study.title}: PEM not required becomes PEM required.",
    ]
    assert decide(enter("lead"), "apply", proposal).status_code == 302
    study.refresh_from_db()
    assert (study.pem, study.version) == ("required", 2)


@pytest.mark.parametrize("kind", ["withdraw", "restore", "merge"])
def test_act_is_told_in_sentences(enter, study, kind):
    lead, other = make_user("lead"), published_study()
    why = {"note": "Because.", "by": lead}
    if kind == "merge":
        proposal = publishing.merge(source=study, target=other, **why)
    else:
        proposal = publishing.withdraw(study=study, reason="other", **why)
    if kind == "restore":
        decide(enter("lead"), "apply", proposal)
        proposal = publishing.restore(study=study, reason="other", **why)
    page = enter("lead").get(at("change", proposal))
    assert len(page.context["shown"]["sentences"]) == 1
    assert decide(enter("lead"), "apply", proposal).status_code == 302
    study.refresh_from_db()
    assert study.state == ("published" if kind == "restore" else "withdrawn")
