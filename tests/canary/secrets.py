"""Words that occur nowhere else, and how to find them again in whatever the atlas says, stores or writes."""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass, field
from functools import cache

LETTERS = "bcdfghjklmnpqrstvwxz"


def _letters(number: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(number))


@cache
def _disguises(text: bytes) -> list[bytes]:
    """How the text looks in base64 (at its three alignments), hexadecimal and UTF-16; in lower case."""
    found = [text.hex().encode(), text.decode().encode("utf-16-le")]
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + text)
        found.append(whole[(shift * 8 + 5) // 6 : len(text) * 8 // 6 - 1].lower())
    return found


@dataclass
class Secrets:
    """What must not be found. `words` have the prefix; `literals` are other texts, such as the words of a receipt.

    Every word begins with `prefix`, so one search finds them all. It is new each time: logs that several tests share hold
    words that another test put there.
    """

    prefix: str = field(default_factory=lambda: f"qzxkanarie{_letters(6)}")
    words: dict[str, str] = field(default_factory=dict)
    literals: dict[bytes, str] = field(default_factory=dict)

    def word(self, label: str) -> str:
        """A fresh word; `label` says in failures where it was typed."""
        word = self.prefix + _letters(8)
        self.words[word] = label
        return word

    def add(self, text: str | bytes, label: str) -> None:
        """Watch for this text too, in any case of letters if it is text."""
        self.literals[text.lower().encode() if isinstance(text, str) else text.lower()] = label

    def found_in(self, data: str | bytes) -> list[str]:
        """Labels of what stands in the data, plainly or in disguise; sorted."""
        held = (data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data).lower()
        prefix = self.prefix.encode()
        found = re.findall(re.escape(prefix) + rb"[a-z]{8}", held)
        labels = {self.words.get(word.decode(), "a word that was cut off") for word in found}
        if not labels and prefix in held:
            labels.add("a word that was cut off")
        labels |= {"a word in another code" for text in _disguises(prefix) if text in held}
        return sorted(labels | {label for text, label in self.literals.items() if text in held})
