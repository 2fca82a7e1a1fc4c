import pytest

from studies.search import engine


@pytest.fixture
def fresh_search():
    """The index of this test's own database state, and none left for the next test."""
    engine.forget()
    yield
    engine.forget()
