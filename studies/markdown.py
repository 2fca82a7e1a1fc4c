"""Markdown of the atlas's own texts as safe HTML. Pure.

No HTML in the text is read as HTML, headings begin at the third level, and links go to pages of the atlas or to https addresses.
"""

from functools import cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "h3", "h4", "h5", "ul", "ol", "li", "a", "strong", "em", "blockquote", "code", "hr", "br"}
TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}
DEEPER = 2  # the page has the title and the names of the parts as its first two levels
DEEPEST = 5
LONGEST = 50_000  # characters that are read as Markdown: more than the longest part of a guide may have (lengths.py)


def render(text: str) -> str:
    """HTML that may stand in a page as it is. A text beyond LONGEST stands there as it was typed, with its marks."""
    if len(text) > LONGEST:
        return f"<p>{escape(text, quote=False)}</p>\n"
    reader = _reader()
    tokens = [_lowered(token) for token in reader.parse(text)]
    html: str = reader.renderer.render(tokens, reader.options, {})
    # The renderer escapes already; what is not on the list goes a second time, whatever a later version of it lets through.
    return nh3.clean(html, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https"}, link_rel=None)


def links(text: str) -> list[str]:
    """Every address that the text links to, as it was written, whether or not a reader could follow it."""
    if len(text) > LONGEST:
        return []
    inline = (token for block in _reader().parse(text) for token in block.children or ())
    return [str(token.attrGet("href")) for token in inline if token.type == "link_open"]


def words(text: str) -> int:
    """How many words a reader reads, without the marks."""
    return len(nh3.clean(render(text), tags=set()).split())


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _lowered(token: Token) -> Token:
    if token.type in {"heading_open", "heading_close"}:
        token.tag = f"h{min(DEEPEST, int(token.tag[1]) + DEEPER)}"
    return token
