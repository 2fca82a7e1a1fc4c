"""Limits: as many as may be sent, by neighbourhood, and nothing kept that names anybody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from atlas_site import senders
from contributions import limits
from contributions.limits import LOOKING_UP, SENDING, TooMany
from contributions.models import Bucket, DayKey

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def request_from(address: str = "192.0.2.1", forwarded: str = ""):
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/contribute/", REMOTE_ADDR=address, **extra)


def accepted(times: int, *, address: str = "192.0.2.1", at: datetime = NOON) -> int:
    """How many of so many attempts pass."""
    passed = 0
    for _ in range(times):
        try:
            limits.count(limits=SENDING, request=request_from(address), at=at)
            passed += 1
        except TooMany as error:
            assert error.minutes in {10, 60}
    return passed


def test_five_pass_in_ten_minutes() -> None:
    assert accepted(9) == 5
    assert accepted(9, at=NOON + timedelta(minutes=9, seconds=59)) == 0
    assert accepted(9, at=NOON + timedelta(minutes=10)) == 5


def test_twenty_pass_in_an_hour() -> None:
    counts = [accepted(5, at=NOON + timedelta(minutes=10 * part)) for part in range(7)]
    assert counts == [5, 5, 5, 5, 0, 0, 5]


def test_two_hundred_pass_for_the_whole_site_in_ten_minutes() -> None:
    passed = sum(accepted(5, address=f"198.51.{place}.1") for place in range(41))
    assert passed == 200
    assert accepted(5, address="203.0.113.1", at=NOON + timedelta(minutes=10)) == 5


def test_whoever_is_stopped_uses_nothing_up_for_the_others() -> None:
    assert accepted(300) == 5
    assert accepted(5, address="203.0.113.1") == 5


def test_looking_up_has_limits_of_its_own() -> None:
    accepted(9)
    for _ in range(20):
        limits.count(limits=LOOKING_UP, request=request_from(), at=NOON)
    with pytest.raises(TooMany):
        limits.count(limits=LOOKING_UP, request=request_from(), at=NOON)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.77", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "unix:", True),
    ],
)
def test_neighbours_share_a_limit(one: str, other: str, same: bool) -> None:
    assert (senders.neighbourhood(one) == senders.neighbourhood(other)) == same


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, " , ", "192.0.2.1"),
    ],
)
def test_address_is_taken_from_trusted_proxies_alone(settings, proxies: int, forwarded: str, expected: str) -> None:
    settings.ATLAS_TRUSTED_PROXIES = proxies
    assert senders.client_address(request_from("192.0.2.1", forwarded)) == expected


def test_nothing_that_names_anybody_is_stored() -> None:
    accepted(3, address="192.0.2.1")
    stored = repr([list(Bucket.objects.values()), list(DayKey.objects.values())])
    assert "192.0" not in stored
    assert {len(key) for key in Bucket.objects.values_list("key", flat=True)} == {64}
    assert Bucket.objects.count() == len(SENDING)


def test_key_rolls_daily_and_is_not_kept() -> None:
    first = limits.day_key(NOON)
    assert limits.day_key(NOON + timedelta(hours=11)) == first
    second = limits.day_key(NOON + timedelta(hours=12))
    assert second != first
    (row,) = DayKey.objects.all()
    assert (row.day, bytes(row.key)) == (NOON.date() + timedelta(days=1), second)
    assert len(first) == len(second) == 32


def keys_at(hours: float) -> tuple[bytes, bytes]:
    """Both keys, so long after noon."""
    return limits.day_keys(NOON + timedelta(hours=hours))


def test_second_key_rolls_two_hours_earlier_and_neither_is_kept_for_longer_than_a_day() -> None:
    first, second = keys_at(0)
    assert keys_at(9.9) == (first, second)
    _, newer = keys_at(10)
    assert (keys_at(11.9), newer == second) == ((first, newer), False)
    newest, still = keys_at(12)
    assert (still == newer, newest == first) == (True, False)
    assert {bytes(row.key) for row in DayKey.objects.all()} == {newest, newer}
    assert len({first, second, newer, newest}) == 4


def test_second_key_that_nobody_asks_for_goes_with_the_first() -> None:
    _, second = keys_at(0)
    limits.day_key(NOON + timedelta(hours=12))
    assert bytes(DayKey.objects.get(pk=limits.SECOND).key) != second


def test_purge_replaces_both_keys() -> None:
    before = keys_at(0)
    limits.forget(at=NOON + timedelta(hours=15))
    assert {bytes(row.key) for row in DayKey.objects.all()} & set(before) == set()


def test_same_place_is_another_bucket_the_next_day() -> None:
    accepted(1)
    first = set(Bucket.objects.values_list("key", flat=True))
    accepted(1, at=NOON + timedelta(days=1))
    assert len(set(Bucket.objects.values_list("key", flat=True)) - first) == len(SENDING)


def test_buckets_are_forgotten_after_their_window() -> None:
    accepted(1)
    assert limits.forget(at=NOON + timedelta(minutes=119)) == 0
    assert limits.forget(at=NOON + timedelta(minutes=121)) == len(SENDING)
    assert Bucket.objects.count() == 0


def test_surge_begins_at_half_of_the_sites_limit() -> None:
    for place in range(20):
        accepted(5, address=f"198.51.{place}.1")
    assert not limits.surging(NOON)
    accepted(1, address="203.0.113.1")
    assert limits.surging(NOON)
    assert not limits.surging(NOON + timedelta(minutes=10))


def test_counting_needs_a_constant_number_of_queries(django_assert_max_num_queries) -> None:
    accepted(1)
    with django_assert_max_num_queries(9):
        accepted(1)
