"""A text in blocks as plain text, for mail, old devices and speech. Pure.

Lines hold 72 characters at most (RFC 3676, 4.2, wants less than 78), but for a single word or an address that is longer.
"""

import textwrap
from collections.abc import Iterable

from studies.formats.blocks import Block, Heading, Items, Link, Named, Paragraph, Quote
from studies.formats.notes import one_line

SUFFIX = "txt"
MEDIA_TYPE = "text/plain"
WIDTH = 72
UNDERLINES = {1: "=", 2: "-"}


def render(blocks: Iterable[Block]) -> str:
    """Blocks with an empty line between them; short texts with a name stand one under the other."""
    parts: list[str] = []
    before: Block | None = None
    for block in blocks:
        joined = isinstance(block, Named | Link) and type(before) is type(block)
        parts += ["" if joined else "\n", _told(block)] if before else [_told(block)]
        before = block
    return "".join(parts)


def _told(block: Block) -> str:
    match block:
        case Heading(level, text):
            return _heading(level, one_line(text))
        case Paragraph(text):
            return _wrapped(text)
        case Named(name, text):
            return _wrapped(f"{name}: {text}", later="  ")
        case Items(items):
            return "".join(_wrapped(item, first="- ", later="  ") for item in items)
        case Quote(text, source):
            return _wrapped(f"“{text}”", first="  ", later="  ") + _wrapped(source, first="  ", later="  ")
        case Link(text, address):
            return _wrapped(f"{text}: {address}", later="  ")


def _heading(level: int, text: str) -> str:
    lines = _wrapped(text)
    longest = max(map(len, lines.splitlines()), default=0)
    return lines + (f"{UNDERLINES[level] * longest}\n" if level in UNDERLINES else "")


def _wrapped(text: str, *, first: str = "", later: str = "") -> str:
    return (
        textwrap.fill(
            one_line(text),
            WIDTH,
            initial_indent=first,
            subsequent_indent=later,
            break_long_words=False,
            break_on_hyphens=False,
        )
        + "\n"
    )
