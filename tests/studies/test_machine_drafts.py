"""What a machine drafted says so for ever, and waits in the list of drafts like everything else."""

import pytest
from django.urls import reverse

from studies import proposals, publishing
from studies.disclosure import drafted
from studies.models import Arrival, Study
from studies.roles import NotAllowed
from studies.verification import verify
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user
from tests.studies.filling import form_of, send

pytestmark = pytest.mark.django_db
QUEUE = "/admin/studies/study/drafts/"
BY_MACHINE = "Drafted by a machine (Model A, version 1) from the abstract of the paper."


def machine_draft(**fields):
    study = make_study(**TEXTS, **CODED, **fields)
    for name in TEXTS:
        if name != "basis":
            study.text_provenance.create(
                field=name, basis="abstract", drafter="machine", model="Model A", model_version="1"
            )
    return study


def published(study):
    editor, approver = make_user("editor"), make_user("editor")
    digest = publishing.submit(study=study, by=editor)
    publishing.publish(study=study, digest=digest, by=approver)
    return study


def told(study, field):
    return drafted(study.text_provenance.get(field=field))


def test_machine_draft_needs_a_person_who_submits_and_another_who_publishes():
    study, editor = machine_draft(), make_user("editor")
    digest = publishing.submit(study=study, by=editor)
    with pytest.raises(NotAllowed):
        publishing.publish(study=study, digest=digest, by=editor)
    publishing.publish(study=study, digest=digest, by=make_user("editor"))
    assert told(study, "summary") == BY_MACHINE


def test_public_page_names_the_machine(client):
    study = published(machine_draft())
    assert BY_MACHINE in client.get(study.get_absolute_url()).content.decode()


def test_text_that_a_person_changed_by_a_proposal_goes_on_naming_the_machine():
    study = published(machine_draft())
    change = {"reason": "wording", "note": "Clearer.", "by": make_user("editor")}
    proposal = proposals.propose(study=study, values={"summary": "The team looked at blood."}, **change)
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor"))
    assert told(study, "summary") == f"{BY_MACHINE} A person changed it since."
    assert told(study, "question") == BY_MACHINE
    assert verify() == []


def test_change_that_is_taken_back_takes_the_remark_back():
    study = published(machine_draft())
    change = {"reason": "wording", "note": "Clearer.", "by": make_user("editor")}
    proposal = proposals.propose(study=study, values={"summary": "The team looked at blood."}, **change)
    revision = proposals.apply(
        proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor")
    )
    back = proposals.revert(revision=revision, by=make_user("editor"), note="Back.")
    proposals.apply(proposal=back, digest=back.digest, edition=back.edition, by=make_user("editor"))
    assert told(study, "summary") == BY_MACHINE
    assert verify() == []


def test_editing_a_machine_draft_keeps_its_label_and_says_that_a_person_changed_it(client):
    study = machine_draft()
    sign_in(client, make_user("editor"))
    address = reverse("admin:studies_study_change", args=[study.pk])
    answer = send(client, address, holding="summary", summary="The team looked at blood from patients.")
    assert answer.status_code == 302
    assert told(study, "summary") == f"{BY_MACHINE} A person changed it since."
    assert told(study, "question") == BY_MACHINE


@pytest.mark.parametrize("changed", [{"drafter": "person", "model": ""}, {"DELETE": "on"}])
def test_label_of_a_machine_is_not_taken_off_by_hand(client, changed):
    study = machine_draft()
    sign_in(client, make_user("editor"))
    address = reverse("admin:studies_study_change", args=[study.pk])
    rows = form_of(client.get(address), holding="summary")
    assert rows["text_provenance-0-drafter"] == ["machine"]
    typed = {f"text_provenance-0-{name}": value for name, value in changed.items()}
    send(client, address, holding="summary", **typed)
    assert set(study.text_provenance.values_list("drafter", flat=True)) == {"machine"}
    assert study.text_provenance.count() == len(TEXTS) - 1


def queue(client, **query):
    page = client.get(QUEUE, query)
    assert page.status_code == 200
    return [study.title for study in page.context["page"].object_list]


def test_queue_shows_drafts_by_age_without_what_waits_in_the_inbox(client):
    sign_in(client, make_user("editor"))
    machine_draft(title="Second")
    first = make_study(title="First")
    Study.objects.filter(pk=first.pk).update(created_at="2020-01-01T00:00:00Z")
    waiting = make_study(title="Waiting")
    Arrival.objects.create(
        source="pubmed", source_id="1", title="Waiting", study=waiting, arrived_at="2026-01-01T00:00:00Z"
    )
    published(make_study(title="Public"))
    assert queue(client) == ["First", "Second"]
    assert queue(client, by="machine") == ["Second"]
    assert "a machine (Model A)" in client.get(QUEUE).content.decode()


@pytest.mark.parametrize("count", [1, 30])
def test_queue_takes_the_same_queries_for_any_number(client, django_assert_max_num_queries, count):
    sign_in(client, make_user("editor"))
    for _ in range(count):
        make_study(drafted_by=make_user("editor"))
    with django_assert_max_num_queries(9):  # two of them: whether their password is their own and their session goes on
        client.get(QUEUE)
