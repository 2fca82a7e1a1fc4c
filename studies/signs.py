"""Signs that nobody sees and that make a text read otherwise than it is: naming them, and finding one. Pure.

Unicode lets a sign turn the direction of all that follows, lets signs be there without being seen, and lets any number of
marks stand above one letter. Texts in other scripts need none of the signs that TURNING lists: their letters turn by themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

# What turns the direction; controls other than line ends and tabs; tags and notes, which carry a hidden text.
_TURNING = "\u202a-\u202e\u2066-\u2069\u206a-\u206f\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufff9-\ufffb\U000e0000-\U000e007f"
# Harmless where scripts and page widths need them, and still a way to hide that a word was divided.
_UNSEEN = "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2060-\u2065\u3164\ufeff\uffa0"
TURNING = re.compile(f"[{_TURNING}]")
_HIDDEN = re.compile(f"([{_TURNING}{_UNSEEN}])\\1*|(?<=[A-Za-z0-9])([\u200c\u200d])\\2*(?=[A-Za-z0-9])")
MOST_MARKS = 4  # above or below one letter; writing needs three


def visible(text: str) -> str:
    """The text with each hidden sign named where it stands, and without floods of marks, for somebody who has to judge it."""
    return _HIDDEN.sub(_named, _without_floods(text))


def turning(text: str) -> str:
    """The name of the first sign that a public text must not have, and after which words it stands; "" where there is none."""
    found = TURNING.search(text)
    if not found:
        return ""
    before = text[: found.start()].split()[-2:]
    return f"{_name(found[0])} after “{' '.join(before)}”" if before else f"{_name(found[0])} at the beginning"


def refusals(label: str, value: Any) -> list[str]:
    """The sentence for a value that must not be public because a text in it has such a sign; none where it may be."""
    told = turning("\n".join(texts_in(value)))
    return [f"{label}: take out a sign that nobody sees ({told})."] if told else []


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a value of a record, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _each(value.values())
    elif isinstance(value, list | tuple):
        yield from _each(value)


def _each(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from texts_in(value)


def _named(found: re.Match[str]) -> str:
    times = len(found[0])
    return f"[hidden sign: {_name(found[0][0])}{f', {times} times' if times > 1 else ''}]"


def _name(sign: str) -> str:
    name = unicodedata.name(sign, "")
    return name.lower() if name else f"U+{ord(sign):04X}"


def _without_floods(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    row = 0  # marks in a row
    for sign in [*text, ""]:
        is_mark = bool(sign) and unicodedata.category(sign) in {"Mn", "Me"}
        if not is_mark and row > MOST_MARKS:
            kept.append(f"[{row - MOST_MARKS} more marks]")
        row = row + 1 if is_mark else 0
        if row <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)
