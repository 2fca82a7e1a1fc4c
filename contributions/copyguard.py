"""Guard against a contributor's private words in a public text: finds a long run of words that both have."""

from __future__ import annotations

import re

RUN_OF_WORDS = 8


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def longest_common_run(private: str, public: str) -> list[str]:
    """The longest run of consecutive words in both texts, folded to lower case; work is len × len words at most."""
    ours, theirs = words(private), words(public)
    best_end = best_length = 0
    previous = [0] * (len(theirs) + 1)
    for word in ours:
        current = [0] * (len(theirs) + 1)
        for index, other in enumerate(theirs, start=1):
            if word == other:
                current[index] = previous[index - 1] + 1
                if current[index] > best_length:
                    best_length, best_end = current[index], index
        previous = current
    return theirs[best_end - best_length : best_end]


def copied_run(private: str, public: str) -> str:
    """The run as text where it is at least RUN_OF_WORDS long, else nothing."""
    run = longest_common_run(private, public)
    return " ".join(run) if len(run) >= RUN_OF_WORDS else ""
