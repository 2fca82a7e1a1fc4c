import pytest

from studies import publishing, revisions
from studies.canonical import salted_hash
from studies.models import PublicState, Revision, RevisionApproval, Study
from studies.revisions import link_of
from studies.snapshots import snapshot
from tests.studies.factories import CODED, TEXTS, make_study, published_study

pytestmark = pytest.mark.django_db


def test_snapshot_holds_only_what_is_filled() -> None:
    study = make_study(slug="adams-2024", title="Cafe\u0301", authors=["Adams, Ann"], topics=["sleep", "muscle"])
    assert snapshot(Study.objects.get(pk=study.pk)) == {
        "state": "draft",
        "slug": "adams-2024",
        "title": "Café",
        "authors": [{"family": "Adams", "given": "Ann"}],
        "authors_complete": "yes",
        "published_on": "2024-05-06",
        "published_precision": "day",
        "language": "en",
        "retraction_status": "none",
        "design": "not_classified",
        "peer_review": "not_classified",
        "evidence_level": "not_classified",
        "pem": "not_coded",
        "topics": ["muscle", "sleep"],
    }


def test_publish_writes_revision_one_with_its_hashes() -> None:
    study = published_study(**TEXTS, **CODED)
    revision = Revision.objects.get(study=study)
    state = PublicState.objects.get()
    assert (revision.number, revision.sequence, revision.previous_hash, revision.previous_global_hash) == (1, 1, "", "")
    assert revision.hash == link_of(revision).hash == study.newest_hash == state.newest_hash
    assert (study.version, study.public_counter, state.counter, state.revisions) == (1, 1, 1, 1)
    assert (study.published_at, study.changed_at) == (revision.made_at, revision.made_at)
    assert revisions.at(study, 1) == snapshot(Study.objects.get(pk=study.pk))
    for row in revision.values.all():
        assert salted_hash(row.salt, revisions.read_value(row)) == revision.value_hashes[row.field]
    assert RevisionApproval.objects.filter(revision=revision).count() == 1


def test_publish_sample_publishes_drafts_once() -> None:
    studies = [make_study(**TEXTS, **CODED), make_study(), make_study(design="animal")]
    ids = [study.pk for study in studies]
    assert publishing.publish_sample(ids) == 3
    assert publishing.publish_sample(ids) == 0
    rows = Study.objects.filter(pk__in=ids).order_by("pk")
    assert list(rows.values_list("state", "is_sample", "version", "pem")) == [
        ("published", True, 1, "not_required"),
        ("published", True, 1, "not_coded"),
        ("published", True, 1, "not_applicable"),
    ]
    assert list(Revision.objects.values_list("sequence", "approver_role")) == [(n, "sample_import") for n in (1, 2, 3)]
    assert set(studies[0].text_provenance.values_list("drafter", "approver_role", "revision_number")) == {
        ("sample", "sample_import", 1)
    }
    assert RevisionApproval.objects.count() == 0
