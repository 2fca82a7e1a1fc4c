"""Titles and abstracts as sources send them, with HTML, JATS or MathML inside, as plain text. Pure.

Only elements that scholarly sources use count as markup, so that `p<0.05` and `a<b` stay text. A superscript of digits and
signs is written with superscript characters: 10<sup>3</sup> must not become the number 103.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

_INLINE = """a b bold emph em ext-link font i inline-formula italic math mfenced mfrac mi mn mo monospace mover mprescripts
mroot mrow ms msqrt mspace mstyle msub msubsup msup mtable mtd mtext mtr munder munderover named-content none overline
roman sans-serif sc semantics small span strike strong styled-content sub sup tt u underline xref alternatives"""
_BLOCKS = (
    """abstract br break disp-formula div h1 h2 h3 h4 h5 h6 li list list-item ol p sec table tbody td th title tr ul"""
)
_UNSEEN = "annotation annotation-xml tex-math fn"
_KNOWN = frozenset(f"{_INLINE} {_BLOCKS} {_UNSEEN}".split())
_BREAKING = frozenset(_BLOCKS.split())
_HIDDEN = frozenset(_UNSEEN.split())
_HEADINGS = frozenset("title h1 h2 h3 h4 h5 h6".split())
_RAISING = frozenset({"msup", "msubsup"})

_TAG = re.compile(
    r"""<(?P<end>/?)(?P<prefix>[a-zA-Z]+:)?(?P<name>[a-zA-Z][\w-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>"""
)
_WRAPPED = re.compile(
    r"(?<!\s)\s*\n\s*(?![A-Z][A-Za-z ,/&-]{2,39}:\s)"
)  # but a line that begins with a label stays one
_RAISED = str.maketrans("0123456789+-−–=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿ")
_RAISABLE = re.compile(r"[0-9+\-−–=()n]+")
_MOST_ESCAPES = 3
_DEEPEST = 50

_MARK = re.compile(r"^\W*(?P<word>retracted|withdrawn)(?:\s+(?:article|paper|chapter))?\s*[:\-–—]\s*", re.IGNORECASE)
_NON_ASCII = re.compile(r"[^\x00-\x7f]{2,}")
_CONTROL = re.compile("[\x80-\x9f\ufffd]")


def clean_title(text: str) -> str:
    """One line of plain text: markup and escapes gone, spaces single, NFC."""
    if "<" not in text and "&" not in text:
        return " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join(plain_text(text).split())


def plain_text(text: str) -> str:
    """Text without markup; blocks such as paragraphs become lines, spaces within a line are single."""
    return _lines(part for _, part in _pieces(text))


def plain_sections(text: str) -> tuple[tuple[str, str], ...]:
    """An abstract with marked headings as (label, text); without headings one section whose label is empty."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    heading = ""
    for is_heading, part in _pieces(text):
        if is_heading:
            heading += part
            continue
        if heading.strip():
            sections.append((" ".join(heading.split()).rstrip(":. "), []))
            heading = ""
        sections[-1][1].append(part)
    found = [(label, _lines(parts)) for label, parts in sections]
    return tuple(("" if label.lower() == "abstract" else label, body) for label, body in found if body)


def without_mark(title: str) -> tuple[str, str]:
    """(title, "retracted" or "withdrawn") for a title that its publisher put such a word before; ("…", "") for any other."""
    match = _MARK.match(title)
    return (title[match.end() :], match["word"].lower()) if match and title[match.end() :] else (title, "")


def is_garbled(text: str) -> bool:
    """Whether letters were read in the wrong encoding on their way (`LaniÅ¡nik` for `Lanišnik`), or were lost."""
    return bool(_CONTROL.search(text)) or any(_reads_as_utf8(run[0]) for run in _NON_ASCII.finditer(text))


def _pieces(text: str) -> Iterator[tuple[bool, str]]:
    """(stands in a heading, text) in the order of the source; the end of a block is a line break."""
    text, start, open_names = _unescaped(text), 0, _Open()
    for tag in _TAG.finditer(text):
        name = tag["name"].lower()
        if name not in _KNOWN and not tag["prefix"]:
            continue
        yield from open_names.shown(text[start : tag.start()])
        start = tag.end()
        open_names.follow(name, is_end=bool(tag["end"]), is_empty=tag[0].endswith("/>"))
        if name in _BREAKING:
            yield open_names.in_heading and not tag["end"], "\n"
    yield from open_names.shown(text[start:])


class _Open:
    """The elements that are open, each with the number of children it had: the second of `msup` is the exponent."""

    def __init__(self) -> None:
        self.stack: list[list[str | int]] = []

    @property
    def in_heading(self) -> bool:
        return any(name in _HEADINGS for name, _ in self.stack)

    def follow(self, name: str, *, is_end: bool, is_empty: bool) -> None:
        if is_end:
            depth = next((n for n in range(len(self.stack) - 1, -1, -1) if self.stack[n][0] == name), None)
            if depth is not None:
                del self.stack[depth:]
            return
        if self.stack:
            self.stack[-1][1] = int(self.stack[-1][1]) + 1
        if not is_empty and name not in ("br", "break") and len(self.stack) < _DEEPEST:
            self.stack.append([name, 0])

    def shown(self, text: str) -> Iterator[tuple[bool, str]]:
        if not text or any(name in _HIDDEN for name, _ in self.stack):
            return
        text = _WRAPPED.sub(" ", text)
        yield self.in_heading, _raised(text) if self._is_raised() else text

    def _is_raised(self) -> bool:
        return any(
            name == "sup" or (name in _RAISING and count == (3 if name == "msubsup" else 2))
            for name, count in self.stack
        )


def _raised(text: str) -> str:
    stripped = text.strip()
    return stripped.translate(_RAISED) if _RAISABLE.fullmatch(stripped) and stripped != "n" else text


def _unescaped(text: str) -> str:
    """Escapes undone as often as they were made, since deposits hold `&amp;lt;i&amp;gt;`."""
    for _ in range(_MOST_ESCAPES):
        before, text = text, html.unescape(text)
        if before == text:
            break
    return text


def _lines(parts: Iterator[str] | list[str]) -> str:
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def _reads_as_utf8(run: str) -> bool:
    try:
        text = run.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return all(
        unicodedata.name(character, "").startswith(("LATIN ", "GREEK ", "CYRILLIC ")) or _is_sign(character)
        for character in text
    )


def _is_sign(character: str) -> bool:
    return unicodedata.category(character)[0] in "PSZ"
