"""How often programs may ask, and that nothing which names a sender is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from atlas_site import release
from atlas_site.rates import DAY, Rate, count
from atlas_site.settings import rates

RATE = Rate("searches", 3, 60)
NOON = datetime(2026, 3, 4, 12, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty():
    caches["rates"].clear()
    yield
    caches["rates"].clear()


def asked(address="192.0.2.1", at=NOON, rate=RATE):
    return count(rate, RequestFactory().get("/", REMOTE_ADDR=address), at)


def test_neighbours_are_counted_together_until_the_window_is_over():
    standings = [asked(f"192.0.2.{number}") for number in range(5)]
    assert [(each.used, each.remaining, each.exceeded, each.reset) for each in standings] == [
        (1, 2, False, 40), (2, 1, False, 40), (3, 0, False, 40), (4, 0, True, 40), (5, 0, True, 40),
    ]  # fmt: skip
    assert asked("198.51.100.7").used == 1
    assert asked(at=NOON + timedelta(seconds=40)).used == 1


def test_rates_are_counted_apart_and_none_has_no_limit():
    asked()
    assert asked(rate=Rate("all", 5, 3600)).used == 1
    assert asked(rate=Rate("searches", 0, 60)) is None


def test_nothing_kept_holds_an_address_and_each_day_has_another_key():
    asked()
    first = set(caches["rates"]._cache)
    assert not any("192.0" in key for key in first)
    asked(at=NOON + timedelta(seconds=DAY))
    windows = [key.rpartition(":")[0] for key in caches["rates"]._cache if "key:" not in key]
    assert len(set(windows)) == 2


def test_whoever_reads_the_cache_alone_cannot_find_out_an_address(settings):
    """The key of the day is there for the taking; the site's own, without which nothing can be tried out, is not."""
    assert asked().used == 1
    settings.SECRET_KEY = "another-key-for-tests-alone-0123456789"
    assert [asked().used, asked().used] == [1, 2]
    held = "".join(map(str, caches["rates"]._cache.values()))
    assert settings.SECRET_KEY not in held


@pytest.mark.parametrize(
    ("backend", "shared"),
    [("redis.RedisCache", True), ("db.DatabaseCache", False), ("locmem.LocMemCache", False)],
)
def test_counts_are_never_kept_in_a_database(backend, shared):
    given = {"BACKEND": f"django.core.cache.backends.{backend}", "LOCATION": "x"}
    assert (rates(given).get("KEY_PREFIX") == "rates") == shared


def test_a_release_is_named_by_its_code(settings, tmp_path):
    for name, text in {"studies/a.py": "one", "templates/a.html": "page", "atlas_site/a.py": "two"}.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    settings.BASE_DIR = tmp_path
    before = release.release_id.__wrapped__()
    assert release.release_id.__wrapped__() == before
    (tmp_path / "templates/a.html").write_text("another page")
    assert release.release_id.__wrapped__() != before
    assert len(before) == 12
