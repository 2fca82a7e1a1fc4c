"""Publishing at a set hour, and what a draft that was sent back keeps."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from studies import ordering, publishing
from studies.errors import Problems, Stale
from studies.models import PublishingOrder, Revision, Study, Submission
from studies.roles import NotAllowed
from studies.snapshots import current
from studies.verification import verify
from tests.studies.factories import CODED, TEXTS, make_study, make_user
from tests.studies.test_constraints import refused

pytestmark = pytest.mark.django_db
LATER = datetime(2090, 1, 1, 6, tzinfo=UTC)


@pytest.fixture
def ann() -> User:
    return make_user("editor", username="ann")


@pytest.fixture
def bo() -> User:
    return make_user("moderator", username="bo")


def ordered(drafter: User, by: User, *, at: datetime = LATER, **fields: object) -> Study:
    study = make_study(**(TEXTS | CODED | fields))
    digest = publishing.submit(study=study, by=drafter)
    ordering.order(study=study, digest=digest, publish_at=at, note="As agreed.", by=by)
    study.refresh_from_db()
    return study


def test_order_publishes_nothing_before_its_hour(ann, bo):
    study = ordered(ann, bo)
    assert ordering.carry_out(at=LATER - timedelta(seconds=1)) == []
    study.refresh_from_db()
    assert (study.state, Revision.objects.count()) == ("in_review", 0)


def test_order_is_carried_out_in_the_approvers_name(ann, bo):
    study = ordered(ann, bo)
    (done,) = ordering.carry_out(at=LATER)
    study.refresh_from_db()
    revision = Revision.objects.get()
    assert (done.study, done.revision, done.fault) == (study, revision, "")
    assert (study.state, revision.approver_role, revision.note) == ("published", "moderator", "As agreed.")
    assert [approval.user for approval in revision.approvals.all()] == [bo]
    assert (PublishingOrder.objects.count(), Submission.objects.count(), verify()) == (0, 0, [])


def test_carrying_out_twice_publishes_once(ann, bo):
    ordered(ann, bo)
    assert [len(ordering.carry_out(at=LATER)) for _ in range(2)] == [1, 0]
    assert Revision.objects.count() == 1


def test_earliest_order_comes_first(ann, bo):
    late = ordered(ann, bo, at=LATER + timedelta(hours=1))
    early = ordered(ann, bo, at=LATER)
    assert [done.study for done in ordering.carry_out(at=LATER + timedelta(days=1))] == [early, late]


def test_study_that_changed_is_not_published_and_the_order_says_so(ann, bo):
    study = ordered(ann, bo)
    Study.objects.filter(pk=study.pk).update(title="Not what was shown")
    (done,) = ordering.carry_out(at=LATER)
    order = PublishingOrder.objects.get()
    expected = "The study changed after it was submitted. Send it back and submit it again."
    assert (done.revision, done.fault, order.fault) == (None, expected, expected)
    assert (Revision.objects.count(), ordering.carry_out(at=LATER)) == (0, [])


def test_approver_who_lost_the_right_publishes_nothing(ann, bo):
    ordered(ann, bo)
    bo.groups.clear()
    (done,) = ordering.carry_out(at=LATER)
    assert (done.fault, Revision.objects.count()) == ("Your role does not include this: approve.", 0)


def test_approver_who_left_publishes_nothing(ann, bo):
    ordered(ann, bo)
    User.objects.filter(pk=bo.pk).update(is_active=False)
    assert [done.revision for done in ordering.carry_out(at=LATER)] == [None]


def test_one_faulty_order_does_not_stop_the_others(ann, bo):
    study, other = ordered(ann, bo), ordered(ann, bo)
    Study.objects.filter(pk=study.pk).update(title="Not what was shown")
    assert [bool(done.revision) for done in ordering.carry_out(at=LATER)] == [False, True]
    other.refresh_from_db()
    assert other.state == "published"


def test_order_asks_everything_that_publishing_asks(ann, bo):
    study = make_study(**TEXTS, **CODED)
    digest = publishing.submit(study=study, by=ann)
    with pytest.raises(NotAllowed):
        ordering.order(study=study, digest=digest, publish_at=LATER, by=ann)
    with pytest.raises(NotAllowed):
        ordering.order(study=study, digest=digest, publish_at=LATER, by=make_user("triage"))
    with pytest.raises(Stale):
        ordering.order(study=study, digest="0" * 64, publish_at=LATER, by=bo)
    with pytest.raises(Problems, match="This hour is over"):
        ordering.order(study=study, digest=digest, publish_at=timezone.now(), by=bo)
    assert PublishingOrder.objects.count() == 0


def test_second_order_is_refused(ann, bo):
    study = ordered(ann, bo)
    with pytest.raises(Problems, match="has an order already"):
        ordering.order(study=study, digest=study.submitted_digest, publish_at=LATER, by=bo)


def test_required_badge_that_nobody_checked_cannot_be_ordered(ann, bo):
    study = make_study(**TEXTS, design="cohort", definitions=[{"definition": "ccc-2003"}])
    digest = publishing.submit(study=study, by=ann)
    with pytest.raises(Problems, match="nobody has checked"):
        ordering.order(study=study, digest=digest, publish_at=LATER, by=bo)


def test_cancelled_order_leaves_the_study_in_review(ann, bo):
    study = ordered(ann, bo)
    with pytest.raises(NotAllowed):
        ordering.cancel(study=study, by=make_user("triage"))
    ordering.cancel(study=study, by=make_user("editor"))
    with pytest.raises(Stale):
        ordering.cancel(study=study, by=bo)
    assert (ordering.carry_out(at=LATER), Study.objects.get().state) == ([], "in_review")


def test_sending_back_and_publishing_at_once_end_the_order(ann, bo):
    back, now = ordered(ann, bo), ordered(ann, bo)
    publishing.send_back(study=back, by=bo, note="Say who was tested.")
    publishing.publish(study=now, digest=now.submitted_digest, by=bo)
    assert PublishingOrder.objects.count() == 0


def test_command_says_what_it_did_and_ends_with_one_while_an_order_is_stuck(ann, bo, capsys):
    call_command("publish_due")
    assert capsys.readouterr().out == "0 published, 0 could not be.\n"
    good, bad = ordered(ann, bo, slug="good"), ordered(ann, bo, slug="bad")
    PublishingOrder.objects.update(publish_at=timezone.now())
    Study.objects.filter(pk=bad.pk).update(title="Not what was shown")
    first = (
        "good: published as version 1\n"
        "bad: The study changed after it was submitted. Send it back and submit it again.\n"
        "1 published, 1 could not be.\n"
    )
    for expected in (first, "0 published, 1 could not be.\n"):
        with pytest.raises(SystemExit) as ended:
            call_command("publish_due")
        assert (ended.value.code, capsys.readouterr().out) == (1, expected)
    ordering.cancel(study=bad, by=bo)
    call_command("publish_due")
    good.refresh_from_db()
    assert good.state == "published"


def test_submission_is_kept_and_sent_back_with_a_note(ann, bo):
    study = make_study(**TEXTS, **CODED)
    publishing.submit(study=study, by=ann)
    submitted = Submission.objects.get()
    assert (submitted.values, submitted.submitted_by) == (current([study.pk])[study.pk] | {"state": "draft"}, ann)
    with pytest.raises(Problems):
        publishing.send_back(study=study, by=bo, note=" ")
    publishing.send_back(study=study, by=bo, note=" Say who was tested. ")
    submitted.refresh_from_db()
    assert (submitted.note, submitted.sent_back_by) == ("Say who was tested.", bo)
    publishing.submit(study=study, by=ann)
    assert Submission.objects.count() == 2


def test_submissions_go_when_the_study_is_published(ann, bo):
    study = make_study()
    publishing.submit(study=study, by=ann)
    publishing.send_back(study=study, by=bo, note="Look at the year.")
    publishing.publish(study=study, digest=publishing.submit(study=study, by=ann), by=bo)
    assert Submission.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("submission_sent_back_has_note", {"sent_back_at": LATER}),
        ("submission_sent_back_has_note", {"note": "Why it goes back."}),
    ],
)
def test_database_refuses_a_submission_sent_back_without_a_note(ann, name, columns):
    with refused(name, Submission), transaction.atomic():
        Submission.objects.create(study=make_study(), submitted_by=ann, submitted_at=LATER, **columns)


def test_database_refuses_two_open_submissions_of_a_study(ann):
    study = make_study()
    Submission.objects.create(study=study, submitted_by=ann, submitted_at=LATER)
    with refused("submission_open_once", Submission), transaction.atomic():
        Submission.objects.create(study=study, submitted_by=ann, submitted_at=LATER)


def test_database_refuses_two_orders_for_a_study(ann, bo):
    study = ordered(ann, bo)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublishingOrder.objects.create(study=study, digest="0" * 64, publish_at=LATER, ordered_by=bo, ordered_at=LATER)
