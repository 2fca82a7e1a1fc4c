"""Mail: to those who asked, after the commit, without a word of content; a broken mail server breaks nothing."""

import logging
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.mail.backends.base import BaseEmailBackend

from contributions import notices, review, thread
from contributions.models import StaffSettings
from tests.contributions.factories import LATER, NOW, a_change, a_study, claimed, in_state, make_user, received, shown

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


def test_contributor_is_told_after_the_commit_that_there_is_news(
    mailoutbox, django_capture_on_commit_callbacks
) -> None:
    holder = make_user("moderator")
    one = asking(holder)
    with django_capture_on_commit_callbacks(execute=True):
        review.ask(shown=shown(one), by=holder, at=LATER, text=f"What is {CANARY}?")
        assert mailoutbox == []
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


@pytest.mark.parametrize("wish", [{"notify": False}, {"may_contact": False}, {"contact": ""}])
def test_nobody_is_told_who_did_not_ask(mailoutbox, django_capture_on_commit_callbacks, wish) -> None:
    holder = make_user("moderator")
    one = asking(holder, **wish)
    with django_capture_on_commit_callbacks(execute=True):
        review.ask(shown=shown(one), by=holder, at=LATER, text="What?")
    assert mailoutbox == []


def test_applied_change_is_news_too(mailoutbox, django_capture_on_commit_callbacks) -> None:
    holder = make_user("moderator")
    one, proposal = review.propose(shown=shown(asking(holder)), by=holder, at=LATER, draft=a_change())
    with django_capture_on_commit_callbacks(execute=True):
        review.apply(shown=shown(one), by=holder, at=LATER, digest=proposal.digest, edition=1)
    assert [mail.subject for mail in mailoutbox] == ["There is news for you"]


def test_spam_and_own_acts_are_no_news(mailoutbox, django_capture_on_commit_callbacks) -> None:
    holder = make_user("moderator")
    with django_capture_on_commit_callbacks(execute=True):
        review.mark_spam(shown=shown(asking(holder)), by=holder, at=LATER)
        one = asking(holder)
        thread.add(contribution=one, text="More.", at=LATER)
        thread.take_back(contribution=one, at=LATER)
    assert mailoutbox == []


def test_broken_mail_server_breaks_no_decision(settings, caplog, django_capture_on_commit_callbacks) -> None:
    settings.EMAIL_BACKEND = "tests.contributions.test_notices.BrokenBackend"
    holder = make_user("moderator")
    one = asking(holder)
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        one = review.ask(shown=shown(one), by=holder, at=LATER, text="What?")
    assert one.state == "asked"
    assert "A notice could not be sent (ConnectionRefusedError)." in caplog.text
    assert CANARY not in caplog.text


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
