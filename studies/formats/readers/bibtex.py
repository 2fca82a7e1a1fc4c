"""BibTeX and BibLaTeX, as databases, publishers and people write them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import BinaryIO

from bibtexparser.middlewares.names import parse_single_name_into_parts

from studies.formats.readers.assembling import Loose, assemble, dated
from studies.formats.readers.bibtex_entries import Broken, Reference, references
from studies.formats.readers.encoding import opened
from studies.formats.readers.latex import plain, verbatim
from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.names import is_group
from studies.records import Author, Collective, Person

SOURCE = "BibTeX file"

_HEAD = re.compile(rb"(?m)^\s*@\s*[A-Za-z]+\s*[{(]")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_PMID_NOTE = re.compile(r"(?i)\bPMID:?\s*(\d{1,8})\b")
_TOLD_TWICE = frozenset("title author journal year doi pmid pmcid volume number pages abstract".split())
_DIVIDER = re.compile(r"\\.|[{}]|(?<!\S)and(?!\S)", re.IGNORECASE | re.DOTALL)
_KEY_LABEL = re.compile(r"(?i)^doi:")


def looks_like(head: bytes) -> bool:
    return bool(_HEAD.search(head))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    keys: dict[str, int] = {}
    with opened(stream) as text:
        for number, found in enumerate(references(text.lines), start=1):
            if isinstance(found, Broken):
                yield Refusal(number, found.reason, found.title, found.line)
                continue
            item = assemble(_loose(found), number=number, line=found.line, source=SOURCE, doubt=text.note)
            first = keys.setdefault(found.key, number)
            yield _remarked(item, found, first if first != number else 0)


def _remarked(item: Incoming | Refusal, found: Reference, first: int) -> Incoming | Refusal:
    """With remarks on what the entry or its key repeats; papers are told apart by their identifiers, never by the key."""
    if isinstance(item, Refusal):
        return item
    twice = [name for name in found.twice if name in _TOLD_TWICE]
    remarks = [f"The field {name} stands twice in the entry; the first one was read." for name in twice]
    if first:
        remarks.append(f"Record {first} has the same key ({found.key[:100]}).")
    return replace(item, problems=(*item.problems, *remarks)) if remarks else item


def _loose(found: Reference) -> Loose:
    fields = found.fields
    authors, incomplete = _people(_one(fields, "author"))
    note = _text(fields, "note", "annote", "annotation", "addendum")
    types = _text(fields, "document_type", "type")
    journal = _text(fields, "journal", "journaltitle", "booktitle")
    short = _text(fields, "shortjournal", "abbrev_source_title", "journal-iso", "journal-abbreviation")
    return Loose(
        kind=found.kind,
        types=(types,) if types else (),
        title=": ".join(filter(None, [_text(fields, "title"), _text(fields, "subtitle")])),
        authors=authors,
        incomplete=incomplete or "author list incomplete" in note.casefold(),
        journal=journal,
        journal_abbreviation=short,
        issn=_text(fields, "issn"),
        volume=_text(fields, "volume"),
        issue=_text(fields, "number", "issue"),
        pages=_text(fields, "pages", "art_number", "article-number", "articleno", "eid"),
        day=dated(_days(fields)),
        said_day=_text(fields, "year", "date"),
        doi=_verbatims(fields, "doi"),
        pmid=[*_verbatims(fields, "pmid"), *_eprints(fields, "pubmed", "pmid"), *_PMID_NOTE.findall(note)],
        pmcid=[*_verbatims(fields, "pmcid", "pmc"), *_eprints(fields, "pmc", "pmcid")],
        hints=[*_verbatims(fields, "url", "eprint", "link", "howpublished"), note, _KEY_LABEL.sub("", found.key)],
        language=_text(fields, "language", "langid"),
        url=next(iter(_verbatims(fields, "url", "link")), ""),
        abstract=_text(fields, "abstract"),
        keywords=_keywords(_text(fields, "author_keywords", "keywords", "keyword")),
        notes=[note],
    )


def _one(fields: Mapping[str, str], *names: str) -> str:
    return next((value for name in names if (value := fields.get(name, "").strip())), "")


def _text(fields: Mapping[str, str], *names: str) -> str:
    return plain(_one(fields, *names))


def _verbatims(fields: Mapping[str, str], *names: str) -> list[str]:
    return [verbatim(fields[name]) for name in names if fields.get(name, "").strip()]


def _eprints(fields: Mapping[str, str], *types: str) -> list[str]:
    kind = _one(fields, "eprinttype", "archiveprefix").casefold()
    return _verbatims(fields, "eprint") if kind in types else []


def _days(fields: Mapping[str, str]) -> Sequence[str]:
    """Of `{\\noopsort{1973b}}1973` the last year is the one that is printed."""
    years = _YEAR.findall(_one(fields, "year"))
    year, month = years[-1] if years else "", _text(fields, "month")
    if not year:
        return [_one(fields, "date")]
    if month.isascii() and month.isdigit():
        return [f"{year}-{month}", year]
    return [f"{month} {year}", year, _one(fields, "date")]


def _keywords(text: str) -> Sequence[str]:
    return re.split(r";|\n", text) if ";" in text else text.split(",")


def _people(text: str) -> tuple[list[Author], bool]:
    """(authors, whether `and others` says that more signed)."""
    names = [name for name in _at_and(text) if name.strip("{} \n")]
    known = [name for name in names if name.strip().casefold() not in ("others", "et al", "et al.")]
    return [author for name in known if (author := _person(name.strip()))], len(known) < len(names)


def _at_and(text: str) -> list[str]:
    """The names between `and`s that stand in no braces."""
    parts, depth, begin = [], 0, 0
    for sign in _DIVIDER.finditer(text):
        if sign[0] in "{}":
            depth += 1 if sign[0] == "{" else -1
        elif depth <= 0 and not sign[0].startswith("\\"):
            parts.append(text[begin : sign.start()])
            begin = sign.end()
    return [*parts, text[begin:]]


def _person(name: str) -> Author | None:
    """A group stands in braces of its own or is known by its words; a person has the parts that BibTeX would see."""
    if name.startswith("{") and name.endswith("}") and _is_whole(name):
        return Collective(plain(name)) if plain(name).strip() else None
    if "," not in name and is_group(plain(name)):
        return Collective(plain(name))
    parts = parse_single_name_into_parts(name, strict=False)
    family, given, suffix = (
        plain(" ".join(words)).strip() for words in ([*parts.von, *parts.last], parts.first, parts.jr)
    )
    if not family:
        return Person(given) if given else None
    return Person(family, ", ".join(filter(None, [given, suffix])))


def _is_whole(name: str) -> bool:
    """Whether the first brace is closed by the last one, and is no accent such as `{\\'E}`."""
    depth = 0
    for place, sign in enumerate(name):
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return place == len(name) - 1 and not name.startswith("{\\")
    return False
