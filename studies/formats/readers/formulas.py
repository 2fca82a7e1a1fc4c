"""MathML in one line of text, and raised and lowered characters. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, repeat
from xml.etree.ElementTree import Element

_RAISED = str.maketrans("0123456789+-−–=()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_WORDS = re.compile(r"[^\W\d_]{2}")
_ACCENTS = {
    "¯": "\u0304",
    "‾": "\u0304",
    "_": "\u0304",
    "-": "\u0304",
    "^": "\u0302",
    "~": "\u0303",
    "→": "\u20d7",
    "˙": "\u0307",
    ".": "\u0307",
}
_SILENT = frozenset({"annotation", "annotation-xml", "mphantom", "none", "mprescripts"})


def raised(text: str) -> str:
    """Digits and signs as raised characters; letters stay, for there are not raised forms of all."""
    return _moved(text, _RAISED)


def lowered(text: str) -> str:
    """Digits and signs as lowered characters; letters stay."""
    return _moved(text, _LOWERED)


def formula(element: Element) -> str:
    """A formula as text: `x²`, `(a+b)/c`, `√(x)`. An element that is not known counts as a row of its parts."""
    name = _name(element)
    if name in _SILENT:
        return ""
    if name == "mspace":
        return " "
    parts = [formula(child) for child in element]
    if name == "semantics":
        return parts[0] if parts else ""
    if name == "mmultiscripts":
        return _scripts(element, parts)
    shape = _SHAPES.get((name, len(parts)))
    if shape:
        return shape(parts)
    text = (element.text or "").strip() + "".join(
        part + (child.tail or "").strip() for part, child in zip(parts, element, strict=True)
    )
    return {"msqrt": f"√({text})", "mfenced": f"({text})"}.get(name, text)


def _moved(text: str, table: dict[int, int]) -> str:
    """Words with a hyphen between them are words and stay; "2max" is a digit and letters and moves the digit."""
    return text if _WORDS.search(text) and "-" in text and not re.search(r"\d", text) else text.translate(table)


def _name(element: Element) -> str:
    return re.split("[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else "none"


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _accented(parts: Sequence[str]) -> str:
    base, over = parts
    return base + _ACCENTS.get(over, over)


def _scripts(element: Element, parts: Sequence[str]) -> str:
    """A base with pairs (lower, upper) after it and, behind `mprescripts`, before it: isotopes."""
    if not parts:
        return ""
    names = [_name(child) for child in element]
    cut = names.index("mprescripts") if "mprescripts" in names else len(parts)
    return _pairs(parts[cut + 1 :]) + parts[0] + _pairs(parts[1:cut])


def _pairs(parts: Sequence[str]) -> str:
    moves: chain[Callable[[str], str]] = chain.from_iterable(repeat((lowered, raised)))
    return "".join(move(part) for move, part in zip(moves, parts, strict=False))


_SHAPES: dict[tuple[str, int], Callable[[Sequence[str]], str]] = {
    ("msup", 2): lambda parts: parts[0] + raised(parts[1]),
    ("msub", 2): lambda parts: parts[0] + lowered(parts[1]),
    ("msubsup", 3): lambda parts: parts[0] + lowered(parts[1]) + raised(parts[2]),
    ("mfrac", 2): lambda parts: f"{_grouped(parts[0])}/{_grouped(parts[1])}",
    ("mroot", 2): lambda parts: f"{raised(parts[1])}√({parts[0]})",
    ("mover", 2): _accented,
    ("munder", 2): lambda parts: parts[0] + lowered(parts[1]),
    ("munderover", 3): lambda parts: parts[0] + lowered(parts[1]) + raised(parts[2]),
}
