"""What a contributor agrees to, word for word. A stored consent names the version of this wording."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Terms:
    """One wording. `send` stands above the send button and is the consent to be read; the others are separate boxes."""

    version: str
    send: str
    summarise: str
    quote: str
    contact: str
    notify: str

    def text_hash(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


TERMS = Terms(
    version="2026-11",
    send=(
        "By pressing Send you agree that staff of the atlas read your message. It is stored encrypted, and its text is "
        "deleted 90 days after we have dealt with it. You can take it back at any time."
    ),
    summarise="You may sum up what I wrote, in your own words, in a public text.",
    quote="You may quote sentences of mine in a public text, without my name.",
    contact="You may write to me at the address below about this message.",
    notify="Send me a short mail when there is an answer. The mail says nothing about my message.",
)
