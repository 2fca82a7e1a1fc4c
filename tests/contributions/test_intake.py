"""Receiving: what is stored, what is not, and that one form makes one contribution."""

import pytest
from django.db import connection

from contributions import intake, messages, receipts, thread
from contributions.models import ContactDetail, Contribution, Event, Message
from contributions.vocabulary import State
from tests.contributions.factories import LATER, NOW, a_study, in_state, make_user, received, send

pytestmark = pytest.mark.django_db
TOKEN = "ab" * 16
CANARY = "Zwölf gelbe Kanarienvögel singen"


def test_sending_stores_the_text_encrypted_and_readable_by_staff() -> None:
    study = a_study()
    content = {"text": CANARY, "field": "journal", "proposed": CANARY, "evidence": "https://example.org/x"}
    one = received(study=study, content=content, may_quote=True)
    assert (one.state, one.version, one.study, one.may_quote, one.may_summarise, one.consent_version) == (
        "received", 1, study, True, False, intake.CONSENT_VERSION,
    )  # fmt: skip
    (entry,) = messages.read(one)
    assert (entry.side, entry.sent_at, entry.content) == ("contributor", NOW, content)
    assert CANARY not in repr(entry)
    assert [(e.action, e.actor_kind, e.from_state, e.to_state) for e in one.events.all()] == [
        ("send", "contributor", "received", "received")
    ]


def test_no_table_holds_what_was_written() -> None:
    received(content={"text": CANARY}, contact="canary@example.org", may_contact=True)
    with connection.cursor() as cursor:
        for model in (Contribution, Message, ContactDetail, Event):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert CANARY.encode() not in raw
                    assert b"canary@example.org" not in raw


def test_contact_is_kept_only_with_consent() -> None:
    asked = received(contact="a@example.org", may_contact=True, notify=True)
    refused = received(contact="b@example.org", may_contact=False)
    assert (messages.read_contact(asked), asked.contact.notify) == ("a@example.org", True)
    assert (messages.read_contact(refused), ContactDetail.objects.count()) == ("", 1)


@pytest.mark.parametrize(("score", "state"), [(0, State.RECEIVED), (4, State.RECEIVED), (5, State.QUARANTINED)])
def test_spam_score_decides_the_first_state(score: int, state: State) -> None:
    assert received(spam_score=score).state == state


def test_same_form_twice_makes_one_contribution_and_the_same_words() -> None:
    first, second = send(token=TOKEN), send(token=TOKEN)
    assert (first.words, first.contribution) == (second.words, second.contribution)
    assert (first.is_new, second.is_new) == (True, False)
    assert (Contribution.objects.count(), Message.objects.count()) == (1, 1)


def test_second_sending_with_other_text_loses_nothing() -> None:
    first = send(token=TOKEN, content={"text": "One."})
    send(token=TOKEN, content={"text": "One, and two."})
    assert [entry.content["text"] for entry in messages.read(first.contribution)] == ["One.", "One, and two."]


def test_second_sending_after_taking_back_stores_nothing() -> None:
    first = send(token=TOKEN)
    thread.take_back(contribution=first.contribution, at=LATER)
    again = send(token=TOKEN)
    assert (again.words, again.contribution, Message.objects.count()) == (first.words, first.contribution, 0)


def test_bad_token_is_refused_before_anything_is_stored() -> None:
    with pytest.raises(ValueError, match="token"):
        send(token="not a token")
    assert Contribution.objects.count() == 0


def test_each_contribution_has_its_own_data_key() -> None:
    one, other = received(), received()
    assert bytes(one.wrapped_key) != bytes(other.wrapped_key)
    Message.objects.filter(contribution=other).update(contribution=one)
    with pytest.raises(Exception, match="does not open"):
        messages.read(one)


def test_entries_cannot_change_places() -> None:
    one = received()
    thread.add(contribution=one, text="Second.", at=LATER)
    first, second = Message.objects.order_by("pk")
    Message.objects.filter(pk=first.pk).update(body=bytes(second.body))
    with pytest.raises(Exception, match="does not open"):
        messages.read(one)


def test_sending_needs_a_constant_number_of_queries(django_assert_max_num_queries) -> None:
    for _ in range(20):
        received()
    with django_assert_max_num_queries(8):
        received()
    in_state("noted", make_user("moderator"))
    with django_assert_max_num_queries(8):
        received()


def test_token_of_a_form_is_128_random_bits() -> None:
    tokens = {receipts.new_token() for _ in range(50)}
    assert (len(tokens), {len(token) for token in tokens}) == (50, {32})
