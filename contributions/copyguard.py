"""Guard against a contributor's private words in a public text: finds a long run of words that both have. Pure."""

from __future__ import annotations

import re

RUN_OF_WORDS = 8


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def copied_run(private: str, public: str, *, known: str = "") -> str:
    """The longest stretch of the public text whose every RUN_OF_WORDS words in a row also stand in the private one.

    What stands in `known`, the text that was public before, is nobody's secret. Folded to lower case, joined by spaces;
    nothing where there is none. Work grows with the sum of the lengths.
    """
    ours, theirs = _windows(words(private)) - _windows(words(known)), words(public)
    matching = [window in ours for window in _in_order(theirs)]
    start, length = _longest_true(matching)
    return " ".join(theirs[start : start + length + RUN_OF_WORDS - 1]) if length else ""


def _in_order(text: list[str]) -> list[tuple[str, ...]]:
    return [tuple(text[at : at + RUN_OF_WORDS]) for at in range(len(text) - RUN_OF_WORDS + 1)]


def _windows(text: list[str]) -> set[tuple[str, ...]]:
    return set(_in_order(text))


def _longest_true(flags: list[bool]) -> tuple[int, int]:
    """(start, length) of the first longest stretch of True."""
    best = (0, 0)
    length = 0
    for at, flag in enumerate(flags):
        length = length + 1 if flag else 0
        if length > best[1]:
            best = (at - length + 1, length)
    return best
