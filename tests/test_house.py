"""The house itself: environment, launcher, settings."""

import pytest
from django.db import connection

from tests.environment import engine


@pytest.mark.django_db
def test_database_is_the_one_this_run_is_about():
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[engine()]
