"""How long the atlas's own texts may be, several times what a reader can take, so that reading and showing them is bounded. Pure.

Nothing is ever cut: whoever writes more is told by how much, with all that they wrote.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Characters. A reader takes about 500 in 30 seconds, 3,000 in 3 minutes and 10,000 in 10 minutes.
GUIDE = {"glance": 2_000, "short": 12_000, "deep": 40_000, "known": 8_000, "thought": 8_000, "unknown": 8_000}
TERM = {"meaning": 2_000, "source": 2_000}
LONGEST_LINE = 1_000  # of a source, step or other name, with all its parts
MOST_LINES = {"sources": 200, "steps": 50, "aliases": 100}


def too_long(values: Mapping[str, Any], longest: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    """Part and sentence for each part of a text that is too long. `longest` is GUIDE or TERM; lists have limits of their own."""
    for part, most in longest.items():
        if (length := len(values.get(part) or "")) > most:
            yield part, f"{length:,} characters are too many. Shorten this to {most:,}; nothing was cut off."
    for part, most in MOST_LINES.items():
        for sentence in _list(values.get(part) or [], most):
            yield part, sentence


def _list(lines: Sequence[Any], most: int) -> Iterator[str]:
    if len(lines) > most:
        yield f"{len(lines):,} lines are too many. Leave at most {most}; nothing was cut off."
    for number, line in enumerate(lines, start=1):
        if (length := _length(line)) > LONGEST_LINE:
            yield f"Line {number} has {length:,} characters. Shorten it to {LONGEST_LINE:,}; nothing was cut off."


def _length(line: Any) -> int:
    return sum(map(len, line.values())) if isinstance(line, dict) else len(line)
