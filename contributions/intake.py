"""Receiving: what happens when somebody presses "Send"."""

from __future__ import annotations

import secrets
import uuid as uuids
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from contributions import crypto, messages, receipts
from contributions.aliases import new_alias
from contributions.keys import encryption_keys, receipt_keys
from contributions.models import Contribution
from contributions.moves import record_event
from contributions.terms import TERMS
from contributions.transitions import Action
from contributions.vocabulary import ENDS, Side, State
from studies.models import Study

CONSENT_VERSION = TERMS.version
QUARANTINE_SCORE = 5


@dataclass(frozen=True)
class Submission:
    """A valid form. `content` is what messages.py stores; its repr shows no content."""

    token: str
    kind: str
    study: Study | None
    content: dict[str, str]
    may_summarise: bool = False
    may_quote: bool = False
    may_contact: bool = False
    contact: str = ""
    notify: bool = False
    spam_score: int = 0

    def __repr__(self) -> str:
        return f"<Submission {self.kind}>"


@dataclass(frozen=True)
class Receipt:
    """What the sender is shown, once the commit is done. Its repr shows no words."""

    words: str = field(repr=False)
    contribution: Contribution
    is_new: bool


def receive(*, submission: Submission, at: datetime) -> Receipt:
    """Store a contribution and mint its receipt; the same form sent twice makes one.

    Effects, in one transaction: the contribution (received, or quarantined from QUARANTINE_SCORE on), its first
    entry, the contact detail, one event. A second sending with other text adds that text to the thread, so nothing
    typed is lost. The words are returned only after the commit. Raises ValueError for a token that is none.
    """
    keys = receipt_keys()
    words = receipts.words_for(submission.token, keys.keys[keys.current])
    known = _known(submission.token)
    if known is None:
        try:
            with transaction.atomic(durable=True):
                return Receipt(words, _create(submission, words=words, at=at), is_new=True)
        except IntegrityError:
            known = _known(submission.token)  # the double click that arrived a moment earlier
            if known is None:
                raise
    _add_what_is_new(known, submission, at=at)
    return Receipt(_words_again(submission.token, known), known, is_new=False)


def _known(token: str) -> Contribution | None:
    return Contribution.objects.filter(token_hash=receipts.token_hash(token)).first()


def _words_again(token: str, contribution: Contribution) -> str:
    """The key may have been rotated between two sendings: use the one the receipt was made with."""
    return receipts.words_for(token, receipt_keys().keys[contribution.receipt_key_id])


def _create(submission: Submission, *, words: str, at: datetime) -> Contribution:
    keys = receipt_keys()
    row_uuid = uuids.uuid4()
    _, wrapped = crypto.new_data_key(encryption_keys(), uuid=str(row_uuid))
    state = State.QUARANTINED if submission.spam_score >= QUARANTINE_SCORE else State.RECEIVED
    contribution = Contribution.objects.create(
        uuid=row_uuid,
        alias=new_alias(secrets.SystemRandom()),
        kind=submission.kind,
        study=submission.study,
        state=state,
        consent_version=CONSENT_VERSION,
        may_summarise=submission.may_summarise,
        may_quote=submission.may_quote,
        may_contact=submission.may_contact,
        received_at=at,
        waiting_since=at,
        spam_score=submission.spam_score,
        token_hash=receipts.token_hash(submission.token),
        receipt_hash=receipts.receipt_hash(words, keys.keys[keys.current]),
        receipt_key_id=keys.current,
        wrapped_key=wrapped,
    )
    messages.write(contribution=contribution, side=Side.CONTRIBUTOR, content=submission.content, at=at)
    if submission.contact and submission.may_contact:
        messages.write_contact(contribution=contribution, address=submission.contact, notify=submission.notify)
    record_event(contribution=contribution, action=Action.SEND, to_state=contribution.state, at=at)
    return contribution


def _add_what_is_new(contribution: Contribution, submission: Submission, *, at: datetime) -> None:
    """Keep text that a second sending of the same form changed; an ended or erased contribution takes no more."""
    with transaction.atomic():
        locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
        if locked.state in ENDS or locked.state == State.ERASED or not locked.wrapped_key:
            return
        said = [entry.content for entry in messages.read(locked) if entry.side == Side.CONTRIBUTOR]
        if submission.content not in said:
            messages.write(contribution=locked, side=Side.CONTRIBUTOR, content=submission.content, at=at)


def find(words: str) -> Contribution | None:
    """The contribution that these receipt words open; the same work for known, unknown and erased words."""
    hashes = receipts.possible_hashes(words, receipt_keys())
    return Contribution.objects.filter(receipt_hash__in=hashes).select_related("study").first()
