"""Submit, send back, publish, withdraw, merge, rename: the pages and what they do."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from studies import publishing
from studies.models import Proposal, Revision, Study
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import send

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
