"""How much the API asks the database: the same for one study and for a hundred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.api import parts
from studies.api.parts import FIELDS
from studies.search import engine
from tests.studies.api.asking import ask

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas")]
FEWEST = "slug,title,address,state,version,published_at,changed_at,sample,identifiers,key_point,licence"


@pytest.fixture(autouse=True)
def _fresh():
    engine.forget()
    yield
    engine.forget()


def queries(path, *, kept=False):
    """How many queries an answer takes once the process has read the public state; `kept`: and knows its studies."""
    ask(path)
    if not kept:
        parts.forget()
    with CaptureQueriesContext(connection) as found:
        assert ask(path).status == 200
    return len(found)


@pytest.mark.parametrize(
    ("query", "most"),
    [
        ("text=with", 8),
        ("", 8),
        (f"fields={FEWEST}", 4),
        (f"fields={','.join(FIELDS)}&text=with", 11),
        ("sort=title", 8),
        ("q=fatigue", 10),
    ],
)
def test_list_of_a_hundred_takes_as_many_queries_as_a_list_of_one(query, most):
    numbers = {limit: queries(f"studies?{query}&limit={limit}") for limit in (1, 100)}
    assert numbers[100] <= most
    assert numbers[1] <= numbers[100]


def test_kept_studies_take_the_public_state_alone():
    assert queries("studies?limit=100", kept=True) == 2


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("facets", 2),
        ("definitions", 3),
        ("topics", 3),
        ("meta", 3),
        ("openapi.json", 2),
        ("changes?limit=1", 3),
        ("changes", 3),
    ],
)
def test_other_lists_take_few(path, most):
    assert queries(path) <= most


def test_one_study_takes_few():
    assert queries("studies/shahbaz-2025-integrated-immune") <= 12
    assert queries("studies/shahbaz-2025-integrated-immune/revisions/1") <= 6
