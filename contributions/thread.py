"""What a contributor does after sending: answer, add, take back, reopen, delete."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from contributions import messages, retention
from contributions.models import Contribution
from contributions.moves import NotAllowed, move
from contributions.transitions import Action, Actor
from contributions.vocabulary import ENDS, Side, State

CONTRIBUTOR = frozenset({Actor.CONTRIBUTOR})
REOPEN_DAYS = 30


def add(*, contribution: Contribution, text: str, at: datetime) -> None:
    """Add text to an open thread. An answer to a question puts the contribution back into the queue.

    Raises NotAllowed where the contribution has ended, Decided where it changed at the same moment.
    """
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        if locked.state in ENDS or locked.state == State.ERASED:
            raise NotAllowed("This contribution has ended.")
        messages.write(contribution=locked, side=Side.CONTRIBUTOR, content={"text": text}, at=at)
        if locked.state == State.ASKED:
            move(contribution=locked, action=Action.REPLY, actors=CONTRIBUTOR, at=at)


def may_reopen(contribution: Contribution, *, at: datetime) -> bool:
    """Once, within 30 days of its end, while the content is still there."""
    return (
        contribution.state in {State.DECLINED, State.NOTED, State.CLOSED}
        and not contribution.reopened
        and bool(contribution.wrapped_key)
        and contribution.ended_at is not None
        and at <= contribution.ended_at + timedelta(days=REOPEN_DAYS)
    )


def reopen(*, contribution: Contribution, text: str, at: datetime) -> None:
    """Ask for a second look, once; it goes to another moderator where there is one. Raises NotAllowed, Decided."""
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        if not may_reopen(locked, at=at):
            raise NotAllowed("This contribution cannot be reopened.")
        messages.write(contribution=locked, side=Side.CONTRIBUTOR, content={"text": text}, at=at)
        decided_by = locked.events.filter(to_state=locked.state, actor__isnull=False).order_by("-id").first()
        move(
            contribution=locked,
            action=Action.REOPEN,
            actors=CONTRIBUTOR,
            at=at,
            reopened=True,
            earlier_holder_id=decided_by.actor_id if decided_by else None,
        )


def take_back(*, contribution: Contribution, at: datetime) -> None:
    """Take an open contribution back: its content is deleted at once, its receipt still says so.

    A proposal that staff had written from it and that nobody has decided yet is left to staff: it is their text.
    """
    retention.note_erasure(contribution, at=at)
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        retention.delete_content(locked)
        move(contribution=locked, action=Action.TAKE_BACK, actors=CONTRIBUTOR, at=at, wrapped_key=None)
    retention.scrub_files()


def delete_now(*, contribution: Contribution, at: datetime) -> None:
    """Delete everything of an ended contribution at once; the receipt opens nothing afterwards."""
    retention.erase(contribution=contribution, actors=CONTRIBUTOR, at=at)
