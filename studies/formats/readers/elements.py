"""Texts out of parsed XML elements. Pure."""

from __future__ import annotations

from html import escape
from xml.etree.ElementTree import Element

from studies.formats.readers.cleaning import Sections, merged, section_label, tidy, tidy_lines
from studies.formats.readers.formulas import formula

# What decides how a text reads; other elements, such as italics, are read through.
_TELLING = frozenset("break br disp-formula li list-item p sec sub sup title".split())
_DROPPED = frozenset("aff annotation contrib-group fn graphic inline-graphic object-id tex-math".split())
_NOTES = frozenset({"aff", "author-notes", "corresp", "fn", "table-fn"})
_EMPHASIS = frozenset("b bold i italic strong".split())
_MOST_LABEL = 60


def one_line(element: Element | None) -> str:
    """The text of an element and all in it on one line; formulas and raised digits are written out. Empty for None."""
    return tidy(markup(element)) if element is not None else ""


def lines(element: Element | None) -> str:
    """The same with a line for each paragraph."""
    return tidy_lines(markup(element)) if element is not None else ""


def child_line(element: Element | None, path: str) -> str:
    """`one_line` of the first element at that path."""
    return one_line(element.find(path)) if element is not None else ""


def markup(element: Element) -> str:
    """What stands in an element, as markup that `titles` reads."""
    pieces = [escape(element.text or "")]
    for child in element:
        name = child.tag
        if name == "math":
            pieces.append(escape(formula(child)))
        elif name not in _DROPPED and not (name == "xref" and child.get("ref-type") in _NOTES):
            inner = markup(child)
            pieces.append(f"<{name}>{inner}</{name}>" if name in _TELLING else inner)
        pieces.append(escape(child.tail or ""))
    return "".join(pieces)


def abstract_sections(abstract: Element) -> Sections:
    """(label, text) of each section of a JATS abstract; paragraphs of one section stand on lines of their own.

    A paragraph that begins with an emphasised "Background:" is a section of that label. The heading of the abstract
    itself is left out.
    """
    parts: list[tuple[str, str]] = []
    for child in abstract:
        if child.tag not in ("title", "label", "object-id"):
            parts += _parts(child)
    return merged(parts or [("", lines(abstract))])


def _parts(element: Element) -> list[tuple[str, str]]:
    if element.tag != "sec":
        return [_led(element)]
    label = section_label(markup(title)) if (title := element.find("title")) is not None else ""
    texts, below = [], []
    for child in element:
        if child.tag == "sec":
            below += _parts(child)
        elif child.tag not in ("title", "label") and (text := lines(child)):
            texts.append(text)
    return [(label, "\n".join(texts)), *below] if texts else below


def _led(paragraph: Element) -> tuple[str, str]:
    """Label and text of a paragraph whose first words are emphasised and end in a colon."""
    text = lines(paragraph)
    first = next(iter(paragraph), None)
    if first is None or (paragraph.text or "").strip() or first.tag not in _EMPHASIS:
        return "", text
    lead = one_line(first)
    rest = text.removeprefix(lead)
    is_label = len(lead) <= _MOST_LABEL and (lead.endswith(":") or rest.startswith(":")) and rest.strip(" :")
    return (section_label(lead), rest.lstrip(" :")) if is_label else ("", text)
