"""Receipts: six words that let a contributor come back, without an account.

The form carries a random 128-bit token; the words are derived from HMAC-SHA-256(receipt key, token), so sending the
same form twice gives the same words. Stored are only the HMAC of the words, with the id of its key, and a hash of the
token. Words come from the EFF long list without the four that hold a hyphen: 7,772^6 is 77 bits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from contributions.crypto import KeyList

WORDS_IN_RECEIPT = 6
TOKEN_PATTERN = re.compile(r"^[0-9a-f]{32}$")


@lru_cache(maxsize=1)
def word_list() -> tuple[str, ...]:
    return tuple((Path(__file__).parent / "data" / "words.txt").read_text(encoding="ascii").split())


def new_token() -> str:
    """128 random bits as 32 hex digits, for a form."""
    return secrets.token_hex(16)


def words_for(token: str, key: bytes) -> str:
    """The six words of a token, joined by single spaces; raises ValueError for anything that is no token."""
    if not TOKEN_PATTERN.match(token):
        raise ValueError("Not a form token.")
    number = int.from_bytes(hmac.digest(key, b"words/" + token.encode("ascii"), "sha256"), "big")
    words = word_list()
    chosen = []
    for _ in range(WORDS_IN_RECEIPT):
        number, index = divmod(number, len(words))
        chosen.append(words[index])
    return " ".join(chosen)


def normalise(text: str) -> str:
    """Any case and width, any of spaces, hyphens, commas and line breaks between the words; unseen signs count as nothing."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    folded = unicodedata.normalize("NFKC", seen).casefold()
    return " ".join(re.findall(r"[a-z]+", folded))


def receipt_hash(words: str, key: bytes) -> str:
    return hmac.digest(key, b"receipt/" + normalise(words).encode("ascii"), "sha256").hex()


def possible_hashes(words: str, keys: KeyList) -> list[str]:
    """The hash of these words under every key that receipts may still have; the same work for every input."""
    return [receipt_hash(words[:400], key) for key in keys.keys.values()]


def token_hash(token: str) -> str:
    return hashlib.sha256(b"token/" + token.encode("ascii", errors="replace")).hexdigest()
