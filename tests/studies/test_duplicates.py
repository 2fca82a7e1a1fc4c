"""Two studies that may be one paper: dismissed, joined, or proposed for a merge; nothing either of them held is lost."""

import pytest
from django.utils import timezone

from contributions.models import Contribution
from studies import duplicates, proposals
from studies.duplicates import dismiss, join, waiting, why_not
from studies.errors import Problems, Stale
from studies.models import Abstract, Arrival, PossibleDuplicate, Proposal, Study, StudyLink
from studies.roles import NotAllowed
from studies.verification import verify
from tests.contributions.factories import received
from tests.signing_in import sign_in
from tests.studies.factories import CODED, TEXTS, make_study, make_user, published_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def ed():
    return make_user("editor")


def pair_of(one, other):
    one, other = sorted((one, other), key=lambda study: study.pk)
    return PossibleDuplicate.objects.create(one=one, other=other, score=60, reasons=["x"], found_at=timezone.now())


def test_dismissed_pair_is_closed_with_who_decided(ed):
    pair = pair_of(make_study(), make_study())
    dismiss(pair=pair, version=0, by=ed)
    assert (pair.state, pair.decided_by, pair.version) == ("different", ed, 1)
    assert list(waiting()) == []
    with pytest.raises(Stale):
        dismiss(pair=pair, version=0, by=ed)


@pytest.mark.parametrize("role", ["triage", "moderator"])
def test_only_editors_and_leads_decide(role):
    pair, person = pair_of(make_study(), make_study()), make_user(role)
    for act in (
        lambda: dismiss(pair=pair, version=0, by=person),
        lambda: join(pair=pair, into=pair.one, version=0, by=person),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert list(waiting()) == [pair]


def test_two_drafts_become_one_that_knows_what_both_knew(ed):
    gone = make_study(
        title="Sleep",
        doi="10.1000/1",
        volume="3",
        authors=["Li, A"],
        bibliography_source="a file",
        abstract="They slept.",
        topics=["sleep"],
        editor_notes="Theirs.",
        slug="gone",
        **TEXTS,
    )
    stays = make_study(
        title="Sleep in ME/CFS",
        pmid="1",
        authors=["Li, Anna", "Bo, C"],
        bibliography_source="PubMed",
        editor_notes="Ours.",
        **CODED,
    )
    third = make_study()
    StudyLink.objects.create(source=gone, target=third, type="replicates")
    arrival = Arrival.objects.create(
        source="pubmed", source_id="1", title="Sleep", study=gone, arrived_at=timezone.now()
    )
    assert join(pair=pair_of(gone, stays), into=stays, version=0, by=ed) is None
    assert set(Study.objects.all()) == {stays, third}
    stays = Study.objects.get(pk=stays.pk)
    assert (stays.title, stays.doi, stays.pmid, stays.volume) == ("Sleep in ME/CFS", "10.1000/1", "1", "3")
    assert [str(author) for author in stays.authors.all()] == ["Li, Anna", "Bo, C"]
    assert {name: getattr(stays, name) for name in TEXTS} == TEXTS
    assert [row.definition.slug for row in stays.definitions.all()] == ["fukuda-1994"]
    assert ([topic.slug for topic in stays.topics.all()], stays.abstract.text) == (["sleep"], "They slept.")
    assert stays.editor_notes == "Ours.\n\nTheirs."
    assert list(StudyLink.objects.values_list("source", "target", "type")) == [(stays.pk, third.pk, "replicates")]
    arrival.refresh_from_db()
    assert arrival.study == stays
    assert PossibleDuplicate.objects.count() == 0


def test_coding_goes_over_with_its_rows_and_badge(ed):
    gone, stays = make_study(**CODED, pem="not_required", pem_rule="one_not_required", patients=12), make_study()
    join(pair=pair_of(gone, stays), into=stays, version=0, by=ed)
    stays = Study.objects.get()
    assert (stays.design, stays.pem, stays.pem_rule, stays.patients) == (
        "case_control",
        "not_required",
        "one_not_required",
        12,
    )
    assert stays.definitions.count() == 1


@pytest.mark.parametrize(("fields", "what"), [(TEXTS, "have texts"), (CODED, "are coded")])
def test_two_texts_or_codings_are_never_joined(ed, fields, what):
    one, other = make_study(**fields), make_study(**fields)
    pair = pair_of(one, other)
    sentence = f"Both {what}. Move what is worth keeping into one of them, and empty the other."
    with pytest.raises(Problems) as caught:
        join(pair=pair, into=one, version=0, by=ed)
    assert (caught.value.messages, why_not(pair)) == ([sentence], sentence)
    assert Study.objects.count() == 2


def test_contribution_about_the_draft_is_about_the_other_one_then(ed):
    gone, stays = make_study(), make_study()
    one = received(study=gone)
    join(pair=pair_of(gone, stays), into=stays, version=0, by=ed)
    assert Contribution.objects.get(pk=one.pk).study == stays


def test_other_pairs_of_the_draft_are_kept(ed):
    gone, stays, third = make_study(), make_study(), make_study()
    pair_of(gone, third)
    join(pair=pair_of(gone, stays), into=stays, version=0, by=ed)
    assert [(pair.one, pair.other, pair.state) for pair in waiting()] == [(stays, third, "open")]


def test_preprint_draft_and_article_draft_keep_both_dois(ed):
    preprint, article = make_study(doi="10.1101/2024.01.01.1", title="Early"), make_study(doi="10.1000/1", title="Late")
    join(pair=pair_of(preprint, article), into=preprint, version=0, by=ed)
    study = Study.objects.get()
    assert (study.pk, study.title, study.doi, study.preprint_doi) == (
        preprint.pk,
        "Late",
        "10.1000/1",
        "10.1101/2024.01.01.1",
    )


def test_draft_goes_into_a_published_study_and_its_surplus_is_proposed(ed):
    public = published_study(doi="10.1000/1", title="Sleep", authors=["Li, A"])
    draft = make_study(
        pmid="1", volume="3", title="Sleep!", topics=["sleep"], authors=["Li, A"], abstract="They slept."
    )
    before = Study.objects.values().get(pk=public.pk)
    proposal = join(pair=pair_of(public, draft), into=public, version=0, by=ed)
    assert (Study.objects.values().get(), Study.objects.count()) == (before, 1)
    abstract = proposal.changes["abstract"]
    proposed = {"volume": [None, "3"], "pmid": [None, "1"], "topics": [None, ["sleep"]], "abstract": abstract}
    assert (proposal.changes, abstract[0]) == (proposed, None)
    assert (proposal.note, proposal.state, proposal.proposer) == (
        "A second record of this paper knew more.",
        "open",
        ed,
    )
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("editor"))
    public.refresh_from_db()
    assert (public.pmid, public.volume, verify()) == ("1", "3", [])


def test_texts_of_the_draft_are_proposed_to_a_published_study_without(ed):
    public, draft = published_study(), make_study(**TEXTS, **CODED)
    proposal = join(pair=pair_of(public, draft), into=public, version=0, note="It has a summary.", by=ed)
    assert {name: new for name, (_, new) in proposal.changes.items() if name in TEXTS} == TEXTS
    assert proposal.changes["definitions"][1][0]["definition"] == "fukuda-1994"
    assert (proposal.note, proposal.high_impact) == ("It has a summary.", True)


def test_abstract_of_the_draft_is_proposed_to_a_published_study_without(ed):
    study, other = published_study(authors=["Li, A"]), make_study(abstract="They slept badly.", authors=["Li, A"])
    proposal = join(pair=pair_of(study, other), into=study, version=0, by=ed)
    assert [part["text"] for part in proposal.details["abstract"]["sections"]] == ["They slept badly."]
    assert (proposal.changes["abstract"][0], Abstract.objects.count()) == (None, 0)
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=make_user("moderator"))
    assert (Abstract.objects.get().study, Abstract.objects.get().text) == (study, "They slept badly.")
    assert (study.revisions.last().number, verify()) == (2, [])


def test_page_of_the_proposal_shows_the_words_of_the_abstract(ed, client):
    study, other = published_study(authors=["Li, A"]), make_study(abstract="They slept badly.", authors=["Li, A"])
    proposal = join(pair=pair_of(study, other), into=study, version=0, by=ed)
    sign_in(client, make_user("moderator"))
    page = client.get(f"/admin/studies/proposal/{proposal.pk}/change/").content.decode()
    assert "<p>The abstract, from a draft of the same paper:</p><p>They slept badly.</p>" in page


def test_abstract_of_a_published_study_is_kept(ed):
    study, other = published_study(abstract="Ours."), make_study(volume="4", abstract="Theirs.")
    proposal = join(pair=pair_of(study, other), into=study, version=0, by=ed)
    assert ("abstract" in proposal.changes, proposal.details) == (False, {})
    assert Abstract.objects.get().text == "Ours."


def test_draft_that_knows_nothing_more_goes_without_a_proposal(ed):
    public = published_study(doi="10.1000/1", authors=["Li, A"])
    draft = make_study(title="Other", published_on=None, published_precision="")
    assert join(pair=pair_of(public, draft), into=public, version=0, by=ed) is None
    assert (Study.objects.get(), Proposal.objects.count()) == (public, 0)


def test_published_study_never_goes_into_a_draft(ed):
    public, draft = published_study(), make_study()
    pair = pair_of(public, draft)
    assert duplicates.may_stay(pair) == [public]
    with pytest.raises(Problems, match="never the other way"):
        join(pair=pair, into=draft, version=0, by=ed)
    assert Study.objects.count() == 2


def test_two_published_studies_are_merged_by_a_lead_and_a_second_person(ed):
    one, other = published_study(doi="10.1000/1"), published_study(pmid="1")
    pair, lead = pair_of(one, other), make_user("lead")
    with pytest.raises(NotAllowed):
        join(pair=pair, into=one, version=0, note="The same paper.", by=ed)
    pair.refresh_from_db()
    proposal = join(pair=pair, into=one, version=pair.version, note="The same paper.", by=lead)
    assert (proposal.kind, proposal.study, proposal.details, proposal.state) == (
        "merge",
        other,
        {"into": one.pk},
        "awaiting_second",
    )
    assert list(waiting()) == [pair]
    assert why_not(PossibleDuplicate.objects.get()) == "A proposal to merge them is open."
    proposals.apply(proposal=proposal, digest=proposal.digest, edition=proposal.edition, by=ed)
    other.refresh_from_db()
    pair.refresh_from_db()
    assert (other.state, other.merged_into, pair.state, pair.decided_by) == ("withdrawn", one, "joined", ed)
    assert (list(waiting()), verify()) == ([], [])


def test_studies_in_review_or_withdrawn_are_not_joined(ed):
    review = pair_of(make_study(state="in_review"), make_study())
    out = pair_of(make_study(state="withdrawn", version=1), make_study())
    assert [why_not(pair) for pair in (review, out)] == [
        "One of the two is in review. Send it back or publish it first.",
        "One of the two is withdrawn.",
    ]


def test_link_that_would_change_a_published_study_stops_the_join(ed):
    gone, public, stays = make_study(), published_study(), make_study()
    StudyLink.objects.create(source=gone, target=public, type="shares_participants_with")
    with pytest.raises(Problems, match="shares participants"):
        join(pair=pair_of(gone, stays), into=stays, version=0, by=ed)
    assert (Study.objects.count(), verify()) == (3, [])


def test_who_comes_second_is_told(ed):
    one, other = make_study(), make_study()
    pair = pair_of(one, other)
    dismiss(pair=pair, version=0, by=ed)
    with pytest.raises(Problems, match="different papers"):
        join(pair=pair, into=one, version=0, by=ed)
    assert Study.objects.count() == 2
