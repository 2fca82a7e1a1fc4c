"""The queue in the admin: what it shows, whom it lets in, how it keeps one's place, what it costs."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contributions import review
from contributions.admin.places import GROUPS
from contributions.admin.queue import COUNTED
from contributions.admin.words import DID
from contributions.models import ContactDetail, Contribution, Event, Message
from contributions.moves import LEASE
from contributions.transitions import Action
from contributions.vocabulary import Kind, State
from tests.contributions.desk import QUEUE, at
from tests.contributions.factories import a_study, claimed, everything, in_state, make_user, received, shown
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
SECRET = "kingfisher-over-the-weir"


def names(page):
    """The aliases in the list, in order."""
    return [one.alias for one in page.context["cl"].result_list]


def row(page):
    """The words of the only row."""
    (found,) = re.findall(r"<tr>(?=<th[^>]*field-alias)(.*?)</tr>", page.content.decode(), re.DOTALL)
    cells = re.findall(r'class="field-(\w+)[^"]*">(.*?)</t[dh]>', found, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", "", text).split()) for name, text in cells}


def ago(**time):
    return timezone.now() - timedelta(**time)


# --- What it shows ----------------------------------------------------------------------------------------------------


def test_row_says_what_it_is_and_nothing_that_was_said(desk):
    study = a_study(title="Orthostatic intolerance in young people with ME/CFS: a cohort study over three years")
    one = received(study=study, kind=Kind.CODING, content={"text": SECRET}, at=ago(days=8))
    page = desk.get(QUEUE)
    assert row(page) == {
        "alias": one.alias,
        "kind": "PEM or case definition",
        "study_title": "Orthostatic intolerance in young people with ME/CFS: a coho…",
        "waits": "1 week",
        "due": "over 7 days",
        "state": "Received",
        "holder_name": "-",
        "lease": "-",
        "conflict_mark": "-",
    }
    assert SECRET not in page.content.decode()


def test_lease_and_holder_are_shown(desk, moderator):
    now = timezone.now()
    claimed(moderator, at=now)
    found = row(desk.get(f"{QUEUE}?state=mine"))
    assert (found["holder_name"], found["lease"]) == (moderator.username, "30 min")


@pytest.mark.parametrize(
    ("days", "word", "style"),
    [(6, "in time", "due-calm"), (7, "over 7 days", "due-late"), (14, "over 14 days: for the lead", "due-lead")],
)
def test_due_has_a_word_and_a_colour(desk, days, word, style):
    received(at=ago(days=days))
    page = desk.get(QUEUE)
    assert row(page)["due"] == word
    assert f'<span class="{style}">{word}</span>' in page.content.decode()


def test_conflict_is_marked(desk, moderator):
    one = claimed(moderator, at=timezone.now())
    Contribution.objects.filter(pk=one.pk).update(conflict=True)
    assert row(desk.get(f"{QUEUE}?state=mine"))["conflict_mark"] == "changed meanwhile"


# --- Groups, filters, place ---------------------------------------------------------------------------------------------


def test_opens_on_what_waits_for_staff_the_oldest_first(desk, moderator):
    now = timezone.now()
    young, old = received(at=now - timedelta(days=1)), received(at=now - timedelta(days=3))
    left = claimed(make_user("moderator"), at=now - LEASE - timedelta(days=2))
    claimed(moderator, at=now)
    in_state(State.ASKED, moderator, at=now)
    assert names(desk.get(QUEUE)) == [old.alias, left.alias, young.alias]


def test_each_group_holds_its_states(desk, moderator):
    now, other = timezone.now(), make_user("moderator")
    first = [State.CLOSED]  # its clock would close what was asked
    states = [*first, *(state for state in State if state not in {*first, State.ERASED})]
    ones = {state: in_state(state, other, at=now) for state in states}
    mine = claimed(moderator, at=now)
    found = {group: set(names(desk.get(f"{QUEUE}?state={group}"))) for group in GROUPS}
    ended = {State.APPLIED, State.NOTED, State.DECLINED, State.DUPLICATE, State.SPAM, State.CLOSED, State.TAKEN_BACK}
    assert found == {
        "waiting": {ones[State.RECEIVED].alias},
        "mine": {mine.alias},
        "held": {ones[State.IN_REVIEW].alias, mine.alias},
        "asked": {ones[State.ASKED].alias},
        "second": {ones[State.AWAITING_SECOND].alias},
        "quarantine": {ones[State.QUARANTINED].alias},
        "ended": {ones[state].alias for state in ended},
    }


def test_kind_and_study_narrow_the_group_down(desk):
    first, second = a_study(), a_study()
    one = received(study=first, kind=Kind.CODING)
    received(study=first), received(study=second, kind=Kind.CODING)
    assert names(desk.get(f"{QUEUE}?kind=coding&study={first.pk}")) == [one.alias]
    assert [spec.title for spec in desk.get(QUEUE).context["cl"].filter_specs] == ["state", "kind", "study"]


@pytest.mark.parametrize("query", ["state=nonsense", "study=x", "study=99999999999999999999", "kind=nonsense"])
def test_filters_of_no_meaning_show_nothing(desk, query):
    received()
    assert names(desk.get(f"{QUEUE}?{query}")) == []


@pytest.mark.parametrize(
    "query", ["messages__body__contains=x", "contact__isnull=0", "wrapped_key__isnull=0", "receipt_hash__startswith=a"]
)
def test_private_columns_cannot_be_asked_for(desk, query):
    received(content={"text": SECRET})
    assert desk.get(f"{QUEUE}?{query}").status_code == 400


def test_there_is_no_search(desk):
    one = received(content={"text": SECRET})
    assert names(desk.get(f"{QUEUE}?q=nothing-has-this")) == [one.alias]
    assert 'type="text"' not in desk.get(QUEUE).content.decode()


def test_next_item_keeps_filters_and_goes_on_from_where_one_was(desk):
    ones = [received(kind=Kind.CODING, at=ago(days=9 - number)) for number in range(3)]
    received(kind=Kind.OTHER, at=ago(days=8))
    kept = "?_changelist_filters=kind%3Dcoding"
    page = desk.get(at(ones[1]) + kept)
    assert page.context["next_address"] == at(ones[2]) + kept
    assert page.context["queue_address"] == f"{QUEUE}?kind=coding"
    assert desk.get(at(ones[2]) + kept).context["next_address"] == at(ones[0]) + kept


def test_place_is_kept_when_the_item_moves_on(desk):
    """Taking an item moves it to the end of the line; the next one is still the one after it."""
    ones = [received(at=ago(days=9 - number)) for number in range(3)]
    page = desk.get(f"{at(ones[0])}?_changelist_filters=state%3Dwaiting")
    address = page.context["acts"]["hold"][0]["address"]
    after = desk.post(address, {"version": 1})
    assert desk.get(after.url).context["next_one"].alias == ones[1].alias


def test_last_of_the_list_says_so(desk):
    page = desk.get(at(received()))
    assert (page.context["next_address"], "Nothing else is in this list." in page.content.decode()) == ("", True)


@pytest.mark.parametrize("place", ["x", "1", "1-", "-1", "99999999999999999999-1"])
def test_place_that_is_none_is_ignored(desk, place):
    one, other = received(at=ago(days=2)), received(at=ago(days=1))
    assert desk.get(f"{at(one)}?place={place}").context["next_one"] == other


# --- What it costs ------------------------------------------------------------------------------------------------------


def many(number, **fields):
    """Rows as the table holds them; messages are not needed for a list."""
    study = fields.pop("study", None) or a_study()
    start = timezone.now() - timedelta(days=20)
    Contribution.objects.bulk_create(
        Contribution(
            alias=f"Teal Heron {count}",
            kind=list(Kind)[count % 8],
            study=study,
            state=State.RECEIVED,
            consent_version="x",
            received_at=start + timedelta(seconds=count),
            waiting_since=start + timedelta(seconds=count),
            wrapped_key=b"k",
        )
        for count in range(number)
    )


def queries_of(desk, path):
    desk.get(path)
    with CaptureQueriesContext(connection) as found:
        assert desk.get(path).status_code == 200
    return found


@pytest.mark.parametrize("query", ["", "?kind=coding", "?state=mine", "?state=ended"])
def test_list_takes_as_few_queries_for_many_rows_as_for_one(desk, query):
    received(study=a_study())
    few = len(queries_of(desk, QUEUE + query))
    many(60)
    assert len(queries_of(desk, QUEUE + query)) == few <= 12


def test_list_fetches_neither_keys_nor_texts(desk):
    received(study=a_study())
    sql = " ".join(query["sql"] for query in queries_of(desk, QUEUE))
    assert [
        column for column in ("wrapped_key", "receipt_hash", "token_hash", "summary", "body") if column in sql
    ] == []


def test_counting_stops_at_a_thousand(desk):
    many(COUNTED + 5)
    page = desk.get(QUEUE)
    assert (page.context["cl"].result_count, len(names(page))) == (COUNTED, 50)
    assert "1,000 or more messages" in " ".join(page.content.decode().split())
    counts = [query["sql"] for query in queries_of(desk, QUEUE) if "COUNT(*)" in query["sql"]]
    assert all("LIMIT" in sql for sql in counts if "GROUP BY" not in sql)


def test_list_says_how_far_it_counted(desk, monkeypatch):
    monkeypatch.setattr("contributions.admin.queue.COUNTED", 3)
    told = []
    for _ in range(2):
        many(2)
        told.append(desk.get(QUEUE).context["cl"].counted)
    assert told == ["2", "3 or more"]


def test_pages_hold_every_message_once_in_the_order_of_waiting(desk):
    many(120)
    pages = [names(desk.get(f"{QUEUE}?p={number}")) for number in (1, 2, 3)]
    waiting = Contribution.objects.awaiting_review(timezone.now()).order_by("waiting_since", "id")
    assert [len(page) for page in pages] == [50, 50, 20]
    assert [alias for page in pages for alias in page] == [one.alias for one in waiting]


def test_only_the_rows_of_the_page_are_joined_to_studies_and_holders(desk):
    """SQLite would join every message that waits before it sorts them, and the page would grow with the queue."""
    many(60)
    (joined,) = [query["sql"] for query in queries_of(desk, QUEUE) if 'JOIN "studies_study"' in query["sql"]]
    asked, _, chosen = joined.partition(" IN (SELECT ")
    assert ("JOIN" in asked, "JOIN" in chosen, re.findall(r"LIMIT (\d+)", chosen)) == (True, False, ["50"])


def test_page_of_one_takes_as_few_queries_whatever_the_queue_holds(desk):
    one = received(study=a_study())
    few = len(queries_of(desk, at(one)))
    many(60, study=one.study)
    assert len(queries_of(desk, at(one))) <= few + 2  # the next item, and other messages about this study


def test_acts_take_as_few_queries_whatever_the_queue_holds(desk, moderator):
    study = a_study()
    first, second = [received(study=study) for _ in range(2)]

    def counts(one):
        found = []
        for act, typed in [("claim", {}), ("renew", {}), ("ask", {"text": "Which table?"})]:
            version = Contribution.objects.values_list("version", flat=True).get(pk=one.pk)
            with CaptureQueriesContext(connection) as seen:
                assert desk.post(at(one, act), {"version": version} | typed).status_code == 302
            found.append(len(seen))
        return found

    few = counts(first)
    many(60, study=study)
    assert counts(second) == few


# --- Who gets in, and what is not there -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("triage", 200), ("moderator", 200), ("lead", 200), ("editor", 403), ("nobody", 403)]
)
def test_who_sees_the_queue(client, role, status):
    one = received()
    sign_in(client, make_user(role))
    assert [client.get(QUEUE).status_code, client.get(at(one)).status_code] == [status, status]


def test_opening_changes_nothing(desk, moderator):
    ones = [in_state(state, make_user("moderator"), at=timezone.now()) for state in State]
    before = everything()
    for one in ones:
        assert desk.get(at(one)).status_code == 200, one.state
        assert desk.head(at(one)).status_code == 200
        assert desk.post(at(one), {"version": one.version}).status_code == 405
    assert everything() == before
    assert LogEntry.objects.count() == 0


def test_nothing_is_added_deleted_or_logged_by_django(desk):
    one = received()
    for page in ("add/", f"{one.pk}/delete/", f"{one.pk}/history/"):
        assert desk.get(QUEUE + page).status_code == 404, page
    site = admin.site._registry
    assert [model for model in (Message, ContactDetail, Event) if model in site] == []
    queue = site[Contribution]
    assert (queue.actions, queue.list_editable, queue.search_fields) == (None, (), ())
    answer = desk.post(QUEUE, {"action": "delete_selected", "_selected_action": [one.pk], "post": "yes"})
    assert (answer.status_code, Contribution.objects.count()) == (200, 1)


def test_unknown_number_is_not_found(desk):
    assert [desk.get(f"{QUEUE}{number}/change/").status_code for number in (0, 987654)] == [404, 404]


def test_every_act_has_its_words():
    assert set(DID) == set(Action)


def test_page_is_never_kept_by_a_browser(desk):
    page = desk.get(at(received(content={"text": SECRET})))
    assert (SECRET in page.content.decode(), "no-store" in page.headers["Cache-Control"]) == (True, True)


def test_queue_stands_first_for_those_who_may_see_it(desk, client):
    assert desk.get("/admin/").context["app_list"][0]["models"][0]["object_name"] == "Contribution"
    sign_in(client, make_user("editor"))
    assert "contribution" not in client.get("/admin/").content.decode().lower()


def test_look_at_quarantine_is_logged(desk, moderator):
    one = in_state(State.QUARANTINED, moderator)
    review.look(shown=shown(one), by=moderator, at=timezone.now())
    page = desk.get(at(one))
    assert page.context["events"][0]["said"] == f"{moderator.username} looked at it and left it in quarantine."
