"""Somebody who decides, signed in: what the tests of the staff pages begin with."""

import pytest
from django.test import Client

from tests.contributions.factories import make_user
from tests.signing_in import sign_in


@pytest.fixture
def moderator(db):
    return make_user("moderator", username="ada")


@pytest.fixture
def desk(client: Client, moderator) -> Client:
    return sign_in(client, moderator)
