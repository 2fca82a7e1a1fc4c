"""When a contribution goes, in sentences for its contributor. The clocks themselves stand in querysets.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from contributions.models import Contribution
from contributions.querysets import BODY_DAYS, CONTACT_DAYS, QUARANTINE_DAYS, SILENCE_DAYS
from contributions.thread import REOPEN_DAYS, may_reopen
from contributions.vocabulary import State


def sentences(contribution: Contribution, *, at: datetime) -> list[str]:
    """What is deleted when, and until when something can still be done."""
    if contribution.ended_at is None:
        return [_while_open(contribution)]
    page = _day(contribution.ended_at + timedelta(days=BODY_DAYS))
    if contribution.state == State.TAKEN_BACK:
        return [f"This page goes on {page}. After that your six words open nothing."]
    said = [f"Your message, all answers and this page are deleted on {page}."]
    if contribution.may_contact:
        said.append(f"Your mail address is deleted on {_day(contribution.ended_at + timedelta(days=CONTACT_DAYS))}.")
    if may_reopen(contribution, at=at):
        said.append(
            f"You can ask for a second look until {_day(contribution.ended_at + timedelta(days=REOPEN_DAYS))}, once."
        )
    return said


def _while_open(contribution: Contribution) -> str:
    if contribution.state == State.ASKED:
        last = _day(contribution.waiting_since + timedelta(days=SILENCE_DAYS))
        return (
            f"Please answer before {last}. After that day your message is closed, and {BODY_DAYS} days later deleted."
        )
    if contribution.state == State.QUARANTINED:
        return f"If it does not join the queue, it is deleted {QUARANTINE_DAYS} days after it came, once a person has looked."
    return f"Nothing is deleted while your message is open. {BODY_DAYS} days after its end, all of it is."


def _day(time: datetime) -> str:
    day: date = time.date()
    return f"{day.day} {day:%B %Y}"
