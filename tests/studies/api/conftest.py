"""A server of the sample atlas for programs that speak HTTP, on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import caches
from django.test.testcases import LiveServerThread

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    """No test uses up what another may ask."""
    caches["rates"].clear()
    yield
    caches["rates"].clear()


@pytest.fixture
def served(sample_atlas: None, db: None, settings) -> Iterator[str]:
    """The address of a server, without limits. It sees what is committed: the sample atlas, not a test's own writes."""
    settings.ATLAS_API_PER_MINUTE = settings.ATLAS_API_PER_HOUR = 0
    server = LiveServerThread("127.0.0.1", StaticFilesHandler)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    assert server.error is None
    settings.ATLAS_URL = f"http://127.0.0.1:{server.port}"
    settings.ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
    yield settings.ATLAS_URL
    server.terminate()
