"""The states of a study: draft, in review, published, withdrawn; and the acts that take two people."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from studies import proposals, publishing, revisions, sample_import
from studies.models import (
    CaseDefinition,
    Finding,
    Proposal,
    PublicState,
    Revision,
    SearchDocument,
    SlugRedirect,
    Study,
    StudyLink,
)
from studies.publishing import NotAllowed, Problems, Stale
from studies.snapshots import current
from studies.verification import verify
from studies.vocabulary_desk import FindingKind, FindingState, Source
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return make_user("editor", username="ann")


@pytest.fixture
def bo() -> User:
    return make_user("moderator", username="bo")


@pytest.fixture
def lea() -> User:
    return make_user("lead", username="lea")


def carry_out(proposal: Proposal, by: User) -> Revision | None:
    return proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=by)


def state_of(study: Study) -> str:
    return Study.objects.get(pk=study.pk).state


# --- Draft, review, publication -----------------------------------------------------------------------------------


def test_submit_derives_badge_and_names_the_drafter(ann: User) -> None:
    study = make_study(**TEXTS, **CODED)
    digest = publishing.submit(study=study, by=ann)
    study.refresh_from_db()
    assert (study.state, study.pem, study.pem_rule) == ("in_review", "not_required", "one_not_required")
    assert (study.submitted_digest, study.drafted_by) == (digest, ann)
    assert set(study.text_provenance.values_list("drafter", "drafted_by", "basis")) == {("person", ann.pk, "abstract")}


def test_publish_makes_revision_one_and_a_search_document(ann: User, bo: User) -> None:
    study = make_study(**TEXTS, **CODED)
    digest = publishing.submit(study=study, by=ann)
    assert not SearchDocument.objects.exists()
    revision = publishing.publish(study=study, digest=digest, by=bo, note="First reading.")
    assert (study.state, study.version, revision.approver_role, revision.note) == (
        "published",
        1,
        "moderator",
        "First reading.",
    )
    assert set(study.text_provenance.values_list("approver_role", "revision_number")) == {("moderator", 1)}
    assert list(SearchDocument.objects.values_list("study_id", flat=True)) == [study.pk]
    assert verify() == []


def test_publish_of_bibliography_alone_needs_no_texts(ann: User, bo: User) -> None:
    study = make_study()
    publishing.publish(study=study, digest=publishing.submit(study=study, by=ann), by=bo)
    assert (study.state, study.pem, study.has_texts) == ("published", "not_coded", False)


def test_publish_needs_somebody_who_is_no_drafter(ann: User, bo: User, settings: object) -> None:
    study = make_study(**TEXTS, **CODED)
    digest = publishing.submit(study=study, by=ann)
    study.text_provenance.filter(field="summary").update(drafted_by=bo)
    for drafter in (ann, bo):
        with pytest.raises(NotAllowed):
            publishing.publish(study=study, digest=digest, by=drafter)
    assert state_of(study) == "in_review"
    settings.ATLAS_ONE_PERSON = True  # type: ignore[attr-defined]
    assert publishing.publish(study=study, digest=digest, by=ann).number == 1


def test_publish_needs_the_permission(ann: User) -> None:
    study = make_study()
    digest = publishing.submit(study=study, by=ann)
    with pytest.raises(NotAllowed):
        publishing.publish(study=study, digest=digest, by=make_user("triage"))
    with pytest.raises(NotAllowed):
        publishing.submit(study=make_study(), by=make_user("triage"))


@pytest.mark.parametrize("what", ["title", "author", "digest"])
def test_publish_refuses_what_was_not_shown(ann: User, bo: User, what: str) -> None:
    study = make_study(authors=["Adams, Ann"])
    digest = publishing.submit(study=study, by=ann)
    if what == "title":
        Study.objects.filter(pk=study.pk).update(title="Another title")
    elif what == "author":
        study.authors.update(family="Baker")
    else:
        digest = "0" * 64
    with pytest.raises(Stale):
        publishing.publish(study=study, digest=digest, by=bo)
    assert (state_of(study), Revision.objects.count()) == ("in_review", 0)


def test_publish_twice_is_stale(ann: User, bo: User) -> None:
    study = published_study()
    with pytest.raises(Stale):
        publishing.publish(study=study, digest=study.submitted_digest, by=bo)


def test_send_back_makes_a_draft_again(ann: User, bo: User) -> None:
    study = make_study()
    publishing.submit(study=study, by=ann)
    publishing.send_back(study=study, by=bo, note="Say who was tested.")
    study.refresh_from_db()
    assert (study.state, study.submitted_digest) == ("draft", "")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (TEXTS | CODED | {"limitations": ""}, "Texts are missing: what it does not prove."),
        (
            {"summary": "A text."} | CODED,
            "Texts are missing: question, key point, main limitation, why it matters, what it does not prove.",
        ),
        (TEXTS | CODED | {"basis": ""}, "Say what the texts were written from."),
        (TEXTS | {"design": "cohort"}, "PEM has not been coded."),
        (TEXTS | {"definitions": [{"definition": "fukuda-1994"}]}, "PEM has not been coded."),
        (CODED | {"evidence_level": "E1"}, "E1 needs a link to a published study that replicates it."),
        (
            TEXTS | CODED | {"key_point": "It did in 12 patients.", "patients": 11},
            "A text gives 12 patients, but the record says 11.",
        ),
        ({"title": " "}, "The title is missing."),
    ],
)
def test_submit_refuses_what_may_not_be_public(ann: User, fields: dict, message: str) -> None:
    study = make_study(**fields)
    with pytest.raises(Problems) as refused:
        publishing.submit(study=study, by=ann)
    assert message in refused.value.messages
    assert state_of(study) == "draft"


def test_submit_refuses_a_definition_younger_than_the_paper(ann: User) -> None:
    study = make_study(design="cohort", published_on="2010-01-01", definitions=[{"definition": "iom-2015"}])
    with pytest.raises(Problems, match="iom-2015 is from 2015"):
        publishing.submit(study=study, by=ann)


def test_submit_refuses_an_address_that_leads_elsewhere(ann: User) -> None:
    SlugRedirect.objects.create(slug="taken", study=published_study())
    with pytest.raises(Problems, match="had this address before"):
        publishing.submit(study=make_study(slug="taken"), by=ann)


def test_required_badge_needs_a_check(ann: User, bo: User) -> None:
    study = make_study(**TEXTS, design="cohort", definitions=[{"definition": "ccc-2003"}])
    digest = publishing.submit(study=study, by=ann)
    with pytest.raises(Problems, match="nobody has checked"):
        publishing.publish(study=study, digest=digest, by=bo)
    study.definitions.update(checked_by=bo)
    assert publishing.publish(study=study, digest=digest, by=bo).number == 1


@pytest.mark.parametrize("outward", [True, False])
def test_e1_takes_a_link_in_either_direction(ann: User, outward: bool) -> None:
    other, study = published_study(), make_study(**TEXTS, **CODED, evidence_level="E1")
    ends = {"source": study, "target": other} if outward else {"source": other, "target": study}
    StudyLink.objects.create(type="replicates", **ends)
    assert len(publishing.submit(study=study, by=ann)) == 64


# --- Withdrawal ---------------------------------------------------------------------------------------------------


def test_withdraw_takes_a_lead_and_another_person(bo: User, lea: User) -> None:
    study = published_study()
    with pytest.raises(NotAllowed):
        publishing.withdraw(study=study, reason="out_of_scope", note="Not about ME/CFS.", by=bo)
    proposal = publishing.withdraw(study=study, reason="out_of_scope", note="Not about ME/CFS.", by=lea)
    with pytest.raises(NotAllowed):
        carry_out(proposal, lea)
    proposal.refresh_from_db()
    revision = carry_out(proposal, bo)
    study.refresh_from_db()
    assert (study.state, study.withdrawal_reason, study.version) == ("withdrawn", "Not about ME/CFS.", 2)
    assert revision is not None
    assert (revision.kind, revision.approver_role, revision.second_role) == ("withdraw", "lead", "moderator")
    assert not SearchDocument.objects.filter(study=study).exists()
    assert verify() == []


def test_restore_publishes_again(bo: User, lea: User) -> None:
    study = published_study()
    carry_out(publishing.withdraw(study=study, reason="out_of_scope", note="Not about ME/CFS.", by=lea), bo)
    revision = carry_out(publishing.restore(study=study, reason="correction", note="It is.", by=lea), bo)
    study.refresh_from_db()
    assert revision is not None
    assert (study.state, study.withdrawal_reason, revision.kind, study.version) == ("published", "", "restore", 3)
    assert SearchDocument.objects.filter(study=study).exists()
    assert verify() == []


def test_acts_need_the_right_state(lea: User) -> None:
    draft, published = make_study(), published_study()
    with pytest.raises(Problems, match="is not published"):
        publishing.withdraw(study=draft, reason="other", note="Why.", by=lea)
    with pytest.raises(Problems, match="is not withdrawn"):
        publishing.restore(study=published, reason="other", note="Why.", by=lea)


# --- Merge and rename ---------------------------------------------------------------------------------------------


def test_merge_moves_links_and_leaves_a_trace_everywhere(bo: User, lea: User) -> None:
    first, second, third, fourth = (published_study() for _ in range(4))
    link(bo, third, {"study": first.pk, "type": "replicates"})
    link(bo, first, {"study": second.pk, "type": "comments_on"}, {"study": fourth.pk, "type": "part_of"})
    draft = make_study()
    StudyLink.objects.create(source=draft, target=first, type="corrects")
    before = Revision.objects.count()
    revision = carry_out(publishing.merge(source=first, target=second, note="The same paper.", by=lea), bo)
    assert revision is not None
    for study in (first, second, third, fourth):
        study.refresh_from_db()
    assert (first.state, first.merged_into, revision.study) == ("withdrawn", second, first)
    assert set(StudyLink.objects.values_list("source", "target", "type")) == {
        (third.pk, second.pk, "replicates"),
        (second.pk, fourth.pk, "part_of"),
        (draft.pk, second.pk, "corrects"),
    }
    assert (second.version, third.version, fourth.version) == (2, 3, 1)
    assert Revision.objects.count() == before + 3
    assert verify() == []


def test_merge_keeps_one_of_two_opposite_links(bo: User, lea: User) -> None:
    first, second, third = (published_study() for _ in range(3))
    link(bo, first, {"study": third.pk, "type": "contradicts"})
    link(bo, third, {"study": second.pk, "type": "contradicts"})
    carry_out(publishing.merge(source=first, target=second, note="The same paper.", by=lea), bo)
    assert list(StudyLink.objects.values_list("source", "target")) == [(third.pk, second.pk)]
    assert verify() == []


def link(by: User, study: Study, *links: dict) -> None:
    values = {"links": list(links)}
    proposal = proposals.propose(study=study, values=values, reason="new_information", note="Seen.", by=by)
    carry_out(proposal, by)


def test_merge_into_a_merged_study_leads_on(bo: User, lea: User) -> None:
    first, second, third = (published_study() for _ in range(3))
    carry_out(publishing.merge(source=first, target=second, note="The same paper.", by=lea), bo)
    carry_out(publishing.merge(source=second, target=third, note="The same paper.", by=lea), bo)
    first.refresh_from_db()
    assert (first.merged_into, first.version) == (third, 3)
    assert verify() == []


def test_merge_refuses_itself_and_drafts(lea: User) -> None:
    study = published_study()
    for target in (study, make_study()):
        with pytest.raises(Problems):
            publishing.merge(source=study, target=target, note="Why.", by=lea)


def test_rename_leaves_a_redirect(bo: User, lea: User) -> None:
    study = published_study(slug="old")
    with pytest.raises(NotAllowed):
        publishing.rename(study=study, slug="new", note="A typing error.", by=bo)
    revision = publishing.rename(study=study, slug="new", note="A typing error.", by=lea)
    assert (study.slug, revision.kind, study.version) == ("new", "rename", 2)
    assert list(SlugRedirect.objects.values_list("slug", "study")) == [("old", study.pk)]
    publishing.rename(study=study, slug="old", note="It was right.", by=lea)
    assert list(SlugRedirect.objects.values_list("slug", "study")) == [("new", study.pk)]
    assert verify() == []


@pytest.mark.parametrize("slug", ["other", "was-other", "Ärger", "with space", "UPPER", "x" * 121, ""])
def test_rename_refuses_what_cannot_be_an_address(lea: User, slug: str) -> None:
    other = published_study(slug="other")
    SlugRedirect.objects.create(slug="was-other", study=other)
    study = published_study(slug="mine")
    with pytest.raises(Problems):
        publishing.rename(study=study, slug=slug, note="Why.", by=lea)
    assert Study.objects.get(pk=study.pk).slug == "mine"


# --- Removal from the history -------------------------------------------------------------------------------------


@pytest.fixture
def changed(ann: User) -> Study:
    study = published_study(title="Names a patient")
    proposal = proposals.propose(
        study=study, values={"title": "Names nobody"}, reason="correction", note="A name stood here.", by=ann
    )
    carry_out(proposal, ann)
    return study


def test_redact_removes_the_value_everywhere_and_keeps_the_chain(changed: Study, bo: User, lea: User) -> None:
    first = changed.revisions.get(number=1)
    counter = PublicState.objects.get().counter
    proposal = publishing.redact(revision=first, field="title", note="It named a patient.", by=lea)
    with pytest.raises(NotAllowed):
        carry_out(proposal, lea)
    proposal.refresh_from_db()
    assert carry_out(proposal, bo) is None
    row = first.values.get(field="title")
    assert (row.value, row.salt, row.redaction_reason) == (None, None, "It named a patient.")
    assert row.redacted_on is not None
    assert revisions.at(changed, 1)["title"] is revisions.REDACTED
    assert revisions.at(changed, 2)["title"] == "Names nobody"
    assert [Proposal.objects.get(kind="change").changes, Proposal.objects.get(kind="redact").state] == [
        {"title": [None, None]},
        "applied",
    ]
    changed.refresh_from_db()
    assert (PublicState.objects.get().counter, changed.public_counter, changed.version) == (counter + 1, counter + 1, 2)
    assert verify() == []


def test_redact_removes_the_value_from_what_sources_were_found_to_say(changed: Study, bo: User, lea: User) -> None:
    removed, kept = revisions.at(changed, 1)["title"], "Names nobody"
    at = {"found_at": timezone.now(), "seen_at": timezone.now()}
    told = {"study": changed, "source": Source.PUBMED, "kind": FindingKind.DIFFERS, **at}
    for state in FindingState.values:
        Finding.objects.create(
            **told, ours={"title": removed}, theirs={"title": removed}, state=state, field=f"title {state}"
        )
    Finding.objects.create(**told, ours={"title": kept}, theirs={}, field="title")
    carry_out(publishing.redact(revision=changed.revisions.get(number=1), field="title", note="Why.", by=lea), bo)
    held = {each.field: (each.ours, each.theirs) for each in Finding.objects.all()}
    gone, there = {"title": None}, {"title": removed}
    assert held == {
        "title open": (gone, there),
        "title proposed": (gone, there),
        "title settled": (gone, gone),
        "title dismissed": (gone, there),
        "title": ({"title": kept}, {}),
    }


def test_redact_refuses_what_is_still_shown(changed: Study, lea: User) -> None:
    with pytest.raises(Problems, match="still shown"):
        publishing.redact(revision=changed.revisions.get(number=2), field="title", note="Why.", by=lea)
    with pytest.raises(Problems, match="no such value"):
        publishing.redact(revision=changed.revisions.get(number=2), field="pages", note="Why.", by=lea)


def test_redact_refuses_while_a_proposal_holds_the_field(changed: Study, ann: User, bo: User, lea: User) -> None:
    proposal = publishing.redact(revision=changed.revisions.get(number=1), field="title", note="Why.", by=lea)
    proposals.propose(study=changed, values={"title": "Third"}, reason="wording", note="Shorter.", by=ann)
    with pytest.raises(Problems, match="open proposal"):
        carry_out(proposal, bo)
    assert changed.revisions.get(number=1).values.get(field="title").value is not None


def test_redacted_value_cannot_be_restored(changed: Study, ann: User, bo: User, lea: User) -> None:
    carry_out(publishing.redact(revision=changed.revisions.get(number=1), field="title", note="Why.", by=lea), bo)
    with pytest.raises(Problems, match="removed from the history"):
        proposals.revert(revision=changed.revisions.get(number=2), by=ann, note="Back.")


# --- A case definition's PEM value --------------------------------------------------------------------------------


def test_definition_change_rederives_every_study(bo: User, lea: User) -> None:
    using = [published_study(**CODED), published_study(**TEXTS, **CODED)]
    other = published_study(design="cohort", definitions=[{"definition": "oxford-1991"}])
    draft = make_study(**CODED, pem="not_required", pem_rule="one_not_required")
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    proposal = publishing.change_definition_pem(
        definition=definition, pem="partial", note="Read in the original.", by=lea
    )
    with pytest.raises(NotAllowed):
        carry_out(proposal, lea)
    proposal.refresh_from_db()
    assert carry_out(proposal, bo) is None
    definition.refresh_from_db()
    assert definition.pem == "partial"
    rows = Study.objects.filter(pk__in=[*(study.pk for study in using), other.pk, draft.pk]).order_by("pk")
    assert list(rows.values_list("pem", "version")) == [
        ("partial", 2),
        ("partial", 2),
        ("not_required", 1),
        ("partial", 0),
    ]
    assert (
        list(Revision.objects.filter(number=2).values_list("kind", "note", "second_role"))
        == [("definition", "Read in the original.", "moderator")] * 2
    )
    assert verify() == []


def test_definition_change_is_stale_when_the_value_moved(bo: User, lea: User) -> None:
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    first = publishing.change_definition_pem(definition=definition, pem="partial", note="Read again.", by=lea)
    second = publishing.change_definition_pem(definition=definition, pem="required", note="Read again.", by=lea)
    carry_out(first, bo)
    with pytest.raises(Stale):
        carry_out(second, bo)
    assert CaseDefinition.objects.get(slug="fukuda-1994").pem == "partial"


def test_definition_change_is_stale_when_other_studies_would_change(bo: User, lea: User) -> None:
    """Who applies it answers for the badges that the proposal listed."""
    using = published_study(**CODED)
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    proposal = publishing.change_definition_pem(definition=definition, pem="partial", note="Read again.", by=lea)
    assert proposal.details == {"badges": {str(using.pk): "partial"}}
    published_study(**CODED)
    with pytest.raises(Stale, match="Other studies"):
        carry_out(proposal, bo)
    definition.refresh_from_db()
    assert (definition.pem, verify()) == ("optional", [])


def test_definition_change_needs_a_lead_and_another_value(bo: User, lea: User) -> None:
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    with pytest.raises(NotAllowed):
        publishing.change_definition_pem(definition=definition, pem="partial", note="Why.", by=bo)
    for value in (definition.pem, "nonsense"):
        with pytest.raises(Problems):
            publishing.change_definition_pem(definition=definition, pem=value, note="Why.", by=lea)


# --- Sample atlas -------------------------------------------------------------------------------------------------


def test_sample_is_named_as_such_and_can_be_corrected(ann: User, bo: User) -> None:
    study = make_study(**TEXTS, design="cohort", definitions=[{"definition": "ccc-2003"}])
    publishing.publish_sample([study.pk])
    assert current([study.pk])[study.pk]["is_sample"] == "yes"
    proposal = proposals.propose(study=study, values={"pages": "1-2"}, reason="bibliography", note="Added.", by=ann)
    assert carry_out(proposal, bo) is not None
    assert verify() == []


def test_sample_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_import, "SAMPLE_BATCH", 2)
    ids = [make_study().pk for _ in range(5)]
    assert publishing.publish_sample(ids) == 5
    state = PublicState.objects.get()
    assert (state.counter, state.revisions) == (3, 5)
    assert verify() == []


def test_submit_forgets_notes_on_texts_that_are_not_there(ann: User) -> None:
    study = make_study(**TEXTS, **CODED)
    study.text_provenance.create(field="findings", basis="abstract", drafter="machine", model="A model")
    study.text_provenance.create(field="summary", basis="abstract", drafter="machine", model="A model")
    publishing.submit(study=study, by=ann)
    drafters = dict(study.text_provenance.values_list("field", "drafter"))
    assert ("findings" in drafters, drafters["summary"], drafters["question"]) == (False, "machine", "person")


def test_reason_of_a_removal_is_kept_whole_or_refused(changed: Study, lea: User) -> None:
    first = changed.revisions.get(number=1)
    with pytest.raises(Problems, match="at most 300 characters"):
        publishing.redact(revision=first, field="title", note="x" * 301, by=lea)
    assert publishing.redact(revision=first, field="title", note="x" * 300, by=lea).note == "x" * 300
