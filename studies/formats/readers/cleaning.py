"""Fields of a paper in one spelling, as indexes such as PubMed and journals write them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from studies.formats.readers import titles
from studies.identifiers import IdentifierError

Sections = tuple[tuple[str, str], ...]

# Controls, marks that turn the direction of writing, invisible spaces, notes and tags, halves of characters and what is none.
_UNWANTED = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_NOT_AVAILABLE = re.compile(r"^\W*(?:(?:title )?not available|no title(?: available)?|untitled)\W*$", re.IGNORECASE)
_ISSN = re.compile(r"(?<![0-9])([0-9]{4})-?([0-9]{3}[0-9Xx])(?![0-9])")
_RANGE = re.compile(
    r"(?<![\w.])(?P<letters>[A-Za-z]{0,4})(?P<first>\d{1,9})(?P<tail>[A-Za-z]?)"
    r"-(?P<last>(?P=letters)?\d{1,9}(?P=tail))(?![\w.])"
)
_REMARK = re.compile(r"[;,]\s*(?:author reply|comment|contd|discussion|passim|quiz|reply)\b.*$", re.IGNORECASE)
_ABBREVIATED = re.compile(r"(?:\b(?:et al|spp?|vs|etc|Jr|Sr|Inc|Ltd|i\.e|e\.g)|\.\.|\.[A-Z])\.$")
_MOST_BRACKETS = 3  # around one title
_LABEL_WORDS = frozenset({"ABSTRACT", "UNASSIGNED", "UNLABELLED"})


def tidy(markup: str) -> str:
    """One line of plain text in NFC, without markup, control characters and invisible marks."""
    return _sound(titles.clean_title(_UNWANTED.sub("", markup)))


def tidy_lines(markup: str) -> str:
    """Plain text like `tidy`, with a line for each paragraph."""
    return "\n".join(filter(None, map(_sound, titles.plain_text(_UNWANTED.sub("", markup)).split("\n"))))


def indexed_title(markup: str) -> str:
    """A title without the full stop that indexes add, and without brackets around a whole translation.

    "[Not Available]" is no title. A stop that belongs to the last word (et al., U.S.) stays.
    """
    title = tidy(markup)
    if _NOT_AVAILABLE.match(title):
        return ""
    return _without_stop(_without_brackets(_without_stop(title)))


def clean_pages(text: str) -> str:
    """`265-269` for `265-9`, `S101-S109` for `S101-9`; an article number as it stands; remarks on discussions go."""
    pages = re.sub(r" ?[-‐‑–—−]+ ?", "-", tidy(text))
    pages = _REMARK.sub("", pages).strip(" .;,")
    return _RANGE.sub(_in_full, re.sub(r"(?i)^(?:pp?|pages?)[\s.:]+(?=\w)", "", pages))


def clean_issn(text: str) -> str:
    """The first ISSN in a text as `0140-6736`; empty where its check digit is wrong or there is none."""
    found = _ISSN.search(text)
    if not found:
        return ""
    digits = (found[1] + found[2]).upper()
    values = [10 if digit == "X" else int(digit) for digit in digits]
    is_right = sum(value * weight for value, weight in zip(values, range(8, 0, -1), strict=True)) % 11 == 0
    return f"{digits[:4]}-{digits[4:]}" if is_right else ""


def section_label(text: str) -> str:
    """A label without its colon; one in capitals is written as a sentence begins. "Unlabelled" is none."""
    label = tidy(text).rstrip(" :.—-")
    if label.upper() in _LABEL_WORDS:
        return ""
    return label.capitalize() if label.isupper() else label


def merged(parts: Iterable[tuple[str, str]]) -> Sections:
    """Sections without empty ones; text without a label joins the section before it when that has none either."""
    found: list[tuple[str, str]] = []
    for label, text in parts:
        if found and not label and not found[-1][0] and text:
            found[-1] = ("", f"{found[-1][1]}\n{text}")
        elif text:
            found.append((label, text))
    return tuple(found)


def first_identifier(texts: Iterable[str], normalise: Callable[[str], str], problems: list[str]) -> str:
    """The first of these that is an identifier, or nothing. Adds to `problems` what cannot be read and a second one."""
    found: list[str] = []
    for text in texts:
        try:
            found.append(normalise(text))
        except IdentifierError as error:
            problems.append(f"Left out, {error}.")
    kinds = list(dict.fromkeys(found))
    if len(kinds) > 1:
        problems.append(f"The record names more than one: {', '.join(kinds)}. The first was taken.")
    return kinds[0] if kinds else ""


def _sound(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", _UNWANTED.sub("", text)).split())


def _without_stop(title: str) -> str:
    return title[:-1].rstrip() if title.endswith(".") and not _ABBREVIATED.search(title) else title


def _without_brackets(title: str) -> str:
    """The words inside when the brackets hold the whole title; "[18F]FDG in [x]" keeps its own."""
    for _ in range(_MOST_BRACKETS):
        if not (title.startswith("[") and title.endswith("]") and _opens_to_the_end(title)):
            break
        title = title[1:-1].strip()
    return title[1:].strip() if title.startswith("[") and title.count("[") > title.count("]") else title


def _opens_to_the_end(title: str) -> bool:
    depth = 0
    for place, letter in enumerate(title):
        depth += (letter == "[") - (letter == "]")
        if depth == 0 and place < len(title) - 1:
            return False
    return True


def _in_full(match: re.Match[str]) -> str:
    """A range whose last page shows all its digits; unchanged for a number with zeros, or if it would end too early."""
    letters, first, tail = match["letters"], match["first"], match["tail"]
    last = match["last"].removeprefix(letters).removesuffix(tail)
    whole = first[: max(0, len(first) - len(last))] + last
    if first.startswith("0") or int(whole) < int(first):
        return match[0]
    return f"{letters}{first}{tail}-{letters}{whole}{tail}"
