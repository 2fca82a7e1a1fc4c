"""One member of staff alone: fields that no form has, the second person, numbers of other people's things."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone

from atlas_site.models import StaffApp
from contributions import intake, review
from contributions.models import Contribution, StaffSettings
from studies import guides, ordering, proposals, publishing
from studies.models import Guide, Proposal, PublishingOrder, Revision, Study, Upload
from studies.roles import NotAllowed
from studies.verification import verify
from tests.contributions.factories import a_grave_change, a_study, claimed, send, shown
from tests.security.test_matrix import written
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study
from tests.studies.filling import form_of
from tests.studies.test_admin_permissions import TABLE
from tests.studies.test_admin_permissions import world as record  # noqa: F401 - a fixture
from tests.studies.test_guides import make_guide

pytestmark = pytest.mark.django_db

# What somebody might add to any form, by the names of columns.
EXTRA = {
    "is_superuser": "on", "is_staff": "on", "is_active": "on", "groups": ["1", "2", "3", "4"], "user_permissions": ["1"],
    "password": "x", "user": "1", "user_id": "1", "id": "1", "pk": "1", "by": "1", "second": "1", "approver": "1",
    "state": "published", "version": "9", "slug_history": "x", "pem_derived": "required", "drafted_by": "1",
    "published_at": "2020-01-01", "first_published_at": "2020-01-01", "submitted_by": "1", "submitted_digest": "x",
    "high_impact": "", "proposer": "1", "closed_by": "1", "proposed_by": "1", "base_hash": "x", "number": "9",
    "checked_by": "1", "coded_by": "1", "holder": "1", "holder_id": "1", "lease_until": "2099-01-01", "spam_score": "-9",
    "uuid": "00000000-0000-4000-8000-000000000001", "wrapped_key": "x", "may_quote": "on", "sent_by": "1", "_method": "PUT",
}  # fmt: skip


def columns(thing) -> dict[str, object]:
    return type(thing).objects.filter(pk=thing.pk).values().get()


# --- Fields that no form has -------------------------------------------------------------------------------------------------


def test_nobody_gives_themselves_rights_by_their_own_pages(client):
    ada, other = make_user("triage"), make_user("editor")
    ada.set_password("quiet river under stones")
    ada.save()
    sign_in(client, ada)
    rights = ["is_superuser", "is_staff", "is_active", "username"]
    before = User.objects.filter(pk=ada.pk).values(*rights).get()
    client.post("/admin/my-settings/", EXTRA | {"user": other.pk, "email": "ada@example.org", "username": "lead"})
    fresh = {"old_password": "quiet river under stones"} | dict.fromkeys(
        ["new_password1", "new_password2"], "sea and stones"
    )
    client.post("/admin/password_change/", EXTRA | fresh | {"username": "lead"})
    client.post("/admin/second-factor/set-up/", EXTRA | {"user": other.pk})
    assert User.objects.filter(pk=ada.pk).values(*rights).get() == before
    assert list(ada.groups.values_list("name", flat=True)) == ["triage"]
    assert list(StaffSettings.objects.values_list("user", flat=True)) == [ada.pk]
    assert list(StaffApp.objects.values_list("user", flat=True)) == [ada.pk]
    other.refresh_from_db()
    assert (other.email, other.check_password("sea and stones")) == ("", False)


def test_lead_gives_nobody_rights_not_even_themselves(client):
    lead = make_user("lead")
    sign_in(client, lead)
    before = list(User.objects.values()), list(User.groups.through.objects.values()), list(Group.objects.values())
    page = client.get(reverse("admin:auth_user_change", args=[lead.pk]))
    assert page.status_code == 200
    group = Group.objects.get(name="editor").pk
    for address in (f"user/{lead.pk}/change/", f"group/{group}/change/", "user/add/", "group/add/"):
        answer = client.post(f"/admin/auth/{address}", EXTRA | {"username": "new", "name": "new", "_save": "1"})
        assert (address, answer.status_code) == (address, 403)
    for action in ("delete_selected", "make_superuser"):
        client.post("/admin/auth/user/", {"action": action, "_selected_action": [lead.pk], "post": "yes"})
    assert (
        list(User.objects.values()),
        list(User.groups.through.objects.values()),
        list(Group.objects.values()),
    ) == before


def test_draft_takes_only_the_fields_of_its_form(client):
    editor = make_user("editor")
    sign_in(client, editor)
    study = make_study()
    before, address = columns(study), reverse("admin:studies_study_change", args=[study.pk])
    typed = form_of(client.get(address), holding="title") | {"title": "Another title"}
    given = {name: value for name, value in EXTRA.items() if name not in typed}
    assert client.post(address, given | typed).status_code == 302
    changed = {name for name, value in columns(study).items() if value != before[name]}
    assert changed - {"updated_at", "edited_at"} == {"title", "drafted_by_id"}
    assert columns(study)["drafted_by_id"] == editor.pk


@pytest.mark.parametrize("role", ["moderator", "editor", "lead"])
def test_public_study_takes_no_field_at_all(client, role):
    study = published_study(**TEXTS, **CODED, patients=50)
    sign_in(client, make_user(role))
    before = written()
    address = reverse("admin:studies_study_change", args=[study.pk])
    fields = dict.fromkeys(before["Study"][0], "Taken over")
    assert client.post(address, EXTRA | fields | {"_save": "1", "authors-TOTAL_FORMS": "0"}).status_code == 403
    assert written() == before


def test_proposal_is_its_proposers_and_of_the_weight_that_it_has(client):
    editor, other = make_user("editor"), make_user("lead")
    study = published_study(**TEXTS, **CODED, patients=50)
    sign_in(client, editor)
    address = reverse("admin:studies_study_propose", args=[study.pk])
    typed = form_of(client.get(address), holding="note")
    typed |= {"retraction_status": "retracted", "reason": "correction", "note": "It was retracted.", "save": "1"}
    given = {name: value for name, value in EXTRA.items() if name not in typed} | {"proposer": str(other.pk)}
    answer = client.post(address, given | typed)
    proposal = Proposal.objects.get()
    assert answer.status_code == 302
    assert (proposal.proposer, proposal.high_impact, Revision.objects.count()) == (editor, True, 1)
    decided = (
        {"digest": proposal.digest, "edition": proposal.edition}
        | EXTRA
        | {"by": str(other.pk), "second": str(other.pk)}
    )
    assert client.post(reverse("admin:studies_proposal_apply", args=[proposal.pk]), decided).status_code == 403
    assert Study.objects.get().retraction_status == "none"


def test_guide_and_upload_take_only_the_fields_of_their_forms(client):
    sign_in(client, make_user("editor"))
    guide = make_guide()
    address = reverse("admin:studies_guide_change", args=[guide.pk])
    typed = form_of(client.get(address), holding="title") | {"title": "Another title"}
    client.post(address, {name: value for name, value in EXTRA.items() if name not in typed} | typed)
    now = Guide.objects.get()
    assert (now.state, now.version, guides.shown("guide")) == ("draft", 0, [])
    client.post(reverse("admin:studies_upload_add"), EXTRA | {"report": "{}", "confirmed_at": "2020-01-01"})
    assert Upload.objects.count() == 0


def test_message_of_a_reader_takes_only_the_fields_of_its_form(client):
    page = client.get("/contribute/?kind=other")
    typed = form_of(page, holding="text") | {"text": "The number of patients is wrong."}
    given = {name: value for name, value in EXTRA.items() if name not in typed and not name.startswith("may_")}
    given |= {"alias": "Boss 1", "received_at": "2020-01-01", "conflict": "on", "moved_at": "2020-01-01"}
    client.post("/contribute/?kind=other", given | typed)
    one = Contribution.objects.get()
    assert (one.holder, one.lease_until, one.alias == "Boss 1", str(one.uuid) == EXTRA["uuid"]) == (
        None,
        None,
        False,
        False,
    )
    assert (one.state in {"received", "quarantined"}, one.may_quote, one.spam_score >= 0) == (True, False, True)


# --- The second person -------------------------------------------------------------------------------------------------------


def grave(study, by) -> Proposal:
    return proposals.propose(
        study=study, values={"retraction_status": "retracted"}, reason="correction", note="It was retracted.", by=by
    )


@pytest.mark.parametrize("roles", [["editor"], ["lead"], ["triage", "moderator", "editor", "lead"]])
def test_nobody_is_their_own_second_person_whatever_roles_they_have(client, roles):
    one = make_user(*roles)
    proposal = grave(published_study(**TEXTS, **CODED), one)
    sign_in(client, one)
    sent = {"digest": proposal.digest, "edition": proposal.edition}
    address = reverse("admin:studies_proposal_apply", args=[proposal.pk])
    for _ in range(3):  # nor by trying again
        assert client.post(address, sent).status_code == 403
    with pytest.raises(NotAllowed):
        proposals.apply(proposal=proposal, **sent, by=one)
    assert (Revision.objects.count(), Proposal.objects.get().state) == (1, "awaiting_second")


def test_superuser_is_not_their_own_second_person_either(client, django_user_model):
    root = django_user_model.objects.create_superuser("root")
    proposal = grave(published_study(**TEXTS, **CODED), root)
    sign_in(client, root)
    sent = {"digest": proposal.digest, "edition": proposal.edition}
    assert client.post(reverse("admin:studies_proposal_apply", args=[proposal.pk]), sent).status_code == 403


def test_grave_change_is_not_cut_into_light_ones(client):
    """A definition row, which moves the badge, needs the second person also when it comes alone or beside a light field."""
    one, study = make_user("lead"), published_study(**TEXTS, **CODED, patients=50)
    rows = [{"definition": "ccc-2003", "role": "inclusion", "basis": "full_text"}]
    for values in ({"definitions": rows}, {"definitions": rows, "journal": "Another"}, {"pem": "required"}):
        try:
            proposal = proposals.propose(study=study, values=values, reason="correction", note="New.", by=one)
        except (publishing.Problems, NotAllowed, KeyError, ValueError):
            continue  # the badge itself is no field that anybody writes
        with pytest.raises(NotAllowed):
            proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=one)
    assert Revision.objects.count() == 1


def test_what_was_shown_is_what_is_applied_and_only_once(client):
    """A digest of before an edit, of another proposal, and one that was used already: nothing happens."""
    one, second = make_user("editor"), make_user("lead")
    study = published_study(**TEXTS, **CODED, patients=50)
    first, other = (
        grave(study, one),
        proposals.propose(study=study, values={"patients": 9}, reason="correction", note="x", by=one),
    )
    sign_in(client, second)
    address = reverse("admin:studies_proposal_apply", args=[first.pk])
    for digest, edition in (
        (other.digest, first.edition),
        (first.digest, first.edition + 1),
        ("x" * 64, first.edition),
    ):
        assert client.post(address, {"digest": digest, "edition": edition}).status_code == 409
    assert client.post(address, {"digest": "", "edition": first.edition}).status_code == 200  # the form again
    assert Revision.objects.count() == 1
    sent = {"digest": first.digest, "edition": first.edition}
    assert [client.post(address, sent).status_code for _ in range(3)] == [302, 409, 409]
    assert (Revision.objects.count(), verify()) == (2, [])


def test_drafter_does_not_publish_their_own_study_by_any_way(client):
    one = make_user("lead")
    study = make_study(**TEXTS, **CODED)
    study.definitions.update(coded_by=one)
    digest = publishing.submit(study=study, by=one)
    with pytest.raises(NotAllowed):
        publishing.publish(study=study, digest=digest, by=one)
    with pytest.raises(NotAllowed):
        ordering.order(study=study, digest=digest, publish_at=timezone.now() + timedelta(days=1), by=one)
    sign_in(client, one)
    address = reverse("admin:studies_study_publish", args=[study.pk])
    sent = EXTRA | {"digest": digest}
    assert client.post(address, sent).status_code == 403
    client.post(
        "/admin/studies/study/", {"action": "publish_bibliography", "_selected_action": [study.pk], "post": "yes"}
    )
    study.refresh_from_db()
    assert (study.state, study.version, PublishingOrder.objects.count()) == ("in_review", 0, 0)


def test_lead_alone_withdraws_merges_restores_and_redacts_nothing(record):  # noqa: F811
    lead = make_user("lead")
    study = record["study"]["withdraw"]
    acts = {"reason": "other", "note": "x", "by": lead}
    made = [publishing.withdraw(study=study, **acts)]
    made.append(publishing.merge(source=published_study(), target=study, note="x", by=lead))
    changed = record["revision"][""]
    newer = proposals.propose(study=changed.study, values={"controls": 10}, reason="correction", note="x", by=lead)
    proposals.apply(proposal=newer, digest=newer.digest, edition=newer.edition, by=make_user("editor"))
    made.append(publishing.redact(revision=changed, field="controls", note="x", by=lead))
    made.append(publishing.restore(study=record["study"]["restore"], **acts))
    for proposal in made:
        with pytest.raises(NotAllowed):
            proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=lead)
    study.refresh_from_db()
    assert study.state == "published"


def test_holder_of_a_message_is_not_its_second_person_by_either_page(client):
    one = make_user("moderator", "lead")
    held = claimed(one, at=timezone.now(), study=a_study())
    held, proposal = review.propose(shown=shown(held), by=one, at=timezone.now(), draft=a_grave_change())
    sign_in(client, one)
    before = written()
    sent = {"digest": proposal.digest, "edition": proposal.edition, "version": held.version, "text": "Thank you."} | {
        "second": "1", "by": "1",
    }  # fmt: skip
    by_queue = reverse("admin:contributions_contribution_apply", args=[held.pk])
    by_proposal = reverse("admin:studies_proposal_apply", args=[proposal.pk])
    assert [client.post(address, sent).status_code for address in (by_queue, by_proposal)] == [403, 403]
    assert written() == before


# --- Numbers of other things -------------------------------------------------------------------------------------------------

STRANGE = ["0", "-1", "99999999999999999999999", "1e3", "1'--", "%00"]


@pytest.mark.parametrize("number", STRANGE)
def test_strange_numbers_find_nothing_and_break_nothing(client, number):
    client.raise_request_exception = False
    sign_in(client, make_user("lead"))
    before = written()
    pages = [name for name in TABLE if not name.endswith(("changelist", "add", "by_hand", "drafts"))]
    addresses = []
    for name in pages:
        model, _, page = name.partition("_")
        addresses.append(f"/admin/studies/{model}/{number}/{page.replace('_', '-')}/")
    addresses += [
        f"/admin/contributions/contribution/{number}/{page}/" for page in ("change", "claim", "erase", "propose")
    ]
    addresses += [
        f"/admin/auth/user/{number}/{page}/" for page in ("change", "reset-second-factor", "password", "history")
    ]
    for address in addresses:
        statuses = client.get(address).status_code, client.post(address, {"post": "yes"}).status_code
        assert (address, set(statuses) <= {302, 403, 404, 405}) == (address, True), statuses
    assert written() == before


def test_words_of_a_receipt_open_one_message_and_no_number_opens_another(client):
    mine, other = send(), send(content={"text": "A message of somebody else."})
    client.post("/my-contribution/", {"words": mine.words})
    for extra in (
        {"uuid": str(other.contribution.uuid)},
        {"id": other.contribution.pk},
        {"contribution": str(other.contribution.uuid)},
    ):
        pages = [client.get("/my-contribution/", extra), client.post("/my-contribution/download/", extra)]
        assert [page.content.decode().count("A message of somebody else.") for page in pages] == [0, 0]
    assert intake.find(mine.words).pk == mine.contribution.pk
