"""The entries of a BibTeX file with their fields resolved: braces, quotes and abbreviations gone, parents inherited. Pure.

The library splits the text into blocks and goes on after a broken one. It is given some hundred entries at a time, so that
memory does not grow with the file.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TextIO

from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)
from bibtexparser.splitter import Splitter

from studies.formats.readers.encoding import bounded

CHUNK, MOST_CHUNK = 200_000, 8_000_000  # characters given to the library at a time
MOST_PARENTS = 20_000

_BEGIN = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]")
_CROSSREF = re.compile(r"(?i)\bcrossref\s*=\s*+(?:[\"{]\s*+)?([^\s,\"{}]+)")
_LOST = re.compile(r"(?i)\btitle\s*=\s*[\"{]")
_TITLE = re.compile(r"(?i)\btitle\s*=\s*[\"{]+([^\"{}\n]{1,200})")
_NO_ENTRY = re.compile(r"(?i)@\s*(?:comment|preamble)\b")
_WORD = re.compile(r"[^\s#{\"]+")
_MONTHS = "January February March April May June July August September October November December".split()
_INHERITED = frozenset("journal journaltitle year date volume number month booktitle issn series".split())

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())
logging.getLogger("bibtexparser").propagate = False  # what it cannot split is refused by the reader, entry by entry


@dataclass(frozen=True)
class Reference:
    """`fields` with names in lower case; `twice` are names that the entry has more than once, of which the first counts."""

    line: int
    kind: str
    key: str
    fields: Mapping[str, str]
    twice: tuple[str, ...] = ()


@dataclass(frozen=True)
class Broken:
    """A part of the file that holds an entry which cannot be read."""

    line: int
    reason: str
    title: str


def references(lines: TextIO) -> Iterator[Reference | Broken]:
    """Every entry in its order. The file is read twice where entries refer to others, which may follow them."""
    naming = (line for _, line in bounded(lines) if "crossref" in line.casefold())
    wanted = {key.casefold() for line in naming for key in _CROSSREF.findall(line)}
    parents: dict[str, Mapping[str, str]] = {}
    if wanted:
        lines.seek(0)
        for found in _own(lines):
            if isinstance(found, Reference) and found.key.casefold() in wanted and len(parents) < MOST_PARENTS:
                parents.setdefault(found.key.casefold(), found.fields)
    lines.seek(0)
    for found in _own(lines):
        yield _with_parent(found, parents) if isinstance(found, Reference) and parents else found


def _with_parent(child: Reference, parents: Mapping[str, Mapping[str, str]]) -> Reference:
    parent = parents.get(child.fields.get("crossref", "").casefold(), {})
    inherited = {name: value for name, value in parent.items() if name in _INHERITED}
    if "title" in parent and "journal" not in parent:
        inherited.setdefault("booktitle", parent["title"])
    return Reference(child.line, child.kind, child.key, {**inherited, **child.fields}, child.twice)


def _own(lines: TextIO) -> Iterator[Reference | Broken]:
    strings = {month[:3].lower(): month for month in _MONTHS}
    for first, chunk in _chunks(lines):
        for block in _without_remains(Splitter(chunk).split().blocks):
            found = _sorted_out(block, first, strings)
            if found:
                yield found


def _without_remains(blocks: list[Block]) -> Iterator[Block]:
    """What follows a broken entry outside of any other is a part of it."""
    is_broken = False
    for block in blocks:
        if isinstance(block, ImplicitComment) and is_broken:
            continue
        is_broken = isinstance(block, ParsingFailedBlock) and block.ignore_error_block is None
        yield block


def _chunks(lines: TextIO) -> Iterator[tuple[int, str]]:
    """(number of the first line, text), cut where a line begins an entry."""
    part: list[str] = []
    size, first = 0, 1
    for number, line in bounded(lines):
        if (size > CHUNK and _BEGIN.match(line)) or size > MOST_CHUNK:
            yield first, "".join(part)
            part, size, first = [], 0, number
        part.append(line)
        size += len(line)
    yield first, "".join(part)


def _sorted_out(block: Block, first: int, strings: dict[str, str]) -> Reference | Broken | None:
    """An entry or what is wrong; an abbreviation goes to `strings`, remarks go nowhere."""
    line = first + (block.start_line or 0)
    twice: tuple[str, ...] = ()
    if isinstance(block, DuplicateFieldKeyBlock):
        twice = tuple(sorted(block.duplicate_keys))
    if isinstance(block, DuplicateFieldKeyBlock | DuplicateBlockKeyBlock) and block.ignore_error_block:
        block = block.ignore_error_block
    if isinstance(block, String):
        strings[block.key.casefold()] = resolved(block.value, strings)
    elif isinstance(block, Entry):
        fields: dict[str, str] = {}
        for field in block.fields:
            fields.setdefault(field.key.casefold(), resolved(field.value, strings))
        return Reference(line, block.entry_type, block.key, fields, twice)
    elif isinstance(block, ParsingFailedBlock) and not _NO_ENTRY.match(block.raw or ""):
        return Broken(line, _reason(block), _title(block.raw or ""))
    elif isinstance(block, ImplicitComment) and _LOST.search(block.comment):
        return Broken(line, "This text holds a title, but no entry begins here.", _title(block.comment))
    return None


def _reason(block: ParsingFailedBlock) -> str:
    told = str(getattr(block.error, "abort_reason", block.error))
    if "end of file" in told or "block start" in told:
        return "The entry is not closed: a brace or a quotation mark is missing."
    return "The entry cannot be taken apart: a comma, an equals sign, a brace or a quotation mark is missing."


def _title(raw: str) -> str:
    match = _TITLE.search(raw)
    return " ".join(match[1].split()) if match else ""


def resolved(raw: str, strings: Mapping[str, str]) -> str:
    """The text of a value such as `"10~" # jan` or `{A {B} c}`; inner braces stay. An unknown word stands for itself."""
    if raw[:1] == "{" and raw[-1:] == "}" and "}" not in raw[:-1]:
        return raw[1:-1]
    parts, place = [], 0
    while place < len(raw):
        if raw[place] in '{"':
            end = _closing(raw, place)
            parts.append(raw[place + 1 : end])
            place = end + 1
        elif word := _WORD.match(raw, place):
            parts.append(strings.get(word[0].casefold(), word[0]))
            place = word.end()
        else:
            place += 1
    return "".join(parts)


def _closing(raw: str, begin: int) -> int:
    """Where the brace or quotation mark at `begin` is closed; the end of the text where it is not."""
    quoted, depth = raw[begin] == '"', 0
    for match in re.compile(r"\\.|[{}\"]", re.DOTALL).finditer(raw, begin + 1):
        sign = match[0]
        if (sign == '"' and quoted and depth == 0) or (sign == "}" and not quoted and depth == 0):
            return match.start()
        depth += (sign == "{") - (sign == "}")
    return len(raw)
