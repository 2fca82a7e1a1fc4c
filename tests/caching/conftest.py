"""The page cache is off in all other tests, since the states of their database come back when a test is undone."""

import pytest

from atlas_site.caching import keeping, shared


@pytest.fixture(autouse=True)
def kept(settings):
    settings.ATLAS_PAGE_CACHE = True
    shared._away_until = 0.0
    keeping.forget()
    yield
    keeping.forget()
