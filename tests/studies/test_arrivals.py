"""What becomes of a paper in the inbox: each decision once, by one person, and each of them undone again."""

import pytest
from django.utils import timezone

from studies import arrivals, duplicates, publishing
from studies.errors import Problems, Stale
from studies.models import Abstract, Arrival, PossibleDuplicate, Proposal, Study, SyncRun
from studies.roles import NotAllowed
from studies.vocabulary_desk import OutOfScope
from tests.sources.shelves import FIRST_DAY
from tests.studies.factories import make_arrival, make_study, make_user, published_study
from tests.studies.syncs import ask_from_the_first_day, rows, serving_articles, sync, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_user("editor", username="ann")


@pytest.fixture
def inbox():
    """The papers of a sync, as they really come."""
    ask_from_the_first_day()
    with serving_articles(12) as stub:
        assert sync(stub).arrived == 12
        SyncRun.objects.update(until=FIRST_DAY)  # so that the next run asks for all of them again
        yield stub


def newest():
    return Arrival.objects.filter(study__abstract__isnull=False).order_by("pk").first()


def set_aside(arrival, by, **more):
    arrivals.set_aside(arrival=arrival, version=arrival.version, reason="fatigue_only", by=by, **more)
    arrival.refresh_from_db()


# --- Take --------------------------------------------------------------------------------------------------------------


def test_taking_makes_the_draft_ones_own(editor):
    arrival = make_arrival()
    study = arrivals.take(arrival=arrival, version=0, by=editor)
    arrival.refresh_from_db()
    assert (study.pk, study.drafted_by, study.state) == (arrival.study_id, editor, "draft")
    assert (arrival.state, arrival.version, arrival.decided_by) == ("taken", 1, editor)


def test_draft_that_went_missing_is_made_again_when_taken(editor, inbox):
    arrival = newest()
    doi = arrival.study.doi
    arrival.study.delete()
    arrival.refresh_from_db()
    study = arrivals.take(arrival=arrival, version=0, by=editor)
    assert (study.doi, study.drafted_by) == (doi, editor)


def test_taken_draft_goes_back_to_the_inbox_while_nothing_is_in_it(editor):
    arrival = make_arrival()
    arrivals.take(arrival=arrival, version=0, by=editor)
    arrival.refresh_from_db()
    study = arrivals.bring_back(arrival=arrival, version=1, by=editor)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.version, arrival.decided_by, study.drafted_by) == ("waiting", 2, None, None)


@pytest.mark.parametrize("work", [{"summary": "Written."}, {"design": "case_control"}, {"editor_notes": "Look again."}])
def test_taken_draft_with_work_in_it_stays(editor, work):
    arrival = make_arrival()
    study = arrivals.take(arrival=arrival, version=0, by=editor)
    Study.objects.filter(pk=study.pk).update(**work)
    arrival.refresh_from_db()
    with pytest.raises(Problems, match=r"^Somebody has written or coded something in this draft, so it stays\.$"):
        arrivals.bring_back(arrival=arrival, version=1, by=editor)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.version) == ("taken", 1)


# --- Out of scope ------------------------------------------------------------------------------------------------------


def test_paper_out_of_scope_loses_its_draft_and_does_not_come_again(editor, inbox):
    arrival = newest()
    set_aside(arrival, editor, note="Cancer patients.")
    assert (arrival.state, arrival.reason, arrival.note, arrival.study) == (
        "out_of_scope", "fatigue_only", "Cancer patients.", None,
    )  # fmt: skip
    before = rows()
    assert told(sync(inbox)) == (12, 0, 12, 0, 0)
    assert rows() == before
    assert Study.objects.count() == 11


@pytest.mark.parametrize("source", ["crossref", "europepmc", "openalex"])
def test_paper_out_of_scope_does_not_come_again_from_another_source(editor, inbox, source):
    arrival = newest()
    set_aside(arrival, editor)
    report = sync(inbox, source)
    assert (report.read, report.known, report.arrived) == (report.read, report.read, 0)
    assert report.read >= 1
    assert Study.objects.count() == 11


def test_paper_that_is_put_aside_between_two_pages_stays_away(editor):
    ask_from_the_first_day()
    with serving_articles(210) as stub:
        late = stub.shelves.papers[205].record
        arrival = make_arrival(source="crossref", source_id=late.doi, title=late.title, doi=late.doi, pmid=late.pmid)

        def put_aside(done, number):
            if done == 200:
                set_aside(arrival, editor)

        assert told(sync(stub, progress=put_aside)) == (210, 209, 1, 0, 0)
    assert not Study.objects.filter(doi=late.doi).exists()


def contents():
    """What drafts hold, whatever their numbers are."""
    columns = [field.attname for field in Study._meta.concrete_fields if field.name not in ("id", "created_at", "slug")]
    studies = Study.objects.order_by("doi").prefetch_related("authors")
    abstracts = {
        row.study.doi: (row.sections, row.license, row.source) for row in Abstract.objects.select_related("study")
    }
    return [
        ({name: getattr(study, name) for name in columns}, [str(author) for author in study.authors.all()])
        for study in studies
    ], abstracts


def test_bringing_back_restores_the_draft_as_it_was(editor, inbox):
    before = contents()
    for arrival in Arrival.objects.all():
        set_aside(arrival, editor)
    assert (Study.objects.count(), Abstract.objects.count()) == (0, 0)
    for arrival in Arrival.objects.all():
        study = arrivals.bring_back(arrival=arrival, version=1, by=editor)
        arrival.refresh_from_db()
        assert (arrival.study, arrival.state, arrival.version, arrival.reason) == (study, "waiting", 2, "")
    assert contents() == before


def test_what_another_source_added_survives_being_put_aside(editor):
    ask_from_the_first_day()
    with serving_articles(1) as stub:
        paper = stub.shelves.papers[0].record
        stub.shelves.change(paper.doi, volume="", pages="")
        sync(stub)
        stub.shelves.change(paper.doi, volume="12", pages="3-4")
        assert sync(stub, "europepmc").known == 1
    arrival = Arrival.objects.get()
    set_aside(arrival, editor)
    study = arrivals.bring_back(arrival=arrival, version=1, by=editor)
    assert (study.volume, study.pages) == ("12", "3-4")


def test_paper_that_came_another_way_meanwhile_is_not_brought_back_twice(editor, inbox):
    arrival = newest()
    doi = arrival.study.doi
    set_aside(arrival, editor)
    other = make_study(doi=doi, title=arrival.title)
    with pytest.raises(Problems, match=f"^The atlas has this paper meanwhile: {other.slug}.$"):
        arrivals.bring_back(arrival=arrival, version=1, by=editor)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.version, Study.objects.filter(doi=doi).count()) == ("out_of_scope", 1, 1)


@pytest.mark.parametrize("work", [{"summary": "Written."}, {"patients": 7}, {"editor_notes": "Look again."}])
def test_draft_with_work_in_it_is_never_deleted(editor, work):
    arrival = make_arrival()
    Study.objects.filter(pk=arrival.study_id).update(**work)
    with pytest.raises(Problems, match=r"^Somebody has written or coded something in this draft, so it stays\.$"):
        set_aside(arrival, editor)
    arrival.refresh_from_db()
    assert (arrival.state, Study.objects.filter(pk=arrival.study_id).exists()) == ("waiting", True)


def test_draft_of_somebody_else_is_never_deleted(editor):
    arrival = make_arrival()
    Study.objects.filter(pk=arrival.study_id).update(drafted_by=make_user("editor", username="bo"))
    with pytest.raises(Problems, match=r"^bo has begun to work on this draft, so it stays\.$"):
        set_aside(arrival, editor)


def test_public_study_is_never_deleted(editor):
    arrival = make_arrival()
    digest = publishing.submit(study=arrival.study, by=make_user("editor"))
    publishing.publish(study=arrival.study, digest=digest, by=make_user("editor"))
    with pytest.raises(Problems, match=r"^The study is published now, so it stays\.$"):
        set_aside(arrival, editor)
    assert Study.objects.published().count() == 1


def test_reason_out_of_the_list_is_needed(editor):
    for reason in ("", "because"):
        with pytest.raises(Problems, match=r"^Choose why the paper is out of scope\.$"):
            arrivals.set_aside(arrival=make_arrival(), version=0, reason=reason, by=editor)


# --- Duplicate ---------------------------------------------------------------------------------------------------------


def mark(arrival, of, by, **more):
    proposal = arrivals.mark_duplicate(arrival=arrival, version=arrival.version, of=of, by=by, **more)
    arrival.refresh_from_db()
    return proposal


def test_duplicate_of_a_draft_gives_it_the_identifiers(editor):
    arrival, draft = (
        make_arrival(doi="10.1000/new", pmid="77"),
        make_study(title="The same paper", bibliography_source="PubMed"),
    )
    assert mark(arrival, draft, editor) is None
    draft.refresh_from_db()
    assert (draft.doi, draft.pmid, draft.title) == ("10.1000/new", "77", "The same paper")
    assert (arrival.state, arrival.study, arrival.decided_by, Study.objects.count()) == ("duplicate", draft, editor, 1)


def test_duplicate_of_a_published_study_proposes_what_it_lacks(editor):
    arrival, study = make_arrival(doi="10.1000/new", pmid="77"), published_study(title="The same paper")
    proposal = mark(arrival, study, editor)
    assert proposal == Proposal.objects.get()
    assert proposal.changes == {"doi": [None, "10.1000/new"], "pmid": [None, "77"]}
    study.refresh_from_db()
    assert (study.doi, study.version, arrival.state, arrival.study, Study.objects.count()) == (
        None, 1, "duplicate", study, 1,
    )  # fmt: skip


def test_duplicate_that_adds_nothing_proposes_nothing(editor):
    arrival = make_arrival(title="The same paper", pmid="77")
    study = published_study(title="The same paper", preprint_doi="10.1101/2024.01.01.1", doi="10.1000/1", pmid="78")
    Study.objects.filter(pk=arrival.study_id).update(published_on=None, published_precision="")
    assert mark(arrival, study, editor) is None
    assert Study.objects.count() == 1


def test_duplicate_does_not_come_again(editor, inbox):
    arrival = newest()
    mark(arrival, published_study(title="Known under another title", pmid="1"), editor)
    assert told(sync(inbox)) == (12, 0, 12, 0, 0)
    assert sync(inbox, "europepmc").arrived == 0


@pytest.mark.parametrize("state", ["in_review", "withdrawn"])
def test_only_drafts_and_published_studies_take_in_a_duplicate(editor, state):
    study = make_study() if state == "in_review" else published_study()
    if state == "in_review":
        publishing.submit(study=study, by=make_user("editor"))
    else:
        Study.objects.filter(pk=study.pk).update(state="withdrawn", withdrawal_reason="x")
    arrival = make_arrival()
    with pytest.raises(Problems, match=r"Only a draft or a published study can take in a duplicate\.$"):
        mark(arrival, study, editor)
    assert Study.objects.filter(pk=arrival.study_id).exists()


def test_paper_is_no_duplicate_of_its_own_draft(editor):
    arrival = make_arrival()
    with pytest.raises(Problems, match=r"^This is its own draft\."):
        mark(arrival, arrival.study, editor)


def test_duplicate_by_mistake_is_brought_back_with_a_draft_of_its_own(editor):
    arrival, study = make_arrival(pmid="77"), published_study(title="Another paper", pmid="78")
    Study.objects.filter(pk=arrival.study_id).update(published_on=None, published_precision="")
    mark(arrival, study, editor)
    draft = arrivals.bring_back(arrival=arrival, version=1, by=editor)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.study, draft.pmid) == ("waiting", draft, "77")
    assert draft != study


def test_pair_that_is_joined_elsewhere_leaves_the_inbox(editor):
    """Somebody decides on the page of possible duplicates: the paper is not left waiting with a study of others."""
    arrival, study = make_arrival(pmid="77"), published_study(title="The same paper")
    one, other = sorted([arrival.study, study], key=lambda each: each.pk)
    pair = PossibleDuplicate.objects.create(one=one, other=other, score=90, found_at=timezone.now())
    duplicates.join(pair=pair, into=study, version=0, by=editor)
    arrival.refresh_from_db()
    assert (arrival.state, arrival.study, arrival.version) == ("duplicate", study, 1)


# --- Who and when ------------------------------------------------------------------------------------------------------

ACTS = {
    "take": lambda arrival, by: arrivals.take(arrival=arrival, version=0, by=by),
    "set_aside": lambda arrival, by: arrivals.set_aside(arrival=arrival, version=0, reason="other", by=by),
    "mark_duplicate": lambda arrival, by: arrivals.mark_duplicate(arrival=arrival, version=0, of=make_study(), by=by),
    "bring_back": lambda arrival, by: arrivals.bring_back(arrival=arrival, version=0, by=by),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", ["triage", "moderator", "nobody"])
def test_only_editors_and_leads_decide(act, role):
    arrival = make_arrival()
    with pytest.raises(NotAllowed):
        ACTS[act](arrival, make_user(role))
    arrival.refresh_from_db()
    assert (arrival.state, arrival.version, Study.objects.filter(pk=arrival.study_id).exists()) == ("waiting", 0, True)


@pytest.mark.parametrize("act", ["take", "set_aside", "mark_duplicate"])
@pytest.mark.parametrize(
    ("first", "said"),
    [
        (ACTS["take"], "ann took this paper on "),
        (ACTS["set_aside"], "ann found this paper out of scope on "),
        (ACTS["mark_duplicate"], "ann marked this paper as a duplicate on "),
    ],
)
def test_second_decision_is_told_who_decided_what(editor, act, first, said):
    arrival = make_arrival()
    shown = Arrival.objects.get(pk=arrival.pk)
    first(arrival, editor)
    with pytest.raises(Stale, match=f"^{said}"):
        ACTS[act](shown, make_user("lead"))


def test_decision_on_what_was_brought_back_meanwhile_is_refused(editor):
    arrival = make_arrival()
    shown = Arrival.objects.get(pk=arrival.pk)
    arrivals.take(arrival=arrival, version=0, by=editor)
    arrival.refresh_from_db()
    arrivals.bring_back(arrival=arrival, version=1, by=editor)
    with pytest.raises(Stale, match=r"^It was brought back to the inbox, or changed, after this page was shown\.$"):
        arrivals.take(arrival=shown, version=0, by=editor)


def test_sentence_about_a_decision_has_reason_and_note(editor):
    arrival = make_arrival()
    arrivals.set_aside(arrival=arrival, version=0, reason="other", note="A poem.", by=editor)
    arrival = Arrival.objects.get(pk=arrival.pk)
    when = f"{arrival.decided_at:%-d %B %Y at %H:%M} UTC"
    assert (
        arrivals.decision(arrival) == f"ann found this paper out of scope on {when}: {OutOfScope.OTHER.label}. A poem."
    )
    assert arrivals.decision(make_arrival()) == ""
