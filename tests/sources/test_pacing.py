"""When to ask, and when to ask again."""

from datetime import UTC, datetime

import pytest

from studies.sources.addresses import known_services
from studies.sources.pacing import Clock, Pace, read_retry_after, wait_before

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


class Hands:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self):
        self.time, self.rests = 100.0, []

    def sleep(self, seconds):
        self.rests.append(round(seconds, 6))
        self.time += seconds


def test_questions_to_one_host_keep_their_distance():
    hands = Hands()
    pace = Pace(Clock(now=lambda: hands.time, sleep=hands.sleep))
    for _ in range(3):
        pace.wait("one", 4.0)
    pace.wait("other", 4.0)
    assert hands.rests == [0.25, 0.25]
    hands.time += 10
    pace.wait("one", 4.0)
    assert hands.rests == [0.25, 0.25]


def test_rate_of_ncbi_depends_on_the_key():
    def rate(keys):
        return known_services(contact="a@b", tool="atlas", addresses={}, keys=keys)["pubmed"].per_second

    assert (rate({}), rate({"pubmed": "key"})) == (3.0, 10.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("Thu, 26 Nov 2026 12:01:30 GMT", 90.0),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
        ("Thu, 99 Nov 2026 12:01:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, seconds):
    assert read_retry_after(text, today=NOW) == seconds


def test_waiting_doubles_up_to_a_limit_and_half_of_it_is_chance():
    assert [wait_before(attempt, chance=1.0) for attempt in (1, 2, 3, 4, 20)] == [1.0, 2.0, 4.0, 8.0, 120.0]
    assert wait_before(3, chance=0.0) == 2.0
