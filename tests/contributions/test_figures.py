"""The figures of the service: pure arithmetic on facts, one query, nothing below five."""

from datetime import timedelta

import pytest

from contributions import figures, retention, review, thread
from contributions.figures import Fact, Line
from contributions.models import Contribution
from contributions.vocabulary import Kind
from tests.contributions.factories import NOW, claimed, in_state, make_user, received, shown

DAY = timedelta(days=1)


def facts(kind: str, ends: list[tuple[str, int, int]]) -> list[Fact]:
    return [Fact(kind, outcome, read, end) for outcome, read, end in ends]


def test_median_and_ninetieth_percentile_are_nearest_ranks() -> None:
    assert figures.share_within([9, 1, 2, 3, 4, 5, 6, 7, 8, 100], 0.5) == 5
    assert figures.share_within([9, 1, 2, 3, 4, 5, 6, 7, 8, 100], 0.9) == 9
    assert figures.share_within([1, 2, 3, 4, 99], 0.5) == 3
    assert figures.share_within([1, 2, 3, 4], 0.5) is None


def test_line_of_a_kind() -> None:
    ends = [("applied", day, 2 * day) for day in range(6)] + [("declined", day, 2 * day) for day in range(6)]
    assert figures.lines(facts("correction", ends)) == [
        Line("Correct something about a study", 12, 2, 5, 4, 10, 50),
        Line("All", 12, 2, 5, 4, 10, 50),
    ]


def test_nothing_below_five_is_shown() -> None:
    few = facts("retraction", [("applied", 1, 1)] * 4)
    assert figures.lines(few) == []
    (line, everything) = figures.lines(few + facts("correction", [("applied", 1, 1)] * 5))
    assert (line.count, everything.count) == (5, 5)
    assert line.used is None  # the other side of the share would be nobody


def test_small_kinds_are_shown_together() -> None:
    few = facts("retraction", [("noted", 1, 1)] * 3) + facts("access", [("noted", 3, 3)] * 3)
    assert [(line.label, line.count) for line in figures.lines(few)] == [("Other kinds", 6), ("All", 6)]


def test_what_is_not_read_or_not_decided_yet_does_not_count_as_fast() -> None:
    waiting = [Fact("other", "", None, None)] * 5
    (line, _) = figures.lines(waiting)
    assert (line.count, line.read_median, line.end_median, line.used) == (5, None, None, None)


@pytest.mark.django_db
def test_figures_of_real_contributions_survive_their_erasure(django_assert_num_queries) -> None:
    holder = make_user("moderator")
    for days in range(5):
        one = claimed(holder, at=NOW + days * DAY, kind=Kind.OTHER)
        Contribution.objects.filter(pk=one.pk).update(read_days=days)
        review.note(shown=shown(one), by=holder, at=NOW + days * DAY + timedelta(minutes=5), text="Thanks.")
    in_state("spam", holder)
    thread.take_back(contribution=received(), at=NOW)
    received(spam_score=9)
    with django_assert_num_queries(1):
        before = figures.service(NOW + 30 * DAY)
    assert [(line.label, line.count, line.read_median, line.end_most) for line in before] == [
        ("Something else", 5, 2, 0),
        ("All", 5, 2, 0),
    ]
    retention.purge(at=NOW + 100 * DAY)
    assert figures.service(NOW + 100 * DAY) == before
    assert figures.service(NOW + 400 * DAY) == []


@pytest.mark.django_db
def test_median_wait_of_what_waits_for_staff_now() -> None:
    for days in (0, 1, 2, 3):
        received(at=NOW - days * DAY)
    in_state("asked", make_user("moderator"), at=NOW - 50 * DAY)
    assert figures.median_wait(NOW) is None
    received(at=NOW - 9 * DAY)
    assert figures.median_wait(NOW) == 2
