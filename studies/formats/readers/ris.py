"""RIS in the dialects of databases and managers of references: Scopus, ProQuest, JSTOR, PsycINFO, Ovid, Embase, EndNote, Zotero.

The format is read line by line here and not with a library: files lack the end of a record, wrap lines without a tag,
number their records and put headings between them, and no record may be lost for it.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import BinaryIO, TextIO

from studies.formats.readers.assembling import Loose, assemble, dated
from studies.formats.readers.encoding import bounded, opened
from studies.formats.readers.people import read_names
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming

SOURCE = "RIS file"
MOST_RECORD = 2_000_000  # characters

_TAG = re.compile(r"^\s{0,3}(?P<tag>[A-Z][A-Z0-9]{1,4})  ?-(?: (?P<value>.*)|\s*)$")
_START = re.compile(rb"(?m)^\s{0,3}TY  ?- ?\S")
_NUMBERING = re.compile(r"^\s*(?:<?\d{1,6}[.>]?\s*$|(?:Provider|Database|Content|Link to):?\s)")
_PUBMED = re.compile(r"(?i)pubmed|medline|\bnlm\b")
_PMID_NOTE = re.compile(r"(?i)\bPMID:?\s*(\d{1,8})\b")
_PMCID_NOTE = re.compile(r"(?i)\bPMC(?:ID)?:?\s*(PMC\d{1,10})\b")
_OURS = "ME/CFS Study Atlas"

Tags = dict[str, list[str]]


def looks_like(head: bytes) -> bool:
    return bool(_START.search(head))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    with opened(stream) as text:
        for number, (line, tags) in enumerate(_records(text.lines), start=1):
            if isinstance(tags, str):
                yield Refusal(number, tags, line=line)
            else:
                yield assemble(_loose(tags), number=number, line=line, source=SOURCE, doubt=text.note)


def _records(lines: TextIO) -> Iterator[tuple[int, Tags | str]]:
    """(line of its beginning, tags or why it cannot be read) of each record; a missing `ER` ends where the next one begins."""
    tags: Tags = {}
    begin = size = 0
    tag = ""
    for number, line in bounded(lines):
        match = _TAG.match(line)
        if match and match["tag"] in ("TY", "ER"):
            if tags:
                yield begin, tags if size < MOST_RECORD else _too_long(size)
            tags, tag = {}, ""
        if match and match["tag"] == "ER":
            continue
        if match:
            if not tags:
                tags, begin, size = defaultdict(list), number, 0
            tag = match["tag"]
        elif not tags or _NUMBERING.match(line):
            continue
        size += len(line)
        if size < MOST_RECORD:
            _put(tags, tag, match["value"] or "" if match else None, line)
    if tags:
        yield begin, tags if size < MOST_RECORD else _too_long(size)


def _too_long(size: int) -> str:
    return f"The record has {size} characters: the file is damaged here."


def _put(tags: Tags, tag: str, value: str | None, line: str) -> None:
    """A line without a tag goes on with the value before it, after a line break."""
    if value is not None:
        tags[tag].append(value.strip())
    elif line.strip():
        tags[tag][-1] += "\n" + line.strip()


def _loose(tags: Tags) -> Loose:
    names, incomplete = read_names([*tags.get("AU", []), *tags.get("A1", [])])
    notes = [*tags.get("N1", []), *tags.get("RN", []), *tags.get("M2", [])]
    return Loose(
        kind=_one(tags, "TY"),
        types=[value for value in tags.get("M3", []) if value.replace(" ", "").isalpha() and value != "Web"],
        title=_one(tags, "TI", "T1", "CT", "BT"),
        vernacular_title=_one(tags, "TT", "OP"),
        authors=names,
        incomplete=incomplete or any("author list incomplete" in note.casefold() for note in notes),
        **_journal(tags),
        issn=" ".join(tags.get("SN", [])),
        volume=_one(tags, "VL", "VO"),
        issue=_one(tags, "IS", "CP"),
        pages=_pages(tags),
        day=dated(_days(tags)),
        said_day="; ".join(filter(None, _days(tags))),
        doi=[*tags.get("DO", []), *tags.get("DI", []), *tags.get("DOI", [])],
        pmid=_pmids(tags, notes),
        pmcid=_pmcids(tags, notes),
        hints=[value for tag in ("M3", "UR", "L3", "N1", "ID", "L1", "L2", "C2") for value in tags.get(tag, [])],
        language=_one(tags, "LA"),
        url=next((address for address in tags.get("UR", []) if address), ""),
        abstract="\n".join(tags.get("AB") or tags.get("N2") or []),
        keywords=[word for text in [*tags.get("KW", []), *tags.get("DE", [])] for word in re.split(r"[;\n]", text)],
        notes=[note for note in notes if not note.startswith("References:")],
    )


def _one(tags: Tags, *names: str) -> str:
    """The first value of the first of these tags that has one."""
    return next((value for name in names for value in tags.get(name, []) if value), "")


def _journal(tags: Tags) -> dict[str, str]:
    """Of the tags that hold a journal's name the long ones come first; a short one alone is the name as well."""
    name = _one(tags, "JF", "T2", "JO", "JA", "J2", "J1", "T3")
    short = next((value for tag in ("J2", "JA", "J1", "JO") if (value := _one(tags, tag)) and value != name), "")
    return {"journal": name, "journal_abbreviation": short if len(short) < len(name) else ""}


def _days(tags: Tags) -> Sequence[str]:
    return [value for tag in ("PY", "Y1", "DA") for value in tags.get(tag, [])]


def _pages(tags: Tags) -> str:
    """First and last page, or the number of an article that has no pages."""
    first, last = _one(tags, "SP"), _one(tags, "EP")
    if first and last and not re.search(r"\d\s*[-–]+\s*\w", first):
        return f"{first}-{last}"
    return first or last or _one(tags, "C7", "AR")


def _pmids(tags: Tags, notes: Sequence[str]) -> Sequence[str]:
    """An accession number is one only where the record names PubMed, or our own export wrote it."""
    found = [*tags.get("PMID", []), *(number for note in notes for number in _PMID_NOTE.findall(note))]
    origin = " ".join([*tags.get("DB", []), *tags.get("DP", [])])
    if _PUBMED.search(origin) or any(note.startswith(_OURS) for note in notes):
        found += [number for number in tags.get("AN", []) if number.isascii() and number.isdigit()]
    return found


def _pmcids(tags: Tags, notes: Sequence[str]) -> Sequence[str]:
    labelled = [value for value in tags.get("C2", []) if value.upper().startswith("PMC")]
    return [*tags.get("PMCID", []), *labelled, *(number for note in notes for number in _PMCID_NOTE.findall(note))]
