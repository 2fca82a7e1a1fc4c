"""Encryption of what a contributor sent: AES-256-GCM, one data key per contribution, wrapped by a list of key keys.

Envelope (bytes): version 1 · length of key id (1 byte) · key id · nonce (12 bytes) · ciphertext with tag. Under a data
key the key id is "d". Associated data are a fixed label and the row's uuid, so that a ciphertext moved to another row
or another field does not open. Erasing a contribution deletes its wrapped key: what a backup still holds stays closed
for good once the key list has been rotated.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
DATA_KEY_ID = "d"


class DecryptionError(Exception):
    """The envelope is damaged, belongs elsewhere or its key is unknown. Never holds any content."""


@dataclass(frozen=True)
class KeyList:
    """Key id to 32-byte key; `current` names the one that wraps new data keys."""

    current: str
    keys: Mapping[str, bytes] = field(repr=False)  # a traceback must not show them

    def __post_init__(self) -> None:
        if self.current not in self.keys:
            raise ValueError("The current key is not in the list.")
        for name, key in self.keys.items():
            if len(key) != KEY_BYTES or not name.isascii() or not 0 < len(name) < 32:
                raise ValueError(f"Key {name!r} must be {KEY_BYTES} bytes with a short plain name.")


def associated_data(label: str, uuid: str) -> bytes:
    return f"atlas/{label}/{uuid}".encode()


def seal(*, key: bytes, key_id: str, plaintext: bytes, label: str, uuid: str, nonce: bytes | None = None) -> bytes:
    """Encrypt. `nonce` is given only by the known-answer tests."""
    nonce = nonce or os.urandom(NONCE_BYTES)
    name = key_id.encode("ascii")
    ciphertext = AESGCM(key).encrypt(nonce, plaintext, associated_data(label, uuid))
    return bytes([VERSION, len(name)]) + name + nonce + ciphertext


def key_id_of(envelope: bytes) -> str:
    """The key id in an envelope; raises DecryptionError where it is no envelope."""
    if len(envelope) < 2 or envelope[0] != VERSION or len(envelope) < 2 + envelope[1] + NONCE_BYTES + 16:
        raise DecryptionError("Not an envelope of this version.")
    return envelope[2 : 2 + envelope[1]].decode("ascii", errors="replace")


def open_envelope(*, key: bytes, envelope: bytes, label: str, uuid: str) -> bytes:
    """Decrypt; raises DecryptionError without content where key, label, uuid or bytes do not fit."""
    start = 2 + len(key_id_of(envelope))
    nonce, ciphertext = envelope[start : start + NONCE_BYTES], envelope[start + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, associated_data(label, uuid))
    except InvalidTag:
        raise DecryptionError("The envelope does not open with this key at this place.") from None


def new_data_key(keys: KeyList, *, uuid: str) -> tuple[bytes, bytes]:
    """A fresh data key and its wrapped form."""
    data_key = AESGCM.generate_key(bit_length=256)
    return data_key, wrap(keys, data_key=data_key, uuid=uuid)


def wrap(keys: KeyList, *, data_key: bytes, uuid: str) -> bytes:
    return seal(key=keys.keys[keys.current], key_id=keys.current, plaintext=data_key, label="data-key", uuid=uuid)


def unwrap(keys: KeyList, *, wrapped: bytes, uuid: str) -> bytes:
    """The data key; raises DecryptionError where its wrapping key is not in the list."""
    key = keys.keys.get(key_id_of(wrapped))
    if key is None:
        raise DecryptionError("The wrapping key is not in the key list.")
    return open_envelope(key=key, envelope=wrapped, label="data-key", uuid=uuid)
