"""Guessing passwords, second factors and receipts: how many tries there are at most, from one place and from everywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from atlas_site import second_factor, slowing
from contributions import limits, receipts
from contributions.models import Bucket
from tests.contributions.factories import received, send
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db
START = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
YEARS, RECEIPTS_ALIVE = 10, 1_000_000


def from_place(number: int):
    return RequestFactory().post("/", REMOTE_ADDR=f"10.{number // 256}.{number % 256}.1")


@pytest.mark.parametrize(("which", "most"), [(limits.LOOKING_UP, 600), (limits.SIGNING_IN, 200)])
def test_many_places_together_come_to_a_limit_of_the_whole_site(which, most):
    for number in range(most):
        limits.count(limits=which, request=from_place(number), at=START)
    with pytest.raises(limits.TooMany):
        limits.count(limits=which, request=from_place(most), at=START)


def test_one_account_bears_less_than_a_hundred_wrong_passwords_an_hour_from_everywhere():
    at, tries = START, 0
    while at < START + timedelta(hours=1):
        place = from_place(tries)
        if wait := slowing.seconds_to_wait("ada", request=place, at=at):
            at += timedelta(seconds=wait)
            continue
        slowing.failed("ada", request=place, at=at)
        tries += 1
    assert 20 < tries < 100


MIDNIGHTS = [datetime(2026, 6, 15, 22, 0, tzinfo=UTC), datetime(2026, 6, 16, 0, 0, tzinfo=UTC)]  # of the two keys


@pytest.mark.parametrize("midnight", MIDNIGHTS)
def test_wait_goes_on_over_midnight_and_grows_on(midnight):
    """From one place, and from everywhere together."""
    before, after = midnight - timedelta(seconds=10), midnight + timedelta(seconds=10)
    here, longest = slowing.SLOWINGS[0], timedelta(minutes=5)
    for number in range(30):
        slowing.failed("bo", request=from_place(number), at=before)
    for _ in range(9):
        slowing.failed("ada", request=from_place(1), at=before)
    assert here.wait_after(9) == longest
    assert slowing.seconds_to_wait("ada", request=from_place(1), at=after) == 300 - 20 + 1
    assert slowing.seconds_to_wait("bo", request=from_place(99), at=after) == 60 - 20 + 1
    slowing.failed("ada", request=from_place(1), at=before + longest)
    assert slowing.seconds_to_wait("ada", request=from_place(1), at=before + longest) == 300 + 1


def test_night_of_guessing_from_one_place_has_no_hour_with_fresh_tries():
    """From 20 to 4 o'clock, whenever the wait is over; the nightly deletion comes as well."""
    begun = at = datetime(2026, 6, 15, 20, 0, tzinfo=UTC)
    tries = [0] * 8
    while at < begun + timedelta(hours=8):
        if wait := slowing.seconds_to_wait("ada", request=from_place(1), at=at):
            at += timedelta(seconds=wait)
            continue
        slowing.failed("ada", request=from_place(1), at=at)
        tries[(at - begun) // timedelta(hours=1)] += 1
        limits.forget(at=at)
    assert tries[0] < 25
    assert [number <= 12 for number in tries[1:]] == [True] * 7


def test_success_forgets_the_tries_of_both_keys():
    at = MIDNIGHTS[1] - timedelta(minutes=1)
    for _ in range(6):
        slowing.failed("ada", request=from_place(1), at=at)
    slowing.succeeded("ada", request=from_place(1), at=at)
    later = MIDNIGHTS[1] + timedelta(minutes=1)
    for _ in range(3):
        slowing.failed("ada", request=from_place(1), at=later)
    assert slowing.seconds_to_wait("ada", request=from_place(1), at=later) == 0


def test_what_is_counted_stands_in_the_database_that_all_processes_share():
    """A second process, which holds nothing in memory, sees the wait and the count of the first."""
    place = from_place(1)
    for _ in range(4):
        slowing.failed("ada", request=place, at=START)
    limits.count(limits=limits.LOOKING_UP, request=place, at=START)
    assert sorted(Bucket.objects.values_list("count", flat=True)) == [1, 1, 4, 4, 4, 4]
    assert slowing.seconds_to_wait("ada", request=place, at=START) > 0


def test_receipts_cannot_be_found_by_trying_for_years():
    """The chance to hit any of a million messages, when the site's limit is used up day and night for ten years."""
    ten_minutes = next(limit.count for limit in limits.LOOKING_UP if limit.whole_site)
    tries = ten_minutes * 6 * 24 * 365 * YEARS
    possible = len(receipts.word_list()) ** receipts.WORDS_IN_RECEIPT
    assert tries * RECEIPTS_ALIVE / possible < 1e-8


def test_recovery_codes_have_enough_letters_to_be_found_by_nobody():
    codes = second_factor.new_codes(make_user("lead"))
    letters = {len(code.replace("-", "")) for code in codes}
    assert (len(set(codes)), letters) == (10, {15})
    assert len(second_factor.LETTERS) ** 15 > 2**74


def test_nobody_knows_words_from_a_number_a_time_or_another_receipt():
    one, other = send(), send()
    assert set(one.words.split()) != set(other.words.split())
    assert received().alias not in one.words
