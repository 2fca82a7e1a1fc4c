import pytest

from studies.search import index


@pytest.fixture
def fresh_search():
    """The index of this test's own database state, and none left for the next test."""
    index.forget()
    yield
    index.forget()
