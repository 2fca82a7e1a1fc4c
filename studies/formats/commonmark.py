"""A text in blocks as Markdown (CommonMark 0.31). Pure.

Whatever stands in a text is shown as it is: every character that Markdown could take for a mark is escaped.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote

from studies.formats.blocks import Block, Heading, Items, Link, Named, Paragraph, Quote
from studies.formats.notes import one_line

SUFFIX = "md"
MEDIA_TYPE = "text/markdown"

# Punctuation with a meaning anywhere (the tilde and the bar have one in common extensions), and at the start of a line only.
_ANYWHERE = re.compile(r"([\\`*_\[\]<>&#~|$])")
_AT_START = re.compile(r"^(?:([-+=:])|(\d{1,9})([.)]))")
# What an address may hold unescaped; the rest, above all brackets and spaces, is percent-encoded.
_IN_ADDRESS = "/:?=&%#@;,.+~!*'-_"


def render(blocks: Iterable[Block]) -> str:
    """Blocks with an empty line between them."""
    return "\n".join(f"{_told(block)}\n" for block in blocks)


def _told(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {escape(text)}"
        case Paragraph(text):
            return escape(text)
        case Named(name, text):
            return f"**{escape(name)}:** {escape(text)}"
        case Items(items):
            return "\n".join(f"- {escape(item)}" for item in items)
        case Quote(text, source):
            return f"> {escape(text)}\n>\n> {escape(source)}"
        case Link(text, address):
            return f"[{escape(text)}](<{quote(one_line(address), safe=_IN_ADDRESS)}>)"


def escape(text: str) -> str:
    """One line that Markdown shows as it stands."""
    line = _ANYWHERE.sub(r"\\\1", one_line(text))
    return _AT_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", line)
