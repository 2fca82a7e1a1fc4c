"""The two key lists of the private side: one encrypts contributions, one makes and finds receipts.

`ATLAS_ENCRYPTION_KEYS` and `ATLAS_RECEIPT_KEYS` are lists `id:base64,id:base64`; the first is the current one and the
rest still open what they closed. They are never SECRET_KEY. On one's own machine (ATLAS_LOCAL) they are made once, in
`contribution-keys.json` of the data folder; anywhere else a missing list stops the start.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import secrets
import tempfile
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from contributions.crypto import KEY_BYTES, KeyList

FILE_NAME = "contribution-keys.json"


@lru_cache(maxsize=16)
def parse(name: str, text: str) -> KeyList:
    """`id:base64,…` as a KeyList; raises ImproperlyConfigured naming the variable, never showing a key."""
    keys: dict[str, bytes] = {}
    try:
        for part in filter(None, (piece.strip() for piece in text.split(","))):
            key_id, encoded = part.split(":", 1)
            keys[key_id.strip()] = base64.b64decode(encoded, validate=True)
        return KeyList(current=next(iter(keys)), keys=keys)
    except (ValueError, StopIteration, binascii.Error):
        message = f"{name} must be a list id:base64,… of {KEY_BYTES}-byte keys; make one with: openssl rand -base64 32"
        raise ImproperlyConfigured(message) from None


def encryption_keys() -> KeyList:
    return _load("ATLAS_ENCRYPTION_KEYS", settings.ATLAS_ENCRYPTION_KEYS)


def receipt_keys() -> KeyList:
    return _load("ATLAS_RECEIPT_KEYS", settings.ATLAS_RECEIPT_KEYS)


def _load(name: str, text: str) -> KeyList:
    if text:
        return parse(name, text)
    if settings.LOCAL:
        return parse(name, local_keys(settings.DATA_DIR)[name])
    raise ImproperlyConfigured(f"{name} is not set. Contributions cannot be kept safe without it (docs/operations.md).")


@lru_cache(maxsize=16)
def local_keys(folder: Path) -> dict[str, str]:
    """The key lists of this machine's data folder, made on the first call and never overwritten."""
    path = folder / FILE_NAME
    if not path.exists():
        _write_once(path)
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _write_once(path: Path) -> None:
    """Two processes may start together: link() lets exactly one file win, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = {
        name: "k1:" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        for name in ("ATLAS_ENCRYPTION_KEYS", "ATLAS_RECEIPT_KEYS")
    }
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".keys-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(fresh, file)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first; its keys hold
    finally:
        Path(draft).unlink()


def require() -> None:
    """Stop the start (ImproperlyConfigured) where a key list is missing or malformed."""
    encryption_keys()
    receipt_keys()
