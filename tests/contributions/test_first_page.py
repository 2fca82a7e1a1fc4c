"""The first page of the staff side says what waits, to each role what it may see, and leads to the list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contributions.admin import first_page
from contributions.admin.first_page import Work, waiting_for
from contributions.models import Contribution
from contributions.vocabulary import State
from tests.contributions.desk import QUEUE
from tests.contributions.factories import claimed, in_state, make_user, received
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def told(user):
    return waiting_for(user, timezone.now())


def test_empty_queue_is_said_with_the_way_to_it():
    assert told(make_user("moderator")) == [Work("No message waits for staff.", QUEUE)]


def test_each_kind_of_waiting_has_its_number_and_its_list():
    moderator, other, now = make_user("moderator"), make_user("moderator"), timezone.now()
    received(at=now - timedelta(days=8))
    received(at=now)
    claimed(moderator, at=now)
    in_state(State.AWAITING_SECOND, other, at=now)
    quarantined = received(at=now)
    Contribution.objects.filter(pk=quarantined.pk).update(state=State.QUARANTINED)
    assert told(moderator) == [
        Work("Messages that wait for staff: 2, the oldest for 1\N{NO-BREAK SPACE}week.", QUEUE),
        Work("Messages that you hold: 1.", f"{QUEUE}?state=mine"),
        Work("Messages that wait for a second person: 1.", f"{QUEUE}?state=second"),
        Work("Messages in quarantine: 1.", f"{QUEUE}?state=quarantine"),
        Work("Proposals that wait: 1.", "/admin/studies/proposal/"),
    ]


def test_message_that_was_taken_since_it_was_counted_breaks_nothing(monkeypatch):
    monkeypatch.setattr(first_page, "_count", lambda group, user, at: int(group == "waiting"))
    assert told(make_user("moderator")) == [Work("Messages that wait for staff: 1.", QUEUE)]


@pytest.mark.parametrize(("role", "sees"), [("triage", True), ("moderator", True), ("lead", True), ("editor", False)])
def test_first_page_shows_the_queue_to_those_who_may_see_it(role, sees):
    received(at=timezone.now())
    page = sign_in(Client(), make_user(role)).get("/admin/").content.decode()
    assert (f'<li><a href="{QUEUE}">Messages that wait for staff: 1, ' in page) == sees


def test_counting_stops_however_much_waits(monkeypatch):
    monkeypatch.setattr(first_page, "MOST", 2)
    for _ in range(3):
        received(at=timezone.now())
    moderator = make_user("moderator")
    moderator.has_perm("studies.see_queue")
    with CaptureQueriesContext(connection) as asked:
        (work,) = told(moderator)
    assert work.told.startswith("Messages that wait for staff: 2 or more, the oldest for ")
    assert [len(asked), sum("LIMIT" in query["sql"] for query in asked)] == [6, 6]
