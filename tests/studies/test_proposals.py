"""A published study changes by a proposal: written, shown, applied as shown."""

import pytest
from django.contrib.auth.models import User

from studies import proposals, publishing, revisions
from studies.models import Flag, Proposal, Revision, RevisionApproval, Study
from studies.proposals import Conflict, NotAllowed, Problems, Stale
from studies.revisions import link_of
from studies.snapshots import current
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return published_study(**TEXTS, **CODED, patients=50, controls=40, authors=["Adams, Ann", "Baker, Bo"])


@pytest.fixture
def ann() -> User:
    return make_user("moderator", username="ann")


@pytest.fixture
def bo() -> User:
    return make_user("editor", username="bo")


def propose(study: Study, by: User, reason: str = "correction", **values: object) -> Proposal:
    return proposals.propose(study=study, values=values, reason=reason, note="Read again.", by=by)


def apply(proposal: Proposal, by: User) -> Revision:
    revision = proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=by)
    assert revision is not None
    return revision


def public(study: Study) -> dict:
    return current([study.pk])[study.pk]


def test_propose_writes_the_differences_and_nothing_public(study: Study, ann: User) -> None:
    before = public(study)
    proposal = propose(study, ann, title="A better title", volume=" 12 ", journal="")
    assert proposal.changes == {"title": [study.title, "A better title"], "volume": [None, "12"]}
    assert (proposal.state, proposal.high_impact, proposal.base_number) == ("open", False, 1)
    assert (proposal.base_hash, proposal.proposer_role) == (study.newest_hash, "moderator")
    assert (public(study), Revision.objects.count()) == (before, 1)


def test_apply_writes_study_and_revision(study: Study, ann: User, bo: User) -> None:
    proposal = propose(study, ann, title="A better title", published_on="2023-01-01", published_precision="year")
    revision = apply(proposal, bo)
    study.refresh_from_db()
    assert (study.title, study.year, study.version) == ("A better title", 2023, 2)
    assert (revision.number, revision.sequence, revision.approver_role, revision.second_role) == (2, 2, "editor", "")
    assert revision.hash == link_of(revision).hash == study.newest_hash
    assert [change.field for change in revisions.differences(revision)] == [
        "title",
        "published_on",
        "published_precision",
    ]
    assert revisions.at(study, 2) == public(study)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.revision, proposal.decided_by) == ("applied", revision, bo)
    assert list(RevisionApproval.objects.filter(revision=revision).values_list("user", "as_second")) == [(bo.pk, False)]


def test_apply_by_the_proposer_is_enough_for_a_light_change(study: Study, ann: User) -> None:
    assert apply(propose(study, ann, title="A better title"), ann).number == 2


def test_apply_writes_every_kind_of_row(study: Study, ann: User, bo: User) -> None:
    other = published_study()
    values = {
        "authors": [{"family": "Clark", "given": "Cy", "orcid": "0000-0002-1825-0097"}, {"collective": "The Team"}],
        "authors_complete": "no",
        "topics": ["sleep", "muscle"],
        "flags": [{"kind": "superseded", "reason": "A newer study exists.", "link": "https://example.org/"}],
        "links": [{"study": other.slug, "type": "part_of"}],
        "method_flags": ["small_sample", "exploratory"],
        "findings": ["One.", "Two."],
        "doi": "https://doi.org/10.1000/ABC",
        "patients": "51",
    }
    apply(propose(study, ann, **values), bo)
    after = public(study)
    assert {name: after[name] for name in values} == values | {
        "topics": ["muscle", "sleep"],
        "links": [{"study": other.pk, "type": "part_of"}],
        "method_flags": ["exploratory", "small_sample"],
        "doi": "10.1000/abc",
        "patients": 51,
    }
    assert after["provenance"]["findings"] == {"basis": "abstract", "drafter": "person"}


def test_apply_empties_rows_and_columns(study: Study, ann: User, bo: User) -> None:
    apply(propose(study, ann, topics=["sleep"], findings=["One."], pages="1-2"), bo)
    apply(propose(study, ann, topics=[], findings=[], pages=None, controls="", authors=[]), bo)
    after = public(study)
    assert {"topics", "findings", "pages", "controls", "authors"}.isdisjoint(after)
    assert "findings" not in after["provenance"]
    assert revisions.at(study, 3) == after


def test_apply_names_the_drafter_of_a_changed_text(study: Study, ann: User, bo: User) -> None:
    revision = apply(propose(study, ann, key_point="It did in this study."), bo)
    line = study.text_provenance.get(field="key_point")
    assert (line.drafter, line.drafted_by, line.approver_role, line.revision_number) == ("person", ann, "editor", 2)
    assert line.approved_at == revision.made_at
    assert study.text_provenance.get(field="summary").revision_number == 1


def test_new_coding_needs_a_second_person_and_changes_the_badge(study: Study, ann: User, bo: User) -> None:
    row = {"definition": "ccc-2003", "role": "inclusion", "basis": "full_text", "quote": "All met the CCC."}
    proposal = propose(study, ann, reason="coding", definitions=[row])
    assert proposal.changes["pem"] == ["not_required", "required"]
    assert (proposal.state, proposal.high_impact) == ("awaiting_second", True)
    with pytest.raises(NotAllowed):
        apply(proposal, ann)
    proposal.refresh_from_db()
    revision = apply(proposal, bo)
    study.refresh_from_db()
    assert (study.pem, study.pem_rule) == ("required", "one_required")
    coded = study.definitions.get()
    assert (coded.definition.slug, coded.coded_by, coded.checked_by) == ("ccc-2003", ann, bo)
    assert (revision.approver_role, revision.second_role) == ("moderator", "editor")
    assert list(revision.approvals.order_by("as_second").values_list("user", "as_second")) == [
        (ann.pk, False),
        (bo.pk, True),
    ]


@pytest.mark.parametrize(
    ("values", "grave"),
    [
        ({"retraction_status": "retracted"}, True),
        ({"flags": [{"kind": "safety", "reason": "It advises exercise."}]}, True),
        ({"flags": [{"kind": "contested", "reason": "Two letters object."}]}, True),
        ({"flags": [{"kind": "superseded", "reason": "A newer one exists."}]}, False),
        ({"author_responses": [{"text": "We agree.", "verified": "yes"}]}, True),
        ({"summary": "Another text."}, False),
        ({"definitions": [{"definition": "oxford-1991", "role": "inclusion", "basis": "abstract"}]}, False),
    ],
)
def test_impact_decides_who_may_apply(study: Study, ann: User, bo: User, values: dict, grave: bool) -> None:
    proposal = propose(study, ann, **values)
    assert (proposal.high_impact, proposals.needs_second_person(proposal)) == (grave, grave)
    if grave:
        with pytest.raises(NotAllowed):
            apply(proposal, ann)
        proposal.refresh_from_db()
    assert apply(proposal, bo if grave else ann).number == 2


def test_one_person_may_do_both_when_the_atlas_says_so(study: Study, ann: User, settings: object) -> None:
    settings.ATLAS_ONE_PERSON = True  # type: ignore[attr-defined]
    revision = apply(propose(study, ann, retraction_status="retracted"), ann)
    assert (revision.approver_role, revision.second_role) == ("moderator", "")
    assert revision.approvals.count() == 1


def test_author_response_keeps_the_number_of_its_revision(study: Study, ann: User, bo: User) -> None:
    first = {"text": "We agree.", "verified": "yes"}
    apply(propose(study, ann, author_responses=[first]), bo)
    apply(propose(study, ann, author_responses=[first, {"text": "And more."}]), bo)
    assert list(study.author_responses.values_list("text", "verified_author", "revision_number")) == [
        ("We agree.", True, 2),
        ("And more.", False, 3),
    ]


@pytest.mark.parametrize("group", ["triage", ""])
def test_propose_and_apply_need_a_role(study: Study, ann: User, group: str) -> None:
    stranger = make_user(group)
    with pytest.raises(NotAllowed):
        propose(study, stranger, title="Other")
    proposal = propose(study, ann, title="Other")
    for act in (apply, lambda p, by: proposals.refuse(proposal=p, edition=p.edition, by=by, note="No.")):
        with pytest.raises(NotAllowed):
            act(proposal, stranger)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.edition) == ("open", 1)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "Nothing would change."),
        ({"title": ""}, "Title: This cannot be empty."),
        ({"title": "A" * 10, "slug": "other"}, "Slug: This cannot be proposed."),
        ({"pem": "required"}, "PEM badge: This cannot be proposed."),
        ({"doi": "not one"}, "DOI: not a DOI: 'not one'"),
        ({"topics": ["nowhere"]}, "Topics: Unknown topic: nowhere."),
        ({"key_point": ""}, "Texts are missing: key point."),
        ({"key_point": "In 60 patients it did."}, "A text gives 60 patients, but the record says 50."),
        ({"patients": 4, "question": "What of 50 patients?"}, "A text gives 50 patients, but the record says 4."),
        ({"evidence_level": "E1"}, "E1 needs a link to a published study that replicates it."),
        ({"evidence_level": "E0"}, "E0 is for guidelines, consensus papers and systematic reviews."),
        (
            {"pem_claim": "compulsory"},
            "The PEM coding cannot be read: PEM stated as compulsory needs the quoted sentence.",
        ),
        ({"published_on": "1990-01-01"}, "fukuda-1994 is from 1994, but the paper was published in 1990."),
        ({"links": [{"study": "nowhere", "type": "part_of"}]}, "Links: There is no study 'nowhere'."),
        ({"authors": [{"given": "Ann"}]}, "Authors: An author needs a family name, or the name of a group."),
        ({"definitions": []}, "PEM has not been coded."),
        ({"basis": ""}, "Say what the texts were written from."),
    ],
)
def test_propose_refuses_what_would_break_a_rule(study: Study, ann: User, values: dict, message: str) -> None:
    with pytest.raises(Problems) as refused:
        propose(study, ann, **values)
    assert refused.value.messages == [message]
    assert Proposal.objects.count() == 0


def test_propose_refuses_an_identifier_of_another_study(study: Study, ann: User) -> None:
    published_study(doi="10.1000/taken")
    with pytest.raises(Problems, match="Another study has this DOI"):
        propose(study, ann, doi="10.1000/TAKEN")


def test_propose_refuses_a_link_to_a_draft(study: Study, ann: User) -> None:
    draft = make_study(title="Hidden")
    with pytest.raises(Problems, match="leads to a study that is not public"):
        propose(study, ann, links=[{"study": draft.pk, "type": "part_of"}])


def test_link_never_stands_in_both_directions(study: Study, ann: User, bo: User) -> None:
    other = published_study(title="The other one")
    there = propose(study, ann, links=[{"study": other.pk, "type": "contradicts"}])
    back = propose(other, ann, links=[{"study": study.pk, "type": "contradicts"}])
    proposals.apply(proposal=there, digest=there.digest, edition=there.edition, by=bo)
    with pytest.raises(Problems, match=f"“{study.title}” has a link of this kind to this study already."):
        proposals.apply(proposal=back, digest=back.digest, edition=back.edition, by=bo)
    with pytest.raises(Problems, match=f"“{study.title}” has this link to this study already; it shows on both pages."):
        propose(other, ann, links=[{"study": study.pk, "type": "contradicts"}])
    assert propose(other, ann, links=[{"study": study.pk, "type": "comments_on"}]).pk


def test_old_fault_does_not_stand_in_the_way_of_a_correction(study: Study, ann: User) -> None:
    Study.objects.filter(pk=study.pk).update(patients=49, key_point="It did in 50 patients.")
    assert propose(study, ann, title="A better title").changes["title"][1] == "A better title"


def test_propose_needs_a_note_and_a_published_study(study: Study, ann: User) -> None:
    with pytest.raises(Problems, match="Say in a sentence"):
        proposals.propose(study=study, values={"title": "Other"}, reason="wording", note=" ", by=ann)
    with pytest.raises(Problems, match="Only a published study"):
        propose(make_study(), ann, title="Other")


def test_apply_refuses_another_digest_or_edition(study: Study, ann: User, bo: User) -> None:
    proposal = propose(study, ann, title="A better title")
    for digest, edition in (("0" * 64, 1), (proposal.digest, 2)):
        with pytest.raises(Stale):
            proposals.apply(proposal=proposal, digest=digest, edition=edition, by=bo)
    Proposal.objects.filter(pk=proposal.pk).update(changes={"title": [study.title, "Forged"]})
    with pytest.raises(Stale):
        apply(proposal, bo)
    assert Revision.objects.count() == 1


def test_apply_twice_is_stale(study: Study, ann: User, bo: User) -> None:
    proposal = propose(study, ann, title="A better title")
    shown = Proposal.objects.get(pk=proposal.pk)
    apply(proposal, bo)
    with pytest.raises(Stale, match="closed: applied"):
        apply(shown, bo)
    assert Revision.objects.count() == 2


def test_changes_of_different_fields_both_hold(study: Study, ann: User, bo: User) -> None:
    first, second = propose(study, ann, title="A better title"), propose(study, bo, journal="Another Journal")
    apply(first, bo)
    apply(second, bo)
    after = public(study)
    assert (after["title"], after["journal"]) == ("A better title", "Another Journal")


def test_conflict_shows_three_values_and_writes_nothing(study: Study, ann: User, bo: User) -> None:
    old = study.title
    first, second = propose(study, ann, title="Mine"), propose(study, bo, title="Yours", journal="Another Journal")
    apply(first, ann)
    with pytest.raises(Conflict) as conflict:
        apply(second, bo)
    (found,) = conflict.value.merge.conflicts
    assert (found.field, found.base, found.current, found.proposed) == ("title", old, "Mine", "Yours")
    second.refresh_from_db()
    assert (second.state, second.edition, Revision.objects.count()) == ("open", 1, 2)
    assert "journal" not in public(study)


def test_same_change_twice_is_stale(study: Study, ann: User, bo: User) -> None:
    first, second = propose(study, ann, title="Mine"), propose(study, bo, title="Mine")
    apply(first, ann)
    with pytest.raises(Stale, match="already reads as proposed"):
        apply(second, bo)


def test_apply_refuses_another_badge_than_was_shown(study: Study, ann: User, bo: User) -> None:
    rows = [{"definition": "iom-2015", "role": "alternative", "basis": "abstract"}]
    rows.append({"definition": "fukuda-1994", "role": "alternative", "basis": "abstract"})
    first = propose(study, ann, definitions=rows)
    assert first.changes["pem"][1] == "mixed"
    second = propose(study, ann, pem_claim="loosened", pem_quote="Some symptoms sufficed.", pem_locator="methods")
    apply(first, bo)
    assert second.changes["pem"] == ["not_required", "unclear"]
    apply(second, bo)
    without_claim = propose(study, ann, pem_claim="", pem_quote="", pem_locator="")
    assert without_claim.changes["pem"] == ["unclear", "mixed"]
    apply(propose(study, ann, definitions=rows[:1]), bo)
    with pytest.raises(Stale, match="badge"):
        apply(without_claim, bo)
    assert public(study)["pem"] == "unclear"


def test_refuse_and_recall_close_a_proposal(study: Study, ann: User, bo: User) -> None:
    first, second = propose(study, ann, title="Mine"), propose(study, ann, title="Yours")
    proposals.refuse(proposal=first, edition=1, by=bo, note="The paper says otherwise.")
    assert (first.state, first.decided_by, first.decision_note) == ("refused", bo, "The paper says otherwise.")
    with pytest.raises(NotAllowed):
        proposals.recall(proposal=second, edition=1, by=bo)
    proposals.recall(proposal=second, edition=1, by=ann)
    assert second.state == "recalled"
    assert Proposal.objects.waiting().count() == 0
    for closed in (first, second):
        with pytest.raises(Stale):
            apply(closed, bo)


def test_lead_recalls_for_another(study: Study, ann: User) -> None:
    proposal = propose(study, ann, title="Mine")
    proposals.recall(proposal=proposal, edition=1, by=make_user("lead"))
    assert proposal.state == "recalled"


def test_revert_restores_old_values_with_two_people(study: Study, ann: User, bo: User) -> None:
    before = public(study)
    revision = apply(propose(study, ann, title="Worse", summary="Worse.", topics=["sleep"]), bo)
    proposal = proposals.revert(revision=revision, by=ann, note="It was right before.")
    assert (proposal.kind, proposal.high_impact) == ("revert", True)
    with pytest.raises(NotAllowed):
        apply(proposal, ann)
    proposal.refresh_from_db()
    restored = apply(proposal, bo)
    assert (restored.kind, restored.reason, restored.number) == ("revert", "reverted", 3)
    assert public(study) == before


def test_revert_brings_the_old_provenance_back(ann: User, bo: User) -> None:
    sample = make_study(**TEXTS, **CODED)
    publishing.publish_sample([sample.pk])
    revision = apply(propose(sample, ann, summary="Worse."), bo)
    assert sample.text_provenance.get(field="summary").drafter == "person"
    apply(proposals.revert(revision=revision, by=ann, note="It was right before."), bo)
    line = sample.text_provenance.get(field="summary")
    assert (line.drafter, line.drafted_by, line.revision_number) == ("sample", None, 3)


def test_revert_conflicts_with_a_later_change(study: Study, ann: User, bo: User) -> None:
    revision = apply(propose(study, ann, title="Second"), bo)
    apply(propose(study, ann, title="Third"), bo)
    with pytest.raises(Conflict):
        proposals.revert(revision=revision, by=ann, note="It was right before.")


def test_revert_refuses_the_first_version(study: Study, ann: User) -> None:
    with pytest.raises(Problems, match="first version"):
        proposals.revert(revision=study.revisions.get(), by=ann, note="No.")


def test_flag_stays_while_another_is_added(study: Study, ann: User, bo: User) -> None:
    flags = [{"kind": "safety", "reason": "It advises exercise."}]
    apply(propose(study, ann, flags=flags), bo)
    light = propose(study, ann, flags=[*flags, {"kind": "superseded", "reason": "A newer one exists."}])
    assert light.high_impact is False
    apply(light, ann)
    assert list(Flag.objects.filter(study=study).values_list("kind", flat=True)) == ["safety", "superseded"]


def test_revert_that_would_break_a_rule_is_refused_when_it_is_proposed(ann: User, bo: User) -> None:
    """A merge moved a link; taking that back would link to the study that was withdrawn."""
    first, second, linked = published_study(), published_study(), published_study()
    lead = make_user("lead")
    link = proposals.propose(
        study=linked, values={"links": [{"study": first.pk, "type": "part_of"}]}, reason="other", note="Read.", by=ann
    )
    proposals.apply(proposal=link, digest=link.digest, edition=1, by=bo)
    merge = publishing.merge(source=first, target=second, note="One paper.", by=lead)
    proposals.apply(proposal=merge, digest=merge.digest, edition=1, by=bo)
    with pytest.raises(Problems, match="leads to a study that is not public"):
        proposals.revert(revision=linked.revisions.get(number=3), by=ann, note="Wrong.")


def test_weight_is_asked_again_when_a_proposal_is_applied(study: Study, ann: User, bo: User) -> None:
    """Its stored weight is no part of the digest, so nobody gains anything by changing it."""
    values = {"flags": [{"kind": "safety", "reason": "A recall."}]}
    grave = proposals.propose(study=study, values=values, reason="other", note="Recalled.", by=ann)
    Proposal.objects.filter(pk=grave.pk).update(high_impact=False, state="open")
    with pytest.raises(NotAllowed):
        proposals.apply(proposal=grave, digest=grave.digest, edition=1, by=ann)
    assert proposals.apply(proposal=grave, digest=grave.digest, edition=1, by=bo).second_role == "editor"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "example", "https://example.org/" + "x" * 500],
)
def test_evidence_is_a_link_that_a_page_may_show(study: Study, ann: User, link: str) -> None:
    with pytest.raises(Problems, match="begins with http"):
        proposals.propose(study=study, values={"volume": "9"}, reason="other", note="Read.", evidence_url=link, by=ann)
