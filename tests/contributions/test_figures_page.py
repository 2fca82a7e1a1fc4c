"""/figures/: how long answers took, by kind, with nothing that could show one person."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from contributions.models import Contribution
from contributions.vocabulary import State
from tests.contributions.factories import received
from tests.contributions.pages import text_of
from tests.studies.pages import queries

pytestmark = pytest.mark.django_db


def answered(number: int, *, kind: str = "correction", applied: int = 0, days: int = 4) -> None:
    """So many messages of last month, read after 2 days and at their end after some; the first `applied` were used."""
    at = timezone.now() - timedelta(days=30)
    for one in [received(kind=kind, at=at) for _ in range(number)]:
        outcome, applied = (State.APPLIED, applied - 1) if applied > 0 else (State.NOTED, 0)
        Contribution.objects.filter(pk=one.pk).update(
            state=outcome, outcome=outcome, ended_at=at + timedelta(days=days), read_days=2, end_days=days
        )


def table(response) -> list[list[str]]:
    rows = re.findall(r"<tr>(.*?)</tr>", response.content.decode(), re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [[" ".join(re.sub(r"<span.*?</span>", "", cell).split()) for cell in row] for row in cells]


def test_without_messages_nothing_is_said(client):
    text = text_of(client.get("/figures/"))
    assert text.count("Too few messages came in the last year to say anything.") == 1


def test_table_has_a_line_for_each_kind_and_for_all(client):
    answered(12, applied=6)
    answered(6, kind="missing_paper", days=1)
    response = client.get("/figures/")
    assert table(response)[1:] == [
        ["Correct something about a study", "12", "half within 2 days, nine of ten within 2",
         "half within 4 days, nine of ten within 4", "50 in 100"],
        ["Tell us about a missing paper", "6", "half within 2 days, nine of ten within 2",
         "half within 1 day, nine of ten within 1", "too few to say"],
        ["All", "18", "half within 2 days, nine of ten within 2", "half within 4 days, nine of ten within 4", "33 in 100"],
    ]  # fmt: skip
    text = text_of(response)
    assert text.count("Half of the messages were answered for good within 4 days, nine of ten within 4.") == 1
    assert text.count("Of those, 33 in 100 led to a change in the atlas.") == 1
    assert response.content.decode().count("<caption>") == 1


def test_kind_with_fewer_than_five_is_not_named(client):
    answered(5)
    answered(4, kind="retraction")
    response = client.get("/figures/")
    assert [row[0] for row in table(response)[1:]] == ["Correct something about a study", "All"]
    assert text_of(response).count("Retraction") == 0


def test_page_sets_no_cookie_and_takes_one_query(client):
    answered(6)
    assert client.get("/figures/").cookies == {}
    assert queries(client, "/figures/") == 1
