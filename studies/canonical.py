"""Canonical JSON and the hashes over it. Pure. Described for others, with test vectors, in `docs/history.md`.

Two people who hold the same value get the same bytes, in any language, now and in thirty years. So only text,
whole numbers, lists, objects and null are allowed, and everything that could be written in two ways is refused or
written in one.
"""

import hashlib
import json
import secrets
import unicodedata
from datetime import UTC, datetime

SALT_BYTES = 16
MAX_INTEGER = 2**53 - 1


class CanonicalError(ValueError):
    """The value has no canonical form: a float, a truth value, a lone surrogate, a repeated key."""


def canonical(value: object) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces, and text in NFC.

    Keys are sorted by Unicode code point. Only `"`, `\\` and the characters below U+0020 are escaped.
    """
    try:
        text = json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CanonicalError("text holds a lone surrogate") from error
    except RecursionError as error:
        raise CanonicalError("too deeply nested") from error


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def salted_hash(salt_hex: str, value: object) -> str:
    """SHA-256, in hex, over the 16 bytes of the salt followed by the canonical JSON of the value."""
    try:
        salt = bytes.fromhex(salt_hex)
    except ValueError as error:
        raise CanonicalError("a salt is written in hex") from error
    if len(salt) != SALT_BYTES:
        raise CanonicalError(f"a salt has {SALT_BYTES} bytes")
    return sha256_hex(salt + canonical(value))


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def timestamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ` in UTC; fractions of a second are dropped, a time without a zone is refused."""
    if moment.tzinfo is None:
        raise CanonicalError("a time needs its zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def _plain(value: object) -> object:
    match value:
        case None:
            return None
        case bool():
            raise CanonicalError("a truth value has no canonical form; use a word or a number")
        case str():
            return unicodedata.normalize("NFC", value)
        case int():
            return _whole_number(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return _plain_object(value)
    raise CanonicalError(f"{type(value).__name__} has no canonical form")


def _whole_number(value: int) -> int:
    if abs(value) > MAX_INTEGER:
        raise CanonicalError("a whole number beyond 2^53 - 1 is not read alike everywhere; write it as text")
    return int(value)


def _plain_object(value: dict[object, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise CanonicalError("a key is text")
        name = unicodedata.normalize("NFC", key)
        if name in plain:
            raise CanonicalError(f"the key {name!r} stands twice")
        plain[name] = _plain(item)
    return plain
