"""Mail: to those who asked, owed from the commit on, without a word of content; a broken mail server breaks nothing."""

import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from contributions import messages, notices, outbox, retention, review, thread
from contributions.models import ContactDetail, Notice, StaffSettings
from contributions.transitions import Actor
from tests.contributions.desk import at
from tests.contributions.factories import LATER, NOW, a_change, a_study, claimed, in_state, make_user, received, shown
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CANARY = "Kanarienvogel"


class BrokenBackend(BaseEmailBackend):
    def send_messages(self, email_messages: object) -> int:
        raise ConnectionRefusedError(f"no server for {CANARY}@example.org")


def staff(*groups: str, mail: bool = True) -> User:
    user = make_user(*groups)
    user.email = f"{user.username}@example.org"
    user.save()
    StaffSettings.objects.create(user=user, wants_mail=mail)
    return user


def asking(holder, **fields):
    """In review, from somebody who wants to be told."""
    wish = {"contact": f"{CANARY}@example.org", "may_contact": True, "notify": True}
    return claimed(holder, content={"text": CANARY}, study=a_study(title=f"About {CANARY}"), **(wish | fields))


def answered(holder, **fields):
    one = asking(holder, **fields)
    return review.ask(shown=shown(one), by=holder, at=LATER, text=f"What is {CANARY}?")


def send(*, hours: float = 0) -> tuple[int, int, int]:
    """Sent, failed, given up, so many hours from now."""
    done = outbox.send_due(at=timezone.now() + timedelta(hours=hours))
    return done.sent, done.failed, done.given_up


def test_contributor_is_told_that_there_is_news(mailoutbox) -> None:
    answered(make_user("moderator"))
    assert mailoutbox == []  # nobody who decides waits for a mail server
    assert (send(), send()) == ((1, 0, 0), (0, 0, 0))
    (mail,) = mailoutbox
    assert mail.to == [f"{CANARY}@example.org"]
    assert (mail.subject, mail.body.split("\n\n")) == (
        "There is news for you",
        [
            "Hello,",
            "there is news about a message that you sent to the Study Atlas. Please open it with your six words here:",
            "http://testserver/my-contribution/",
            "This mail holds nothing of your message. Nobody reads answers to this mail.\n",
        ],
    )
    assert CANARY not in str(mail.message()).replace(f"{CANARY}@example.org", "")
    assert Notice.objects.count() == 0


def test_mail_that_was_given_up_is_told_on_the_page_without_address(client) -> None:
    moderator = make_user("moderator")
    one, desk = answered(moderator), sign_in(client, moderator)
    assert re.findall(r"Mail to the contributor", desk.get(at(one)).content.decode()) == []
    Notice.objects.update(given_up_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
    page = desk.get(at(one)).content.decode()
    told = (
        "The mail that there is news could not be delivered. It was given up on 4 March 2026. Whoever opens the page behind "
        "the six words sees the news there."
    )
    assert re.findall(r"<dt>Mail to the contributor</dt><dd>(.*?)</dd>", page) == [told]
    assert f"{CANARY}@" not in page


def test_decision_that_is_rolled_back_owes_no_mail() -> None:
    holder = make_user("moderator")
    one = asking(holder)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        review.ask(shown=shown(one), by=holder, at=LATER, text="What?")
        raise ZeroDivisionError
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("wish", [{"notify": False}, {"may_contact": False}, {"contact": ""}])
def test_nobody_is_told_who_did_not_ask(wish) -> None:
    answered(make_user("moderator"), **wish)
    assert Notice.objects.count() == 0


def test_applied_change_is_news_too(mailoutbox) -> None:
    holder = make_user("moderator")
    one, proposal = review.propose(shown=shown(asking(holder)), by=holder, at=LATER, draft=a_change())
    review.apply(shown=shown(one), by=holder, at=LATER, digest=proposal.digest, edition=1)
    send()
    assert [mail.subject for mail in mailoutbox] == ["There is news for you"]


def test_spam_and_own_acts_are_no_news() -> None:
    holder = make_user("moderator")
    review.mark_spam(shown=shown(asking(holder)), by=holder, at=LATER)
    one = asking(holder)
    thread.add(contribution=one, text="More.", at=LATER)
    thread.take_back(contribution=one, at=LATER)
    assert Notice.objects.count() == 0


# --- What does not leave ------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(settings) -> None:
    settings.EMAIL_BACKEND = "tests.contributions.test_notices.BrokenBackend"


def test_mail_that_failed_is_owed_and_said_without_address(broken, settings, caplog, mailoutbox) -> None:
    working = "django.core.mail.backends.locmem.EmailBackend"
    with caplog.at_level(logging.DEBUG):
        assert answered(make_user("moderator")).state == "asked"
        assert send() == (0, 1, 0)
    assert "A notice could not be sent (ConnectionRefusedError)." in caplog.text
    assert CANARY not in caplog.text
    settings.EMAIL_BACKEND = working
    assert (send(), send(hours=1), send(hours=2)) == ((0, 0, 0), (1, 0, 0), (0, 0, 0))
    assert len(mailoutbox) == 1


def test_pauses_grow_and_after_three_days_it_is_given_up(broken) -> None:
    answered(make_user("moderator"))
    tried, given_up = [], []
    for quarter in range(4 * 24 * 5):
        _, failed, over = send(hours=quarter / 4)
        tried += [quarter / 4] * failed
        given_up += [quarter / 4] * over
    assert tried[:8] == [0, 0.25, 0.75, 1.5, 3, 5.75, 11.25, 17.25]
    assert given_up == tried[-1:]
    assert 72 <= given_up[0] < 80
    notice = Notice.objects.get()
    assert outbox.standing(timezone.now()) == outbox.Standing(late=0, since=None, given_up=1)
    assert outbox.forget(at=notice.given_up_at + 6 * DAY) == 0
    assert outbox.forget(at=notice.given_up_at + 7 * DAY) == 1


def test_clock_that_jumps_gives_nothing_up_and_a_mail_of_its_time_is_due_again(broken, settings, mailoutbox) -> None:
    answered(make_user("moderator"))
    assert send(hours=24 * 365) == (0, 1, 0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send() == (1, 0, 0)


def test_news_after_one_that_was_given_up_is_sent(broken, settings, mailoutbox) -> None:
    one = answered(make_user("moderator"))
    Notice.objects.update(given_up_at=timezone.now(), tries=12)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send(hours=1) == (0, 0, 0)
    notices.tell_contributor(one)
    assert send() == (1, 0, 0)


def test_two_answers_before_the_mail_left_are_one_mail(mailoutbox) -> None:
    one = answered(make_user("moderator"))
    notices.tell_contributor(one)
    assert send() == (1, 0, 0)
    assert len(mailoutbox) == 1


class TellingBackend(BaseEmailBackend):
    """While it sends, something happens."""

    meanwhile: list[Callable[[], object]] = []
    sent: list[EmailMessage] = []

    def send_messages(self, email_messages: list[EmailMessage]) -> int:
        self.sent.extend(email_messages)
        for act in self.meanwhile:
            act()
        return len(email_messages)


@pytest.fixture
def telling(settings) -> type[TellingBackend]:
    settings.EMAIL_BACKEND = "tests.contributions.test_notices.TellingBackend"
    TellingBackend.meanwhile, TellingBackend.sent = [], []
    return TellingBackend


def test_news_while_a_mail_is_being_sent_is_sent_too(telling) -> None:
    one = answered(make_user("moderator"))
    telling.meanwhile = [lambda: notices.tell_contributor(one)]
    assert send() == (1, 0, 0)
    telling.meanwhile = []
    assert (send(hours=1), send(hours=2)) == ((1, 0, 0), (0, 0, 0))


def test_mail_that_is_being_sent_is_not_sent_by_another_run(telling) -> None:
    answered(make_user("moderator"))
    again = []
    telling.meanwhile = [lambda: again.append(send())]
    assert send() == (1, 0, 0)
    assert again == [(0, 0, 0)]


def test_run_that_dies_after_the_server_took_the_mail_sends_it_again_under_one_name(telling) -> None:
    """The one moment that nothing can close: between the server's word and the deletion."""

    def die() -> None:
        raise KeyboardInterrupt

    answered(make_user("moderator"))
    telling.meanwhile = [die]
    with pytest.raises(KeyboardInterrupt):
        send()
    telling.meanwhile = []
    assert (send(), send(hours=1)) == ((0, 0, 0), (1, 0, 0))
    first, second = (mail.message()["Message-ID"] for mail in telling.sent)
    assert first == second


def test_run_stops_where_the_server_is_away(broken) -> None:
    holder = make_user("moderator")
    for _ in range(5):
        answered(holder)
    assert (send(), send()) == ((0, 3, 0), (0, 2, 0))


def test_who_took_the_wish_back_meanwhile_is_told_nothing(mailoutbox) -> None:
    answered(make_user("moderator"))
    ContactDetail.objects.update(notify=False)
    assert send() == (0, 0, 0)
    assert Notice.objects.count() == 0


def test_erasure_and_the_end_of_an_address_take_the_owed_mail_with_them(settings, tmp_path) -> None:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    holder = make_user("moderator")
    one = answered(holder)
    thread.take_back(contribution=one, at=LATER)
    assert Notice.objects.count() == 0
    two, three = asking(holder), asking(holder)
    for each in (two, three):
        review.decline(shown=shown(each), by=holder, at=LATER, reason="no_source", text="No.")
    assert Notice.objects.count() == 2
    two.refresh_from_db()
    retention.erase(contribution=two, actors=frozenset({Actor.CONTRIBUTOR}), at=LATER)
    assert Notice.objects.get().contribution_id == three.pk
    retention.purge(at=LATER + 14 * DAY)
    assert (Notice.objects.count(), messages.read_contact(three)) == (0, "")


def test_row_of_an_owed_mail_holds_no_address_and_no_word() -> None:
    answered(make_user("moderator"))
    assert CANARY not in str(Notice.objects.values())


# --- Reminders ------------------------------------------------------------------------------------------------------------


def test_reminder_holds_counts_and_nothing_else(mailoutbox) -> None:
    moderator = staff("moderator")
    staff("moderator", mail=False)
    staff("editor")
    one = received(study=a_study(title=f"About {CANARY}"), content={"text": CANARY}, at=NOW - 7 * DAY)
    received(at=NOW)
    received(at=NOW, spam_score=9)
    counts = notices.remind(at=NOW)
    assert counts == {
        "waiting": 2, "new": 1, "quarantined": 1, "overdue": 1, "long": 0, "sent": 1, "failed": 0,
    }  # fmt: skip
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([moderator.email], "Messages are waiting")
    assert mail.body == (
        "Hello,\n\nWaiting in the queue: 2. New since yesterday: 1.\n"
        "Waiting for 7 days or longer, and not named before: 1.\n"
        "In quarantine, where nobody has looked yet: 1.\n\nhttp://testserver/admin/\n\n"
        "You asked for these reminders and can turn them off in your staff settings.\n"
    )
    assert one.alias not in mail.body


def test_overdue_is_named_once_after_7_days_and_once_to_leads_after_14(mailoutbox) -> None:
    moderator, lead = staff("moderator"), staff("lead")
    received(at=NOW)
    told = []
    for day in range(1, 20):
        mailoutbox.clear()
        notices.remind(at=NOW + day * DAY)
        told += [(day, mail.to[0]) for mail in mailoutbox]
    assert told == [(7, moderator.email), (7, lead.email), (14, lead.email)]


def test_missed_days_are_made_up_for(mailoutbox) -> None:
    moderator, lead = staff("moderator"), staff("lead")
    received(at=NOW)
    notices.remind(at=NOW + 40 * DAY)
    assert [mail.to[0] for mail in mailoutbox] == [moderator.email, lead.email, lead.email]
    notices.remind(at=NOW + 41 * DAY)
    assert len(mailoutbox) == 3


def test_what_is_asked_or_ended_is_not_overdue(mailoutbox) -> None:
    holder = staff("moderator")
    in_state("asked", holder)
    in_state("noted", holder)
    assert notices.remind(at=NOW + 30 * DAY)["overdue"] == 0
    assert mailoutbox == []


def test_moving_starts_the_reminder_anew(mailoutbox) -> None:
    holder = staff("moderator")
    one = received(at=NOW)
    notices.remind(at=NOW + 7 * DAY)
    one = review.claim(shown=shown(one), by=holder, at=NOW + 7 * DAY)
    assert one.reminded_at is None
    assert notices.remind(at=NOW + 14 * DAY)["overdue"] == 1


def test_mail_that_failed_is_tried_again(settings, mailoutbox) -> None:
    staff("moderator")
    received(at=NOW)
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.contributions.test_notices.BrokenBackend"
    counts = notices.remind(at=NOW + 7 * DAY)
    assert (counts["sent"], counts["failed"]) == (0, 1)
    settings.EMAIL_BACKEND = good
    assert notices.remind(at=NOW + 8 * DAY)["sent"] == 1
    assert "Waiting for 7 days or longer, and not named before: 1." in mailoutbox[0].body


def test_reminder_that_did_not_leave_is_named_with_the_next_one(broken, settings, mailoutbox) -> None:
    holder = staff("moderator")
    received(at=NOW)
    one = received(at=NOW)
    notices.remind(at=NOW + 7 * DAY)
    received(at=NOW + DAY)
    review.claim(shown=shown(one), by=holder, at=NOW + 7 * DAY)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert notices.remind(at=NOW + 8 * DAY)["sent"] == 1
    (mail,) = mailoutbox
    assert mail.body.split("\n")[3] == "Waiting for 7 days or longer, and not named before: 2."


def test_reminder_is_for_who_still_wants_it(broken, settings, mailoutbox) -> None:
    staff("moderator")
    received(at=NOW)
    notices.remind(at=NOW)
    StaffSettings.objects.update(wants_mail=False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    outbox.send_due(at=NOW + DAY)
    assert (mailoutbox, Notice.objects.count()) == ([], 0)
