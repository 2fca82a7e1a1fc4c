"""The words of every mail. Those about messages say that there is news, or how many wait, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import NamedTuple

from django.conf import settings

from atlas_site.account_events import Event
from atlas_site.models import AccountMail
from contributions import messages
from contributions.models import ContactDetail, Contribution, Notice
from contributions.querysets import LEAD_DAYS, REMINDER_DAYS
from contributions.vocabulary import Mail

ANSWER = """Hello,

there is news about a message that you sent to the Study Atlas. Please open it with your six words here:

{address}

This mail holds nothing of your message. Nobody reads answers to this mail.
"""
REMINDER = """Hello,

{sentences}

{address}

You asked for these reminders and can turn them off in your staff settings.
"""
ACCOUNT = """Hello,

{what}
This was on {at:%d %B %Y at %H:%M} UTC.

Was that not you? Then tell a lead, or whoever runs the server, at once.

{address}
"""


class Letter(NamedTuple):
    to: str
    subject: str
    body: str


def letter(owed: Notice | AccountMail) -> Letter | None:
    """The mail, None where nobody wants it any more. About an account it goes to the address of before what happened, else
    to the address as it is now. Raises DecryptionError."""
    if isinstance(owed, AccountMail):
        return Letter(owed.address, "Your account of the Study Atlas", _about_account(owed))
    return _about_messages(owed)


def _about_account(owed: AccountMail) -> str:
    address = f"{settings.ATLAS_URL}/{settings.ADMIN_PATH}"
    return ACCOUNT.format(what=Event[owed.event].mail, at=owed.owed_at.astimezone(UTC), address=address)


def _about_messages(notice: Notice) -> Letter | None:
    if notice.what == Mail.ANSWER and notice.contribution:
        return _answer(notice.contribution)
    return _reminder(notice)


def wants_news(contribution: Contribution) -> bool:
    """Whether its contributor asked to be told, agreed to it, and can still be reached."""
    if not contribution.may_contact or not contribution.wrapped_key:
        return False
    return ContactDetail.objects.filter(contribution=contribution, notify=True).exists()


def _answer(contribution: Contribution) -> Letter | None:
    if not wants_news(contribution):
        return None
    body = ANSWER.format(address=f"{settings.ATLAS_URL}/my-contribution/")
    return Letter(messages.read_contact(contribution), "There is news for you", body)


def _reminder(notice: Notice) -> Letter | None:
    user = notice.user
    if user is None or not (user.is_active and user.email) or not _wants_mail(user):
        return None
    sentences = _for_leads(notice.counts) if notice.what == Mail.LONG else _for_moderators(notice.counts)
    body = REMINDER.format(sentences="\n".join(sentences), address=f"{settings.ATLAS_URL}/{settings.ADMIN_PATH}")
    return Letter(user.email, "Messages are waiting", body)


def _wants_mail(user: object) -> bool:
    return bool(getattr(getattr(user, "staff_settings", None), "wants_mail", False))


def _for_leads(counts: Mapping[str, int]) -> list[str]:
    return [f"Waiting for {LEAD_DAYS} days or longer: {counts['long']}."]


def _for_moderators(counts: Mapping[str, int]) -> list[str]:
    found = [f"Waiting in the queue: {counts['waiting']}. New since yesterday: {counts['new']}."]
    if counts["overdue"]:
        found.append(f"Waiting for {REMINDER_DAYS} days or longer, and not named before: {counts['overdue']}.")
    if counts["quarantined"]:
        found.append(f"In quarantine, where nobody has looked yet: {counts['quarantined']}.")
    return found
