"""How one process asks a Redis: once, for one second, and not again for a while where it waited in vain."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.cache import cache, caches
from django.test import RequestFactory

from atlas_site import losable
from atlas_site.cache_clients import SECONDS, ready
from atlas_site.rates import Rate, Standing, count
from tests.caching.redis_server import SERVER, Redis

pytestmark = pytest.mark.skipif(SERVER is None, reason="redis-server is not on this machine")
NOON = datetime(2026, 3, 4, 12, 0, 20, tzinfo=UTC)


@pytest.fixture
def redis(settings, tmp_path, monkeypatch) -> Iterator[Redis]:
    """A server for this test, which every cache of this process asks."""
    server = Redis(tmp_path)
    named = ready({"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": server.url})
    settings.CACHES = {name: named | {"KEY_PREFIX": name} for name in settings.CACHES}
    monkeypatch.setattr(losable, "_asked_from", 0.0)
    yield server
    for each in caches.all():
        for pool in each._cache._pools.values():
            pool.disconnect()
    server.end()


def asked() -> Standing | None:
    return count(Rate("searches", 3, 60), RequestFactory().get("/", REMOTE_ADDR="192.0.2.1"), NOON)


def test_answer_is_waited_for_one_second_and_asked_for_once(redis):
    cache.set("name", 1)
    (pool,) = cache._cache._pools.values()
    link = pool.get_connection()
    pool.release(link)
    assert (link.socket_timeout, link.socket_connect_timeout, link.retry.get_retries()) == (SECONDS, SECONDS, 0)


def test_silent_redis_lets_one_wait_and_is_left_alone_for_a_while(redis, caplog, monkeypatch):
    monkeypatch.setattr(losable, "PAUSE", 600.0)
    assert asked().used == 1
    with redis.frozen(), caplog.at_level(logging.WARNING):
        assert [asked() for _ in range(5)] == [None] * 5
        assert losable.remembered("figure", lambda: 7, seconds=60) == 7
    assert [record.getMessage() for record in caplog.records] == ["A cache does not answer (TimeoutError)."]
    assert asked() is None
    monkeypatch.setattr(losable, "_asked_from", 0.0)
    assert asked().used == 2


def test_redis_that_refuses_is_asked_again_at_once(redis, caplog):
    redis.end()
    with caplog.at_level(logging.WARNING):
        assert [asked() for _ in range(2)] == [None] * 2
    assert [record.getMessage() for record in caplog.records] == ["A cache does not answer (ConnectionError)."] * 2
    redis.start()
    assert asked().used == 1
    with redis.full():
        assert losable.remembered("figure", lambda: 7, seconds=60) == 7
