"""Clocks and erasure: what goes, when, and what is left of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session

from contributions import ledger, messages, retention, review, thread
from contributions.models import ContactDetail, Contribution, Event, Message, ProposalLink
from contributions.moves import NotAllowed
from contributions.transitions import Actor
from contributions.vocabulary import ENDS, State
from tests.contributions.factories import LATER, NOW, claimed, everything, in_state, make_user, received, shown

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path) -> None:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"


def states() -> list[str]:
    return list(Contribution.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("state", sorted(ENDS))
def test_body_goes_90_days_after_the_end_and_never_before(state: State) -> None:
    one = in_state(state, make_user("moderator"), at=NOW)
    end = Contribution.objects.get().ended_at
    retention.purge(at=end + 90 * DAY - timedelta(seconds=1))
    assert states() == [state]
    retention.purge(at=end + 90 * DAY)
    assert states() == ["erased"]
    assert Message.objects.count() == ContactDetail.objects.count() == ProposalLink.objects.count() == 0
    assert [row for row, _ in ledger.lines()][-1] == one.uuid


def test_tombstone_holds_kind_outcome_month_and_numbers_of_days() -> None:
    holder = make_user("moderator")
    one = in_state("applied", holder)
    Contribution.objects.filter(pk=one.pk).update(may_quote=True, reopened=True)
    retention.erase(contribution=one, actors=retention.CLOCK, at=LATER)
    row = Contribution.objects.filter(pk=one.pk).values().get()
    month = datetime(2026, 6, 1, tzinfo=UTC)
    kept = {
        "id": one.pk,
        "uuid": one.uuid,
        "version": one.version + 1,
        "alias": "Erased",
        "kind": "correction",
        "state": "erased",
        "outcome": "applied",
        "received_at": month,
        "waiting_since": month,
        "ended_at": month,
        "read_days": 0,
        "end_days": 0,
    }
    assert {name: value for name, value in row.items() if value not in (None, "", False, 0) or name in kept} == kept


def test_times_of_the_contributor_are_blurred_in_the_events_too() -> None:
    one = in_state("noted", make_user("moderator"))
    retention.erase(contribution=one, actors=frozenset({Actor.CONTRIBUTOR}), at=LATER)
    times = {event.action: event.happened_at for event in one.events.all()}
    month = datetime(2026, 6, 1, tzinfo=UTC)
    assert times == {"send": month, "claim": NOW, "note": NOW, "erase": month}


def test_open_items_are_never_deleted_however_old() -> None:
    held, second = make_user("moderator"), make_user("moderator")
    for state in ("received", "in_review", "awaiting_second"):
        in_state(state, held)
    before = everything()
    retention.purge(at=NOW + 3650 * DAY - DAY)
    assert [row["state"] for row in everything()[0]] == [row["state"] for row in before[0]]
    assert Message.objects.count() == 3
    assert second.is_active


@pytest.mark.parametrize(
    ("looked", "days", "left"), [(True, 30, ["erased"]), (True, 29, ["quarantined"]), (False, 99, ["quarantined"])]
)
def test_quarantine_goes_after_30_days_and_only_once_somebody_looked(looked: bool, days: int, left: list[str]) -> None:
    one = received(spam_score=9)
    if looked:
        review.look(shown=shown(one), by=make_user("triage"), at=LATER)
    retention.purge(at=NOW + days * DAY)
    assert states() == left


def test_silence_of_60_days_closes_a_question() -> None:
    in_state("asked", make_user("moderator"))
    retention.purge(at=NOW + 60 * DAY - timedelta(seconds=1))
    assert states() == ["asked"]
    retention.purge(at=NOW + 60 * DAY)
    assert states() == ["closed"]
    assert Event.objects.last().actor_kind == "clock"


def test_answer_starts_the_silence_anew() -> None:
    holder = make_user("moderator")
    one = in_state("asked", holder)
    thread.add(contribution=one, text="Table 2.", at=NOW + 59 * DAY)
    retention.purge(at=NOW + 200 * DAY)
    assert states() == ["received"]


def test_contact_goes_14_days_after_the_end() -> None:
    holder = make_user("moderator")
    one = claimed(holder, contact="a@example.org", may_contact=True)
    received(contact="b@example.org", may_contact=True)
    review.note(shown=shown(one), by=holder, at=NOW, text="Thanks.")
    retention.purge(at=NOW + 14 * DAY - timedelta(seconds=1))
    assert ContactDetail.objects.count() == 2
    assert retention.purge(at=NOW + 14 * DAY)["contacts"] == 1
    assert messages.read_contact(Contribution.objects.order_by("pk").last()) == "b@example.org"


def test_events_go_after_five_years() -> None:
    received()
    assert retention.purge(at=NOW + 5 * 365 * DAY)["events"] == 0
    assert retention.purge(at=NOW + (5 * 365 + 2) * DAY)["events"] == 1


def test_sessions_past_their_time_go() -> None:
    Session.objects.create(session_key="old", session_data="x", expire_date=datetime(2020, 1, 1, tzinfo=UTC))
    retention.purge(at=NOW)
    assert Session.objects.count() == 0


def test_purge_twice_does_no_more_than_once() -> None:
    in_state("noted", make_user("moderator"))
    first = retention.purge(at=NOW + 90 * DAY)
    assert first["erased"] == 1
    before = everything()
    again = retention.purge(at=NOW + 90 * DAY)
    assert {name: count for name, count in again.items() if count} == {"scrubbed": 1}
    assert everything() == before


@pytest.mark.parametrize("verb", [thread.take_back, thread.delete_now])
def test_ledger_that_cannot_be_written_stops_the_erasure(settings, verb) -> None:
    settings.ATLAS_ERASURE_LEDGER = settings.ATLAS_ERASURE_LEDGER.parent / "file" / "erasures.log"
    settings.ATLAS_ERASURE_LEDGER.parent.write_text("in the way")
    one = in_state("received" if verb is thread.take_back else "noted", make_user("moderator"))
    before = everything()
    with pytest.raises(OSError, match="file"):
        verb(contribution=one, at=LATER)
    assert everything() == before


def test_refused_erasure_leaves_no_line_in_the_ledger() -> None:
    """A line for what was not erased would erase it after a restore."""
    one = in_state("in_review", make_user("moderator"))
    with pytest.raises(NotAllowed):
        thread.delete_now(contribution=one, at=LATER)
    with pytest.raises(NotAllowed):
        thread.take_back(contribution=in_state("noted", make_user("moderator")), at=LATER)
    assert list(ledger.lines()) == []


def test_taking_back_deletes_content_and_keeps_the_receipt() -> None:
    one = received(contact="a@example.org", may_contact=True)
    thread.take_back(contribution=one, at=LATER)
    one.refresh_from_db()
    assert (one.state, one.wrapped_key, bool(one.receipt_hash), messages.read(one), messages.read_contact(one)) == (
        "taken_back", None, True, [], "",
    )  # fmt: skip
    assert Message.objects.count() == ContactDetail.objects.count() == 0


def test_replay_erases_what_a_restore_brought_back() -> None:
    holder = make_user("moderator")
    kept, gone = in_state("asked", holder), in_state("received", holder)
    ledger.append(gone.uuid, at=LATER)
    assert retention.replay(at=LATER) == 1
    assert states() == ["asked", "erased"]
    assert (Message.objects.exclude(contribution=kept).count(), Contribution.objects.get(pk=gone.pk).outcome) == (
        0,
        "taken_back",
    )
    assert retention.replay(at=LATER) == 0


def test_replay_leaves_alone_what_has_no_content() -> None:
    one = received()
    thread.take_back(contribution=one, at=LATER)
    before = everything()
    assert retention.replay(at=LATER) == 0
    assert everything() == before
