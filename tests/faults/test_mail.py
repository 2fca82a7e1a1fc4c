"""The mail server is away, silent, busy, or goes away in the middle: nobody waits for it, and every mail leaves once it can."""

import io
import signal
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string

import pytest
from django.core.management import call_command
from django.utils import timezone

from atlas_site.models import AccountMail
from contributions import outbox, review
from contributions.models import Contribution, Notice
from tests.clock import PATIENCE
from tests.contributions.factories import LATER, a_study, claimed, make_user, shown
from tests.faults.mail_server import MailServer, Mood, mail_server
from tests.servers import until
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
ADDRESS, WORD = "someone@example.org", "Kanarienvogel"


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with mail_server() as made:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", made.port, PATIENCE
        yield made


def comes_into(server: MailServer, settings, mood: Mood) -> None:
    """From now on. Only one that says nothing is left soon: another may be slow where much else is to be done."""
    server.mood = mood
    settings.EMAIL_TIMEOUT = 0.5 if mood == Mood.SILENT else PATIENCE


def was_asked(server: MailServer) -> int:
    """How often, once it has noticed; who asked may have gone before that."""
    until(lambda: server.asked, "the mail server to notice")
    return server.asked


def answered() -> Contribution:
    """A decision about a message of somebody who asked for mail."""
    holder = make_user("moderator")
    wish = {"contact": ADDRESS, "may_contact": True, "notify": True}
    one = claimed(holder, content={"text": WORD}, study=a_study(title=f"About {WORD}"), **wish)
    return review.ask(shown=shown(one), by=holder, at=LATER, text=f"What is {WORD}?")


def sends() -> tuple[str, int]:
    """What the command of the timer answers, and its code."""
    out, code = io.StringIO(), 0
    try:
        call_command("send_notices", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return out.getvalue(), code


def due() -> None:
    """As after the pause."""
    for table in (AccountMail, Notice):
        table.objects.update(due_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.BUSY, Mood.DIES])
def test_mail_leaves_once_when_the_server_is_well_again(server, settings, caplog, mood) -> None:
    comes_into(server, settings, mood)
    assert (answered().state, server.asked) == ("asked", 0)  # who decides does not ask the mail server at all
    assert sends() == ("Mails sent: 0, not sent: 1, given up: 0.\n", 1)
    assert (was_asked(server), server.taken) == (1, [])
    assert sends() == ("Mails sent: 0, not sent: 0, given up: 0.\n", 0)  # it pauses
    assert server.asked == 1
    comes_into(server, settings, Mood.TAKES)
    due()
    assert sends() == ("Mails sent: 1, not sent: 0, given up: 0.\n", 0)
    due()
    assert sends() == ("Mails sent: 0, not sent: 0, given up: 0.\n", 0)
    (text,) = server.taken
    assert message_from_string(text)["To"] == ADDRESS
    assert (WORD in text, WORD in caplog.text, ADDRESS in caplog.text) == (False, False, False)


def test_server_that_speaks_byte_by_byte_is_left_and_the_mail_leaves_later(server, monkeypatch) -> None:
    """Each byte comes long before the time-out between two: only an end to the whole talk bounds the run, and its claim."""
    monkeypatch.setattr(outbox, "LONGEST_TALK", 1)
    server.mood = Mood.DRIPS
    answered()
    assert sends() == ("Mails sent: 0, not sent: 1, given up: 0.\n", 1)
    assert (was_asked(server), signal.getitimer(signal.ITIMER_REAL)) == (1, (0.0, 0.0))
    monkeypatch.setattr(outbox, "LONGEST_TALK", PATIENCE)
    server.mood = Mood.TAKES
    due()
    assert sends() == ("Mails sent: 1, not sent: 0, given up: 0.\n", 0)
    assert len(server.taken) == 1


def test_server_that_is_away_delays_no_decision_and_stops_the_run(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # nobody listens
        settings.EMAIL_HOST, settings.EMAIL_PORT = closed.getsockname()
        for _ in range(4):
            assert answered().state == "asked"
        assert sends() == (f"Mails sent: 0, not sent: {outbox.IN_A_ROW}, given up: 0.\n", 1)
    assert Notice.objects.filter(tries=0).count() == 4 - outbox.IN_A_ROW


def test_server_that_took_the_text_without_a_word_gets_it_again_under_the_same_name(server) -> None:
    """Nobody can know whether it was taken. The name lets the reader's own mail server see that it is one mail."""
    server.mood = Mood.DEAF
    answered()
    assert sends()[1] == 1
    server.mood = Mood.TAKES
    due()
    assert sends()[1] == 0
    names = [message_from_string(text)["Message-ID"] for text in server.taken]
    assert (len(names), len(set(names))) == (2, 1)


@pytest.mark.parametrize("mood", [Mood.SILENT, Mood.BUSY, Mood.DIES])
def test_staff_wait_for_no_mail_about_their_account_and_it_leaves_later(server, settings, client, caplog, mood) -> None:
    """Somebody who took an account over changes address and codes; its owner hears of both, at the address of before."""
    comes_into(server, settings, mood)
    owner = make_user("moderator")
    owner.email = ADDRESS
    owner.save()
    sign_in(client, owner)
    assert client.post("/admin/second-factor/codes/").status_code == 200
    values = {"email": "thief@example.org", "own_papers": ""}
    assert client.post("/admin/my-settings/", values).status_code == 302
    assert (server.asked, AccountMail.objects.count()) == (0, 2)
    assert sends() == ("Mails sent: 0, not sent: 2, given up: 0.\n", 1)
    assert server.taken == []
    comes_into(server, settings, Mood.TAKES)
    due()
    assert sends() == ("Mails sent: 2, not sent: 0, given up: 0.\n", 0)
    due()
    assert sends() == ("Mails sent: 0, not sent: 0, given up: 0.\n", 0)
    mails = [message_from_string(text) for text in server.taken]
    assert [(mail["To"], mail.get_payload().splitlines()[2]) for mail in mails] == [
        (ADDRESS, "New recovery codes were made for your account."),
        (ADDRESS, "The mail address of your account was changed."),
    ]
    assert [word for word in (ADDRESS, "thief@", owner.username) if word in caplog.text] == []


def test_mail_about_an_account_that_does_not_leave_is_told(server) -> None:
    now = timezone.now()
    AccountMail.objects.create(
        user=make_user("moderator"),
        event="RESET",
        address=ADDRESS,
        owed_at=now - timedelta(hours=2),
        due_at=now,
        tries=3,
    )
    assert outbox.standing(now) == outbox.Standing(late=1, since=now - timedelta(hours=2), given_up=0)
    AccountMail.objects.update(given_up_at=now)
    assert outbox.standing(now) == outbox.Standing(late=0, since=None, given_up=1)
    assert (outbox.forget(at=now + timedelta(days=6)), outbox.forget(at=now + timedelta(days=7))) == (0, 1)
