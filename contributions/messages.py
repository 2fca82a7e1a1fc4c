"""The private thread: writing and reading encrypted entries.

An entry is a flat dictionary of strings. The first one holds what the form asked for (`text` and, where the kind has
them, `field`, `proposed`, `quote`, `place`, `identifier`, `evidence`, `language`); later ones hold `text` alone.
"""

from __future__ import annotations

import json
import uuid as uuids
from dataclasses import dataclass
from datetime import datetime

from contributions import crypto
from contributions.keys import encryption_keys
from contributions.models import ContactDetail, Contribution, Message
from contributions.vocabulary import Side


@dataclass(frozen=True)
class Entry:
    """One decrypted entry. Its repr shows no content, so that a traceback never does."""

    side: str
    sent_at: datetime
    content: dict[str, str]

    def __repr__(self) -> str:
        return f"<Entry of {self.side}>"


def write(*, contribution: Contribution, side: Side, content: dict[str, str], at: datetime) -> Message:
    """Encrypt one entry and store it. The contribution's key must still be there (DecryptionError)."""
    row_uuid = uuids.uuid4()
    body = _seal(contribution, content, label="message", row_uuid=row_uuid)
    return Message.objects.create(uuid=row_uuid, contribution=contribution, side=side, body=body, sent_at=at)


def read(contribution: Contribution) -> list[Entry]:
    """The whole thread in order; empty once the content is deleted."""
    if not contribution.wrapped_key:
        return []
    key = _data_key(contribution)
    return [
        Entry(message.side, message.sent_at, _open(key, message.body, label="message", row_uuid=message.uuid))
        for message in contribution.messages.all()
    ]


def write_contact(*, contribution: Contribution, address: str, notify: bool) -> ContactDetail:
    """Store, or replace, how to reach the contributor."""
    row_uuid = uuids.uuid4()
    body = _seal(contribution, {"address": address}, label="contact", row_uuid=row_uuid)
    ContactDetail.objects.filter(contribution=contribution).delete()
    return ContactDetail.objects.create(uuid=row_uuid, contribution=contribution, body=body, notify=notify)


def read_contact(contribution: Contribution) -> str:
    """The address, or nothing where there is none."""
    contact = ContactDetail.objects.filter(contribution=contribution).first()
    if contact is None or not contribution.wrapped_key:
        return ""
    return _open(_data_key(contribution), contact.body, label="contact", row_uuid=contact.uuid)["address"]


def _data_key(contribution: Contribution) -> bytes:
    if not contribution.wrapped_key:
        raise crypto.DecryptionError("The content of this contribution is deleted.")
    return crypto.unwrap(encryption_keys(), wrapped=bytes(contribution.wrapped_key), uuid=str(contribution.uuid))


def _seal(contribution: Contribution, content: dict[str, str], *, label: str, row_uuid: uuids.UUID) -> bytes:
    plaintext = json.dumps(content, ensure_ascii=False).encode()
    key = _data_key(contribution)
    return crypto.seal(key=key, key_id=crypto.DATA_KEY_ID, plaintext=plaintext, label=label, uuid=str(row_uuid))


def _open(key: bytes, body: bytes | memoryview, *, label: str, row_uuid: uuids.UUID) -> dict[str, str]:
    plaintext = crypto.open_envelope(key=key, envelope=bytes(body), label=label, uuid=str(row_uuid))
    return dict(json.loads(plaintext))
