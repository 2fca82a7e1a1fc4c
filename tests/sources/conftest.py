import pytest

from tests.sources.stub import serving


@pytest.fixture()
def stub():
    with serving(number=30) as running:
        yield running
