"""Two runs that send what is owed, one beside the other, with a mail server that takes its time: each mail leaves once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from atlas_site.account_events import Event, record
from atlas_site.models import AccountMail
from contributions import letters, outbox
from contributions.models import Notice
from tests.contributions.factories import make_user
from tests.contributions.test_notices import answered

pytestmark = pytest.mark.django_db
MAILS = 10


class SlowBackend(BaseEmailBackend):
    """Each mail takes nearly as long as any may; while some are on their way, something else happens."""

    passed = 0.0
    names: list[str] = []
    meanwhile: dict[int, Callable[[], object]] = {}

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        for mail in email_messages:
            SlowBackend.passed += outbox.LONGEST_TALK - 1
            self.names.append(mail.message()["Message-ID"])
            self.meanwhile.pop(len(self.names), lambda: None)()
        return len(email_messages)


@pytest.fixture
def slow(settings, monkeypatch) -> type[SlowBackend]:
    settings.EMAIL_BACKEND = "tests.contributions.test_sending_at_once.SlowBackend"
    SlowBackend.passed, SlowBackend.names, SlowBackend.meanwhile = 0.0, [], {}
    monkeypatch.setattr(outbox, "monotonic", lambda: SlowBackend.passed)
    return SlowBackend


@pytest.fixture
def start() -> datetime:
    """The time at which ten mails are owed, some about an account and some about messages."""
    owner = User.objects.create_user("owner", email="owner@example.org")
    for _ in range(4):
        record(Event.RENEWED, owner)
    holder = make_user("moderator")
    for _ in range(MAILS - 4):
        answered(holder)
    return timezone.now()


def run(start: datetime) -> tuple[int, int]:
    """Sent and failed of a run that begins now, by the clock of the slow server."""
    done = outbox.send_due(at=start + timedelta(seconds=SlowBackend.passed))
    return done.sent, done.failed


@pytest.mark.parametrize("beside", range(6, MAILS + 1))
def test_second_run_beside_a_slow_one_sends_no_mail_again(slow, start, beside) -> None:
    """The first run has lasted for longer than its first claims hold, and hangs at one of the mails."""
    second: list[tuple[int, int]] = []
    slow.meanwhile = {beside: lambda: second.append(run(start))}
    first = run(start)
    assert slow.passed > outbox.FIRST_PAUSE.total_seconds()
    assert (first, second) == ((beside, 0), [(MAILS - beside, 0)])
    assert (len(slow.names), len(set(slow.names))) == (MAILS, MAILS)
    assert (AccountMail.objects.count(), Notice.objects.count()) == (0, 0)


def test_mail_that_another_run_took_over_from_a_machine_that_stood_still_is_not_sent_again(
    slow, start, monkeypatch
) -> None:
    """It stands still between its claim and the mail server, for longer than a claim holds."""
    second: list[tuple[int, int]] = []

    def stand_still(owed: outbox.Owed) -> letters.Letter | None:
        monkeypatch.setattr(outbox, "letter", letters.letter)
        slow.passed += outbox.FIRST_PAUSE.total_seconds() + 1
        second.append(run(start))
        return letters.letter(owed)

    monkeypatch.setattr(outbox, "letter", stand_still)
    first = run(start)
    assert (first, second) == ((0, 0), [(MAILS, 0)])
    assert (len(slow.names), len(set(slow.names))) == (MAILS, MAILS)


def test_claim_outlives_the_longest_talk() -> None:
    assert outbox.FIRST_PAUSE.total_seconds() >= 4 * outbox.LONGEST_TALK
