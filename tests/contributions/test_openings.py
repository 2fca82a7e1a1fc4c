"""That a member of staff opened a message is noted: who, which message, which hour, and nothing else."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contributions import openings, retention
from contributions.models import Contribution, Opening
from contributions.transitions import Actor
from tests.contributions.desk import QUEUE, at, press
from tests.contributions.factories import NOW, claimed, in_state, make_user, received
from tests.signing_in import sign_in
from tests.studies.test_concurrency import at_once

pytestmark = pytest.mark.django_db
SECRET = "kingfisher-over-the-weir"


def noted() -> list[tuple[str, str]]:
    rows = Opening.objects.select_related("user", "contribution").order_by("id")
    return [(row.user.username, row.contribution.alias) for row in rows]


def test_opening_a_message_is_noted_once_an_hour(slowly, desk):
    one, other = received(), received()
    desk.get(QUEUE)
    assert noted() == []
    for _ in range(3):
        assert desk.get(at(one)).status_code == 200
    desk.get(at(other))
    Opening.objects.filter(contribution=one).update(hour=timezone.now() - timedelta(hours=2))
    desk.get(at(one))
    assert noted() == [("ada", one.alias), ("ada", other.alias), ("ada", one.alias)]


def test_what_is_noted_names_no_minute_and_no_word(desk):
    one = received(content={"text": SECRET})
    desk.get(at(one))
    (row,) = Opening.objects.values()
    assert set(row) == {"id", "contribution_id", "user_id", "hour"}
    assert (row["hour"].minute, row["hour"].second, row["hour"].microsecond) == (0, 0, 0)


def test_every_page_with_the_words_is_noted(desk, moderator):
    """Writing a proposal shows the words too, and so does a form that comes back with a fault."""
    one = in_state("in_review", moderator, at=timezone.now())
    desk.get(at(one, "propose"))
    other = claimed(moderator, at=timezone.now())
    desk.post(at(other, "decline"), {"version": other.version})
    assert noted() == [("ada", one.alias), ("ada", other.alias)]


def test_act_by_itself_opens_nothing(desk):
    one = received()
    page = desk.get(at(one))
    Opening.objects.all().delete()
    assert press(desk, one, "claim", page=page).status_code == 302
    assert noted() == []


def test_page_without_words_and_refused_page_are_not_noted(desk):
    assert desk.get(at(in_state("erased", make_user("lead")))).status_code == 200
    editor = sign_in(Client(), make_user("editor"))
    assert editor.get(at(received())).status_code == 403
    assert noted() == []


def test_nobody_reads_where_it_cannot_be_noted(desk):
    one = received(content={"text": SECRET})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contributions_opening RENAME TO kept_away")
    desk.raise_request_exception = False
    page = desk.get(at(one))
    assert (page.status_code >= 500, SECRET in page.content.decode()) == (True, False)


def test_leads_alone_see_who_opened_it(desk):
    one = received()
    desk.get(at(one))
    Opening.objects.update(hour=NOW)
    said = "Opened by ada on 15 June 2026, in the hour from 12:00 UTC."
    lead = sign_in(Client(), make_user("lead", username="ida"))
    pages = [desk.get(at(one)).content.decode(), lead.get(at(one)).content.decode()]
    assert [said in page for page in pages] == [False, True]
    assert ["Who opened it" in page for page in pages] == [False, True]


def test_second_look_in_an_hour_costs_one_question_and_writes_nothing(slowly, desk):
    one = received()
    desk.get(at(one))
    with CaptureQueriesContext(connection) as queries:
        desk.get(at(one))
    about = [query["sql"].split()[0] for query in queries if "contributions_opening" in query["sql"]]
    assert about == ["SELECT"]


def test_erasure_takes_the_notes_along(desk):
    one, other = in_state("declined", make_user("lead")), received()
    desk.get(at(one))
    desk.get(at(other))
    retention.erase(contribution=one, actors=frozenset({Actor.CLOCK}), at=timezone.now())
    assert noted() == [("ada", other.alias)]


def test_purge_takes_along_what_came_while_a_message_was_erased(desk, moderator, settings, tmp_path):
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    one = in_state("erased", moderator)
    Opening.objects.create(contribution=one, user=moderator, hour=NOW)
    retention.purge(at=NOW)
    assert noted() == []


def test_restored_backup_brings_no_note_back(moderator, settings, tmp_path):
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    one = in_state("declined", moderator)
    held = {name: getattr(one, name) for name in ("wrapped_key", "state", "ended_at")}
    retention.erase(contribution=one, actors=frozenset({Actor.CLOCK}), at=NOW)
    Contribution.objects.filter(pk=one.pk).update(**held)
    Opening.objects.create(contribution=one, user=moderator, hour=NOW)
    assert (retention.replay(at=NOW), noted()) == (1, [])


def test_database_itself_keeps_one_row_an_hour(moderator):
    one = received()
    Opening.objects.create(contribution=one, user=moderator, hour=NOW)
    with pytest.raises(IntegrityError):
        Opening.objects.create(contribution=one, user=moderator, hour=NOW)


@pytest.mark.usefixtures("committing")
def test_two_windows_at_once_leave_one_note():
    one, person = received(), make_user("moderator", username="ada")
    results = at_once([lambda: openings.record_opening(contribution=one, by=person, at=NOW)] * 4)
    assert (results, noted()) == ([None] * 4, [("ada", one.alias)])
