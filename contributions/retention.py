"""Clocks and erasure: what goes when, so that it does not come back (docs/privacy.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import TruncMonth

from atlas_site import staff_sessions
from contributions import ledger, limits, openings, outbox
from contributions.models import ContactDetail, Contribution, Event, Message, Notice, ProposalLink
from contributions.moves import Decided, NotAllowed, move
from contributions.querysets import CONTACT_DAYS
from contributions.scrubbing import NIGHTLY_PATIENCE, scrub, scrub_after_commit
from contributions.transitions import Action, Actor
from contributions.vocabulary import ENDS, ActorKind, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CLOCK = frozenset({Actor.CLOCK})
EVENT_DAYS = 5 * 365 + 1


@transaction.atomic
def erase(*, contribution: Contribution, actors: frozenset[Actor], at: datetime, user: User | None = None) -> None:
    """Erase an ended (or abandoned quarantined) contribution; what stays is kind, outcome and month.

    Effects: content, key, receipt, study and times go; one ledger line is on the disk before the commit; after it the
    database's files are cleaned. Public revisions are not touched. Raises NotAllowed and Decided.
    """
    _erase(contribution.pk, actors=actors, at=at, user=user)
    scrub_after_commit()


def delete_content(contribution: Contribution) -> None:
    """Delete thread, contact detail, link and the mail that is owed; the caller's transaction clears the key."""
    Notice.objects.filter(contribution=contribution).delete()
    Message.objects.filter(contribution=contribution).delete()
    ContactDetail.objects.filter(contribution=contribution).delete()
    ProposalLink.objects.filter(contribution=contribution).delete()


def _erase(pk: int, *, actors: frozenset[Actor], at: datetime, user: User | None = None) -> None:
    locked = Contribution.objects.select_for_update().get(pk=pk)
    delete_content(locked)
    move(contribution=locked, action=Action.ERASE, actors=actors, at=at, user=user, **_tombstone(locked, at))
    _blur_events(locked)
    openings.forget(locked)
    ledger.append(locked.uuid, at=at)  # last: a line for what is not erased would erase it after a restore


def _tombstone(contribution: Contribution, at: datetime) -> dict[str, Any]:
    """Everything but the key, kind, outcome, month and the two numbers of days for the public figures."""
    received = _month(contribution.received_at)
    return {
        "alias": "Erased",
        "outcome": contribution.outcome or contribution.state,
        "received_at": received,
        "waiting_since": received,
        "ended_at": _month(contribution.ended_at or at),
        "receipt_key_id": "",
        "consent_version": "",
        "decline_reason": "",
        "spam_score": 0,
        **dict.fromkeys(("may_summarise", "may_quote", "may_contact", "conflict", "reopened"), False),
        **dict.fromkeys(("wrapped_key", "receipt_hash", "token_hash", "study", "duplicate_of", "earlier_holder")),
        **dict.fromkeys(("holder", "lease_until", "first_read_at", "looked_at", "reminded_at")),
    }


def _month(time: datetime) -> datetime:
    return time.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _blur_events(contribution: Contribution) -> None:
    """When exactly somebody sent or answered could be compared with the logs of a network."""
    mine = Event.objects.filter(contribution=contribution, actor_kind=ActorKind.CONTRIBUTOR)
    mine.update(happened_at=TruncMonth("happened_at"))


def purge(*, at: datetime) -> dict[str, int]:
    """Delete everything whose clock ran out. Idempotent; a run that was missed is made up by the next.

    Effects, each contribution in a transaction of its own: unanswered questions closed, old ends erased; contact details,
    events, buckets, notices, this machine's ledger lines and sessions past their time deleted; then the files are cleaned.
    Several machines may do it at the same moment. Returns counts.
    """
    contributions = Contribution.objects
    done = {
        "closed": sum(_close(pk, at=at) for pk in contributions.silent(at).values_list("pk", flat=True)),
        "erased": sum(_erase_due(pk, at=at) for pk in contributions.erasable(at).values_list("pk", flat=True)),
        "contacts": _delete_contacts(at),
        "events": Event.objects.filter(happened_at__lte=at - timedelta(days=EVENT_DAYS)).delete()[0],
        "buckets": limits.forget(at=at),
        "notices": outbox.forget(at=at),
        "ledger_lines": ledger.drop_before(ledger.oldest_needed(at)),
    }
    openings.forget_erased()
    staff_sessions.forget()
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    done["scrubbed"] = int(scrub(patience=NIGHTLY_PATIENCE))
    return done


def _close(pk: int, *, at: datetime) -> bool:
    """Close a contribution whose question found no answer; one that changed at this very moment is left alone."""
    try:
        with transaction.atomic():
            locked = Contribution.objects.select_for_update().get(pk=pk)
            move(contribution=locked, action=Action.CLOSE, actors=CLOCK, at=at)
    except (Decided, NotAllowed):
        return False
    return True


def _erase_due(pk: int, *, at: datetime) -> bool:
    try:
        with transaction.atomic():
            _erase(pk, actors=CLOCK, at=at)
    except (Decided, NotAllowed):
        return False
    return True


def _delete_contacts(at: datetime) -> int:
    """With what cannot be sent any more without them."""
    past = {"contribution__state__in": ENDS, "contribution__ended_at__lte": at - timedelta(days=CONTACT_DAYS)}
    Notice.objects.filter(**past).delete()
    return ContactDetail.objects.filter(**past).delete()[0]


def replay(*, at: datetime) -> int:
    """Erase again whatever a restored backup brought back. Returns how many came back."""
    again = sum(_erase_again(row_uuid, at=at) for row_uuid in {row_uuid for row_uuid, _ in ledger.lines()})
    scrub()
    return again


def came_back() -> int:
    """How many contributions of the ledger hold a key, a message, a contact detail, an owed mail or a link again."""
    return sum(_holds_content(row_uuid) for row_uuid in {row_uuid for row_uuid, _ in ledger.lines()})


def _holds_content(row_uuid: Any) -> bool:
    parts = (Message, ContactDetail, Notice, ProposalLink)
    with_key = Contribution.objects.filter(uuid=row_uuid, wrapped_key__isnull=False).exists()
    return with_key or any(part.objects.filter(contribution__uuid=row_uuid).exists() for part in parts)


@transaction.atomic
def _erase_again(row_uuid: Any, *, at: datetime) -> bool:
    """A backup may be older than the end that led to the erasure, so the table of states does not apply here."""
    found = Contribution.objects.select_for_update().filter(uuid=row_uuid, wrapped_key__isnull=False).first()
    if found is None:
        return False
    delete_content(found)
    changes = _tombstone(found, at) | {"state": State.ERASED, "version": found.version + 1}
    changes["outcome"] = found.outcome or State.TAKEN_BACK
    Contribution.objects.filter(pk=found.pk).update(**changes)
    _blur_events(found)
    openings.forget(found)
    return True
