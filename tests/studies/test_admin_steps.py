"""Submit, send back, publish, withdraw, merge, rename: the pages and what they do."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from studies import ordering, publishing
from studies.models import Proposal, PublishingOrder, Revision, Study
from studies.snapshots import current
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import send
from tests.studies.pages import queries, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(client):
    """enter("editor"): sign a new person in that role in; returns the client."""

    def enter(role):
        sign_in(client, make_user(role))
        return client

    return enter


def at(step, subject, model="study"):
    return reverse(f"admin:studies_{model}_{step}", args=[subject.pk])


def test_submitted_study_is_in_review_and_cannot_be_edited(enter):
    study, desk = make_study(), enter("editor")
    answer = send(desk, at("submit", study), holding="digest")
    assert answer.headers["Location"] == at("change", study)
    study.refresh_from_db()
    assert (study.state, len(study.submitted_digest)) == ("in_review", 64)
    page = desk.get(at("change", study)).content.decode()
    assert 'name="title"' not in page


def test_submission_says_everything_that_stands_in_the_way(enter):
    study = make_study(summary="A summary alone.")
    page = enter("editor").get(at("submit", study))
    assert page.context["problems"] == [
        "Texts are missing: question, key point, main limitation, why it matters, what it does not prove.",
        "Say what the texts were written from.",
        "PEM has not been coded.",
    ]
    answer = send(enter("editor"), at("submit", study), holding="digest")
    assert answer.context["form"].non_field_errors() == page.context["problems"]
    study.refresh_from_db()
    assert study.state == "draft"


def in_review(**fields):
    study, drafter = make_study(**fields), make_user("editor")
    publishing.submit(study=study, by=drafter)
    study.refresh_from_db()
    return study, drafter


def test_publishing_makes_exactly_what_was_shown_public(enter):
    study, _ = in_review(**TEXTS, **CODED)
    desk = enter("moderator")
    page = desk.get(at("publish", study)).content.decode()
    assert all(TEXTS[name] in page for name in ("question", "key_point", "summary", "limitations"))
    assert study.submitted_digest in page
    send(desk, at("publish", study), holding="digest", note="Read against the abstract.")
    study.refresh_from_db()
    revision = Revision.objects.get()
    assert (study.state, revision.number, revision.note) == ("published", 1, "Read against the abstract.")


def test_drafter_is_told_that_another_person_must_publish(client):
    study, drafter = in_review()
    sign_in(client, drafter)
    page = client.get(at("publish", study))
    assert page.context["why_not"] == "You drafted or submitted this study, so another person must publish it."
    answer = client.post(at("publish", study), {"digest": study.submitted_digest, "note": "My own work."})
    assert (answer.status_code, answer.context["typed"]) == (403, [("Public note", "My own work.")])
    assert Revision.objects.count() == 0


def test_approver_puts_a_name_to_unchecked_rows(enter):
    study, _ = in_review(**TEXTS, design="cohort", definitions=[{"definition": "ccc-2003"}])
    desk, row = enter("editor"), study.definitions.get()
    refused = send(desk, at("publish", study), holding="digest")
    assert refused.context["form"].non_field_errors() == [
        "PEM is shown as required, but nobody has checked the case definitions. Check them first."
    ]
    send(desk, at("publish", study), holding="digest", checked=[row.pk])
    row.refresh_from_db()
    study.refresh_from_db()
    assert (study.state, row.checked_by_id) == ("published", int(desk.session["_auth_user_id"]))


def test_unpublished_check_is_rolled_back_with_the_publication(enter):
    study, _ = in_review(design="cohort", definitions=[{"definition": "ccc-2003"}])
    Study.objects.filter(pk=study.pk).update(title="Changed behind the reviewer's back")
    row = study.definitions.get()
    answer = send(enter("editor"), at("publish", study), holding="digest", checked=[row.pk])
    row.refresh_from_db()
    assert (answer.status_code, row.checked_by) == (409, None)


def test_page_that_is_out_of_date_says_who_did_what_and_keeps_the_text(enter):
    study, _ = in_review()
    first = enter("lead")
    values = {"digest": study.submitted_digest, "note": "Two minutes of typing."}
    first.post(at("publish", study), values)
    name = LogEntry.objects.get().user.username
    answer = enter("moderator").post(at("publish", study), values)
    assert answer.status_code == 409
    assert answer.context["message"] == "The study is published now, so this step is not open."
    assert answer.context["typed"] == [("Public note", "Two minutes of typing.")]
    assert f"Last step here: Published. By {name}" in answer.content.decode()
    assert Revision.objects.count() == 1


def test_second_tab_with_another_note_is_told_that_the_first_counts(enter):
    study, _ = in_review()
    desk = enter("lead")
    values = {"digest": study.submitted_digest, "note": "Say who was tested."}
    desk.post(at("send_back", study), values)
    same, other = (desk.post(at("send_back", study), values | change) for change in ({}, {"note": "Give the journal."}))
    assert [(each.status_code, each.context["again"]) for each in (same, other)] == [(409, "same"), (409, "other")]
    html = " ".join(other.content.decode().split())
    assert "You did this already, and what you sent first counts." in html
    assert ">Give the journal.</textarea>" in html
    assert "It is what you sent the first time." in same.content.decode()


def test_digest_that_was_not_shown_is_refused(enter):
    study, _ = in_review()
    answer = enter("moderator").post(at("publish", study), {"digest": "0" * 64})
    assert (answer.status_code, Revision.objects.count()) == (409, 0)


def test_study_that_is_sent_back_can_be_edited_again(enter):
    study, _ = in_review()
    send(enter("moderator"), at("send_back", study), holding="digest", note="Say who was tested.")
    study.refresh_from_db()
    assert study.state == "draft"
    assert 'name="title"' in enter("editor").get(at("change", study)).content.decode()


def test_reading_a_step_changes_nothing(enter):
    study, _ = in_review()
    desk = enter("lead")
    before = Study.objects.values().get()
    assert [desk.get(at(step, study)).status_code for step in ("publish", "send_back")] == [200, 200]
    assert (Study.objects.values().get(), LogEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    ("step", "typed", "kind"),
    [
        ("withdraw", {"reason": "out_of_scope", "note": "Not about ME/CFS."}, "withdraw"),
        ("merge", {"target": None, "note": "The same paper."}, "merge"),
    ],
)
def test_grave_step_only_proposes(enter, step, typed, kind):
    study, other = published_study(), published_study(doi="10.1000/other")
    typed = {name: value or "https://doi.org/10.1000/OTHER" for name, value in typed.items()}
    send(enter("lead"), at(step, study), holding="digest", **typed)
    proposal = Proposal.objects.get()
    study.refresh_from_db()
    assert (proposal.kind, proposal.state, study.state) == (kind, "awaiting_second", "published")
    assert proposal.details == ({"into": other.pk} if kind == "merge" else {})


def test_withdrawn_study_can_be_proposed_for_publication_again(enter):
    study = published_study()
    send(enter("lead"), at("withdraw", study), holding="digest", reason="other", note="By mistake.")
    waiting = Proposal.objects.get()
    desk = enter("lead")
    desk.post(at("apply", waiting, "proposal"), {"edition": waiting.edition, "digest": waiting.digest})
    study.refresh_from_db()
    assert study.state == "withdrawn"
    send(desk, at("restore", study), holding="digest", reason="other", note="It was a mistake.")
    assert Proposal.objects.waiting().get().kind == "restore"


def test_lead_changes_an_address_and_the_old_one_stays(enter):
    study = published_study(slug="old-name")
    answer = send(enter("lead"), at("rename", study), holding="digest", slug="new-name", note="A spelling error.")
    study.refresh_from_db()
    assert (answer.status_code, study.slug, study.version) == (302, "new-name", 2)
    assert list(study.old_addresses.values_list("slug", flat=True)) == ["old-name"]


def test_refused_rename_keeps_what_was_typed(enter):
    study = published_study()
    answer = send(enter("lead"), at("rename", study), holding="digest", slug="Not Good", note="Why it must be.")
    form = answer.context["form"]
    assert form.non_field_errors() == ["An address has small letters, digits and hyphens only."]
    assert (form["slug"].value(), form["note"].value()) == ("Not Good", "Why it must be.")


def test_merge_into_itself_is_refused(enter):
    study = published_study(doi="10.1000/own")
    answer = send(enter("lead"), at("merge", study), holding="digest", target="10.1000/own", note="x")
    assert answer.context["form"].errors["target"] == ["This is the study itself. Give the other one."]


def test_published_study_shows_its_content_and_ways_on_but_no_form(enter):
    study = published_study(**TEXTS, **CODED, findings=["One.", "Two."])
    page = enter("editor").get(at("change", study))
    assert [step["label"] for step in page.context["steps"]] == []
    html = page.content.decode()
    assert study.get_absolute_url() in html
    assert at("propose", study) in html
    assert "<li>One.</li><li>Two.</li>" in html
    assert not any(f'name="{name}"' in html for name in ("title", "summary", "_save", "authors-0-family"))


def test_published_study_cannot_be_saved_by_a_forged_post(enter):
    study = published_study(**TEXTS, **CODED)
    before = Study.objects.values().get()
    answer = enter("lead").post(at("change", study), {"title": "Hijacked", "_save": "1"})
    assert (answer.status_code, Study.objects.values().get()) == (403, before)


def test_nobody_checks_their_own_coding_when_publishing(client, settings):
    """One editor coded the rows, another saved the draft last; the first may approve, but not check."""
    study, _ = in_review(**TEXTS, design="cohort", definitions=[{"definition": "ccc-2003"}])
    coder, row = make_user("editor"), study.definitions.get()
    study.definitions.update(coded_by=coder)
    sign_in(client, coder)
    assert "checked" not in client.get(at("publish", study)).context["form"].fields
    answer = client.post(at("publish", study), {"digest": study.submitted_digest, "checked": [row.pk]})
    row.refresh_from_db()
    assert (answer.status_code, row.checked_by, Revision.objects.count()) == (200, None, 0)
    settings.ATLAS_ONE_PERSON = True
    client.post(at("publish", study), {"digest": study.submitted_digest, "checked": [row.pk]})
    assert Revision.objects.count() == 1


# --- Review -------------------------------------------------------------------------------------------------------------


def test_review_shows_everything_that_the_digest_covers(enter):
    """Every field of the snapshot is on the page, in words: what is published is what was seen."""
    study, _ = in_review(
        **TEXTS | {"findings": ["Strength fell."], "conclusions": ["So they say."], "open_questions": ["Why?"]},
        **CODED, strengths=["Two days."], authors=[{"family": "Adams", "given": "Ann", "orcid": "0000-0002-8829-2217"}],
        topics=["sleep"], abstract="All met the criteria.", patients=50, controls=40, pem_measured_by=["interview"],
        method_flags=["small_sample"], population_label="people with ME/CFS", doi="10.1000/x", pmid="12", pmcid="PMC7",
        preprint_doi="10.1101/x", journal="J", journal_abbreviation="J. Abbr.", issn="1234-5678", volume="1", issue="2",
        pages="3-4", license_url="https://creativecommons.org/licenses/by/4.0/", bibliography_source="PubMed",
    )  # fmt: skip
    page = enter("moderator").get(at("publish", study))
    shown = {field.name for part in page.context["content"]["parts"] for field in part.fields}
    assert shown == set(current([study.pk])[study.pk])
    html = page.content.decode()
    assert "All met the criteria." in html
    assert study.submitted_digest in html


def test_review_shows_the_proof_of_the_badge_with_its_people(enter):
    coder = make_user("editor", username="cora")
    rows = [{"definition": "ccc-2003", "quote": "All met the CCC", "locator": "abstract", "coded_by": coder}]
    study, _ = in_review(**TEXTS, design="cohort", definitions=rows, abstract="All met the CCC.")
    page = enter("moderator").get(at("publish", study))
    (proof,) = page.context["proofs"]
    assert (proof.quote, proof.found, proof.people) == (
        "All met the CCC",
        "It stands in the stored abstract.",
        "Coded by cora. Nobody has checked it yet.",
    )
    assert page.context["rule"] == "Patients had to meet one definition, and it requires PEM."


def test_quote_from_the_full_text_is_marked_for_a_look(enter):
    rows = [{"definition": "ccc-2003", "quote": "Every one met it", "locator": "methods", "basis": "full_text"}]
    study, _ = in_review(**TEXTS, design="cohort", definitions=rows, abstract="All met the CCC.")
    (proof,) = enter("moderator").get(at("publish", study)).context["proofs"]
    assert proof.found == "It does not stand in the stored abstract: look it up in the full text."


def test_note_of_the_reviewer_stands_on_the_draft_and_on_the_next_review(enter):
    study, drafter = in_review(**TEXTS, **CODED)
    refused = send(enter("moderator"), at("send_back", study), holding="digest")
    assert refused.context["form"].errors == {"note": ["This field is required."]}
    send(enter("moderator"), at("send_back", study), holding="digest", note="Say who was tested.")
    draft = enter("editor").get(at("change", study))
    assert (draft.context["sent_back"].note, "Say who was tested." in draft.content.decode()) == (
        "Say who was tested.",
        True,
    )
    Study.objects.filter(pk=study.pk).update(question="Who was tested?")
    publishing.submit(study=study, by=drafter)
    page = enter("moderator").get(at("publish", study))
    assert page.context["sent_back"].note == "Say who was tested."
    assert [difference.label for difference in page.context["since"]] == ["Question"]


def test_note_of_the_reviewer_is_never_public(enter, client):
    study, drafter = in_review(**TEXTS, **CODED)
    send(enter("moderator"), at("send_back", study), holding="digest", note="A private remark.")
    study.refresh_from_db()
    publishing.publish(study=study, digest=publishing.submit(study=study, by=drafter), by=make_user("editor"))
    study.refresh_from_db()
    client.logout()
    pages = [
        study.get_absolute_url(),
        f"{study.get_absolute_url()}history/",
        f"{study.get_absolute_url()}v/1/",
        "/changes/",
    ]
    assert [("A private remark." in client.get(page).content.decode()) for page in pages] == [False] * 4
    assert study.submissions.count() == 0


def test_badge_that_rests_on_a_sentence_needs_its_check(enter):
    words = {"pem_claim": "compulsory", "pem_quote": "PEM was needed.", "pem_locator": "methods"}
    study, _ = in_review(**TEXTS, design="cohort", **words)
    desk = enter("moderator")
    answer = send(desk, at("publish", study), holding="digest")
    assert answer.context["form"].errors == {"sentence": ["This field is required."]}
    assert send(desk, at("publish", study), holding="digest", sentence="on").status_code == 302
    assert Revision.objects.count() == 1


# --- Publishing at a set hour -------------------------------------------------------------------------------------------


def test_order_is_made_shown_and_cancelled(enter):
    study, _ = in_review(**TEXTS, **CODED)
    desk = enter("moderator")
    page = desk.get(at("order", study))
    assert study.submitted_digest in page.content.decode()
    answer = send(desk, at("order", study), holding="digest", day="2090-01-02", hour="06:30", note="On the day.")
    assert answer.status_code == 302
    order = PublishingOrder.objects.get()
    assert (order.study, order.publish_at, order.note) == (
        study,
        datetime(2090, 1, 2, 6, 30, tzinfo=UTC),
        "On the day.",
    )
    page = desk.get(at("change", study))
    assert f"{order.ordered_by} ordered that it is published on 2 January 2090, 06:30 UTC." in text_of(page)
    assert [step["label"] for step in page.context["steps"]] == ["Publish", "Cancel the order", "Send back"]
    listed = desk.get("/admin/studies/publishingorder/")
    assert "2090-01-02 06:30 UTC" in listed.content.decode()
    assert send(desk, at("cancel_order", study), holding="digest").status_code == 302
    assert (PublishingOrder.objects.count(), Revision.objects.count()) == (0, 0)


def test_second_press_of_the_order_is_told(enter):
    study, _ = in_review(**TEXTS, **CODED)
    desk, values = enter("moderator"), {"digest": study.submitted_digest, "day": "2090-01-02", "hour": "06:30"}
    answers = [desk.post(at("order", study), values) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 409]
    assert answers[1].context["message"] == "It has an order already."
    assert PublishingOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "2001-01-01", "hour": "06:30"}, "day"),
        ({"day": "soon", "hour": "06:30"}, "day"),
        ({"day": "2090-01-01", "hour": "9"}, "hour"),
    ],
)
def test_hour_that_is_over_or_none_is_refused(enter, typed, field):
    study, _ = in_review(**TEXTS, **CODED)
    answer = send(enter("moderator"), at("order", study), holding="digest", note="Kept.", **typed)
    assert (list(answer.context["form"].errors), answer.context["form"]["note"].value()) == ([field], "Kept.")


def test_fault_of_an_order_is_said_on_the_study_and_in_the_list(enter):
    study, _ = in_review(**TEXTS, **CODED)
    desk = enter("moderator")
    send(desk, at("order", study), holding="digest", day="2090-01-02", hour="06:30")
    Study.objects.filter(pk=study.pk).update(title="Not what was shown")
    ordering.carry_out(at=datetime(2090, 1, 3, tzinfo=UTC))
    fault = "The study changed after it was submitted. Send it back and submit it again."
    assert fault in text_of(desk.get(at("change", study)))
    assert fault in desk.get("/admin/studies/publishingorder/?state=fault").content.decode()
    assert fault not in desk.get("/admin/studies/publishingorder/?state=waiting").content.decode()


def test_list_of_orders_takes_as_many_queries_for_thirty_as_for_one(enter):
    desk, approver = enter("lead"), make_user("editor")
    address = "/admin/studies/publishingorder/"

    def order(number):
        for _ in range(number):
            study, _ = in_review()
            later = datetime(2090, 1, 1, tzinfo=UTC)
            ordering.order(study=study, digest=study.submitted_digest, publish_at=later, by=approver)

    order(1)
    few = queries(desk, address)
    order(29)
    assert queries(desk, address) == few
