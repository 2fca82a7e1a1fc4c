"""NBIB, the tagged format of PubMed (also called MEDLINE): tags of up to four letters, a dash, the value. Pure.

Long values go on in indented lines. Records are divided by blank lines; where a file has one after every line, a record
begins with its PubMed number, or with a tag that a record holds once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, TextIO

from studies.formats.readers.abstracts import split_labels
from studies.formats.readers.citations import Citation, paper
from studies.formats.readers.cleaning import Sections, merged, tidy, tidy_lines
from studies.formats.readers.dates import Date, read_date
from studies.formats.readers.encoding import opened, plain_head
from studies.formats.readers.pubmed_notes import KINDS, Note
from studies.formats.readers.refusals import Refusal, Unreadable
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import parse_names
from studies.records import Author, Collective, Person

MOST_LINE = 1 << 20
MOST_RECORD = 20 << 20  # letters

_FIELD = re.compile(r"^(?P<tag>[A-Z][A-Z0-9]{1,3}) {0,3}-(?: (?P<value>.*)|$)")
_ONCE = frozenset("BTI DP IP JT OWN PMID STAT TA TI VI".split())
_HEAD = re.compile(r"^(?:PMID- ?\d|OWN {1,2}- \w)", re.MULTILINE)
_TAGS = re.compile(r"^(AB|AU|DP|FAU|IS|JT|LID|PT|TA|TI) {1,2}- ", re.MULTILINE)
_RIS = re.compile(r"^TY {1,2}- ", re.MULTILINE)
_FEWEST_TAGS = 3
_HYPHEN = re.compile(r"[^\W\d_]-$")
_KIND = re.compile(r"\[(?P<kind>doi|pii|bookaccession)\]\s*$")
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{0,4}\d{1,8}")
_SPELLED = re.compile(r"\b(?P<case>capital|small) (?P<letter>[A-Za-z]{1,3}), (?:Cyrillic|Greek|Ukrainian|Russian)\b")
_ELSEWHERE = frozenset({"ERIC"})


@dataclass
class _Block:
    """The fields of one record in order, each with its lines; `stray` are numbers of lines that belong to none."""

    line: int = 0
    fields: list[tuple[str, list[str]]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    stray: list[int] = field(default_factory=list)
    is_dense: bool = False  # two of its lines stand without a blank one between them
    size: int = 0

    @cached_property
    def values(self) -> list[tuple[str, str]]:
        """Tag and whole value of each field; asked for when the block is complete."""
        return [(tag, _SPELLED.sub(_as_letter, _joined(lines))) for tag, lines in self.fields]

    def all(self, *tags: str) -> list[str]:
        return [value for tag, value in self.values if tag in tags]

    def first(self, tag: str) -> str:
        return next((value for name, value in self.values if name == tag), "")


def looks_like(head: bytes) -> bool:
    text = plain_head(head).decode("utf-8", "replace").replace("\r", "\n")
    if _RIS.search(text):
        return False
    return bool(_HEAD.search(text)) or len(set(_TAGS.findall(text))) >= _FEWEST_TAGS


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    """Every record in order; lines that belong to none are refused in their place. Raises Unreadable for what is no text."""
    with opened(stream) as text:
        for number, block in enumerate(_blocks(text.lines), start=1):
            if block.fields:
                yield paper(_citation(block, text.note), number=number, line=block.line)
            else:
                yield Refusal(number, f"{_lines_named(block.stray)} no part of a record.", line=block.line)


def _blocks(lines: TextIO) -> Iterator[_Block]:
    block, is_after_blank = _Block(), True
    for number, line in _numbered(lines):
        if not line.strip():
            is_after_blank = True
            continue
        match = _FIELD.match(line)
        if _begins(block, match, is_after_blank=is_after_blank):
            yield block
            block, is_after_blank = _Block(), True
        _take(block, number, line, match)
        block.is_dense = block.is_dense or not is_after_blank
        is_after_blank = False
    if block.line:
        yield block


def _numbered(lines: TextIO) -> Iterator[tuple[int, str]]:
    number = 0
    while line := lines.readline(MOST_LINE):
        number += 1
        if len(line) == MOST_LINE:
            raise Unreadable(f"Line {number} is longer than {MOST_LINE >> 20} million letters. This is no such file.")
        yield number, line.rstrip("\r\n").lstrip("\ufeff")


def _begins(block: _Block, match: re.Match[str] | None, *, is_after_blank: bool) -> bool:
    """Whether a line ends the record before it and is the first of another one."""
    if not block.line:
        return False
    if not block.fields:  # it holds stray lines alone
        return match is not None or is_after_blank
    if match is None:
        return is_after_blank and block.is_dense
    if match["tag"] == "PMID":
        return "PMID" in block.names or is_after_blank
    return is_after_blank and (block.is_dense or (match["tag"] in _ONCE and match["tag"] in block.names))


def _take(block: _Block, number: int, line: str, match: re.Match[str] | None) -> None:
    block.line = block.line or number
    block.size += len(line)
    if block.size > MOST_RECORD:
        raise Unreadable(f"The record at line {block.line} is larger than {MOST_RECORD >> 20} million letters.")
    if match:
        block.fields.append((match["tag"], [match["value"] or ""]))
        block.names.add(match["tag"])
    elif line[0] in " \t" and block.fields:
        block.fields[-1][1].append(line.lstrip())
    else:
        block.stray.append(number)


def _joined(lines: list[str]) -> str:
    """A word that was divided at its own hyphen stays one word; elsewhere a line break is a blank."""
    return "".join(line if _HYPHEN.search(line) else f"{line} " for line in lines[:-1]) + lines[-1]


def _as_letter(match: re.Match[str]) -> str:
    """PubMed spells out letters of another script in a Latin text: "capital A, Cyrillic" for А."""
    return match["letter"].upper() if match["case"] == "capital" else match["letter"].lower()


def _citation(block: _Block, doubt: str) -> Citation:
    problems: list[str] = []
    if block.stray:
        problems.append(f"{_lines_named(block.stray)} no part of the record and left out.")
    if not block.all("PMID"):
        problems.append("The record has no PubMed number.")
    if doubt and any(not value.isascii() for _, value in block.values):
        problems.append(doubt)
    owner = block.first("OWN").strip()
    return Citation(
        source=owner if owner in _ELSEWHERE else "PubMed",
        title=block.first("TI"),
        vernacular_title=block.first("TT"),
        book_title=block.first("BTI"),
        publisher=block.first("PB"),
        authors=_people(block, "FAU", "AU", problems),
        editors=_people(block, "FED", "ED", problems),
        journal=block.first("JT"),
        journal_abbreviation=block.first("TA"),
        issn=sorted(block.all("IS", "ISSN"), key=lambda text: "(Linking)" not in text),
        volume=block.first("VI"),
        issue=block.first("IP"),
        pages=[block.first("PG"), *filter(_ARTICLE_NUMBER.fullmatch, _located(block, "", "pii"))],
        dates=_dates(block),
        dois=_dois(block),
        pmids=block.all("PMID"),
        pmcids=block.all("PMC"),
        language=block.first("LA"),
        sections=_sections(block.first("AB")),
        keywords=block.all("OT"),
        types=block.all("PT"),
        notes=[Note(tag, value) for tag, value in block.values if tag in KINDS],
        problems=problems,
    )


def _people(block: _Block, full: str, short: str, problems: list[str]) -> list[Author]:
    """Persons by their full names, or the short ones where a record has no others, and groups, in their order."""
    wanted = full if block.all(full) else short
    groups = "CN" if full == "FAU" else ""
    found: list[Author] = []
    for tag, value in block.values:
        name = tidy(value) if tag in (full, short, groups) else value
        if tag == wanted and name:
            found += _named(name)
        elif tag and tag == groups and name:
            found.append(Collective(name))
        elif tag == "AUID" and wanted == full and found and isinstance(found[-1], Person):
            found[-1] = _with_orcid(found[-1], value, problems)
    return found


def _named(name: str) -> list[Author]:
    family, comma, given = name.partition(",")
    if comma and family.strip():
        return [Person(family.strip(), given.strip(" ,"))]
    return parse_names([name])


def _with_orcid(person: Person, value: str, problems: list[str]) -> Person:
    if "orcid" not in value.lower():
        return person
    try:
        return Person(person.family, person.given, normalise_orcid(value))
    except IdentifierError as error:
        problems.append(f"Left out, {error}.")
        return person


def _located(block: _Block, *kinds: str) -> list[str]:
    """Values of the location and article numbers whose kind in brackets is one of these; "" stands for none."""
    found = []
    for value in block.all("LID", "AID"):
        match = _KIND.search(value)
        if (match["kind"] if match else "") in kinds:
            found.append(value[: match.start()].strip() if match else value.strip())
    return found


def _dois(block: _Block) -> list[str]:
    links = [value for value in _located(block, "") if "doi.org/" in value]
    return _located(block, "doi") or links or re.findall(r"\bdoi:\s*(10\.\S+)", block.first("SO"))


def _dates(block: _Block) -> list[Date]:
    """Online and issue; of a chapter the day on which it was written, not that of the whole book."""
    written = block.first("CTDT")
    return [read_date(written)] if written else [read_date(block.first("DEP")), read_date(block.first("DP"))]


def _sections(text: str) -> Sections:
    return split_labels(merged([("", tidy_lines(text))]))


def _lines_named(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"Line {numbers[0]} is"
    return f"Lines {numbers[0]} to {numbers[-1]} are"
