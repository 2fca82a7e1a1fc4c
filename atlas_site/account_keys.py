"""The keys behind staff accounts: one seals the secrets of the apps on their phones, one is mixed into password hashes.

Both are derived (HKDF-SHA-256) from each key of `ATLAS_ENCRYPTION_KEYS`, which stands in no database and no backup. So
whoever holds a copy of the database alone can neither make codes nor try passwords. A key is named by its fingerprint,
six hexadecimal digits, since its own name may be too long for the column. When all keys are lost, `manage.py
changepassword` and `reset_second_factor` let staff in again (docs/operations.md, "Keys").
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contributions import crypto
from contributions.crypto import KEY_BYTES, DecryptionError
from contributions.keys import encryption_keys

LABEL = "app-key"


def fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"atlas/fingerprint/" + key).hexdigest()[:6]


def current() -> str:
    """The fingerprint of the first key of the list."""
    keys = encryption_keys()
    return fingerprint(keys.keys[keys.current])


def seal(secret: bytes, *, owner: int) -> str:
    """An app's secret (20 bytes) as 76 characters that open for this account alone."""
    envelope = crypto.seal(
        key=_derived(current(), "app-keys"), key_id=current(), plaintext=secret, label=LABEL, uuid=str(owner)
    )
    return base64.b64encode(envelope).decode()


def open_sealed(text: str, *, owner: int) -> bytes:
    """The secret; raises DecryptionError where the text is none of ours, another account's, or its key is not in the list."""
    envelope = _bytes_of(text)
    key = _derived(crypto.key_id_of(envelope), "app-keys")
    return crypto.open_envelope(key=key, envelope=envelope, label=LABEL, uuid=str(owner))


def key_of(text: str) -> str:
    """The fingerprint of the key that sealed this; raises DecryptionError where it is not sealed."""
    return crypto.key_id_of(_bytes_of(text))


def pepper(password: str, *, with_key: str) -> str:
    """The password mixed with the key of this fingerprint, in hexadecimal. Raises DecryptionError where it is not in the list."""
    return hmac.new(_derived(with_key, "passwords"), password.encode(), hashlib.sha256).hexdigest()


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise DecryptionError("This is not sealed.") from None


def _derived(name: str, purpose: str) -> bytes:
    """The key for this purpose, from the key of the list with this fingerprint."""
    found = next((key for key in encryption_keys().keys.values() if fingerprint(key) == name), None)
    if found is None:
        raise DecryptionError("The key is not in the key list.")
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"atlas/{purpose}".encode()).derive(found)
