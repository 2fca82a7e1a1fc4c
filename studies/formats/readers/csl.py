"""CSL-JSON, and what is close to it: Zotero's own items, works of Crossref, results of Europe PMC, plain objects of scripts.

They come as a list, as one object, one a line, or inside the answer of a service.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, BinaryIO

from studies.formats.readers.assembling import Loose, assemble, dated
from studies.formats.readers.dates import NO_DATE, Date, known_date
from studies.formats.readers.encoding import opened
from studies.formats.readers.json_values import values
from studies.formats.readers.refusals import Refusal
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import is_group, parse_names, stands_for_more
from studies.records import Author, Collective, Person
from studies.sources import crossref_works, europepmc_results
from studies.sources.entries import Entry

SOURCE = "CSL-JSON file"
_HEAD = re.compile(rb"\s*+(?:\[\s*+[\[{\]\"]|\{\s*+[\"}])")
_OWN_LINES = re.compile(r"(?im)^[ \t]*(pmid|pmcid|doi)[ \t]*:[ \t]*(\S+)")

Item = Mapping[str, Any]


def looks_like(head: bytes) -> bool:
    return bool(_HEAD.match(head))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    with opened(stream) as text:
        for number, (line, value) in enumerate(values(text.lines), start=1):
            if not isinstance(value, dict):
                yield Refusal(number, "This is no reference: an object with a title was expected.", line=line)
            else:
                yield _read(value, number=number, line=line, doubt=text.note)


def _read(value: Item, *, number: int, line: int, doubt: str) -> Incoming | Refusal:
    """What a service answered is read as its own module reads it, with relations to notices and preprints."""
    read_answer = next((read for is_from, read in _SERVICES if is_from(value)), None)
    if read_answer:
        found = read_answer(number, Entry(value))
        return replace(found, line=line) if isinstance(found, Refusal) else found
    item = value["data"] if isinstance(value.get("data"), dict) else value
    return assemble(_loose(item), number=number, line=line, source=SOURCE, doubt=doubt)


def _is_crossref(item: Item) -> bool:
    return "DOI" in item and "deposited" in item and "member" in item


def _is_europe_pmc(item: Item) -> bool:
    return "authorString" in item and "source" in item and "id" in item


_SERVICES = ((_is_crossref, crossref_works.paper_of), (_is_europe_pmc, europepmc_results.paper_of))


def _loose(item: Item) -> Loose:
    """Zotero's names of fields stand after those of CSL, those that scripts use last; no item has several."""
    authors, incomplete = _people(item)
    extra = "\n".join(filter(None, (_text(item, "note"), _text(item, "extra"))))
    own = [(name.lower(), value) for name, value in _OWN_LINES.findall(extra)]
    day = _day(item)
    return Loose(
        kind=_text(item, "type", "itemType"),
        types=[text for name in ("genre", "subtype", "publicationType") if (text := _text(item, name))],
        title=_text(item, "title"),
        vernacular_title=_text(item, "original-title"),
        authors=authors,
        incomplete=incomplete,
        journal=_text(item, "container-title", "publicationTitle", "proceedingsTitle", "bookTitle", "journal"),
        journal_abbreviation=_text(item, "container-title-short", "short-container-title", "journalAbbreviation"),
        issn=" ".join(_texts(item.get("ISSN"))),
        volume=_text(item, "volume"),
        issue=_text(item, "issue"),
        pages=_text(item, "page", "pages", "article-number"),
        day=day,
        said_day="" if day != NO_DATE else _said(item.get("issued")) or _text(item, "date"),
        doi=[*_texts(item.get("DOI")), *_texts(item.get("doi")), *(value for name, value in own if name == "doi")],
        pmid=[*_texts(item.get("PMID")), *_texts(item.get("pmid")), *(value for name, value in own if name == "pmid")],
        pmcid=[
            *_texts(item.get("PMCID")),
            *_texts(item.get("pmcid")),
            *(value for name, value in own if name == "pmcid"),
        ],
        hints=[*_texts(item.get("URL")), *_texts(item.get("url")), *_texts(item.get("id"))],
        language=_text(item, "language"),
        url=_text(item, "URL", "url"),
        abstract=_text(item, "abstract", "abstractNote"),
        keywords=_keywords(item),
        notes=[extra, _text(item, "status")],
    )


def _text(item: Item, *names: str) -> str:
    """The first of these fields that holds a text or a number; of a list its first value."""
    return next((text for name in names for text in _texts(item.get(name))), "")


def _texts(value: Any) -> Sequence[str]:
    if isinstance(value, list):
        return [text for part in value if not isinstance(part, list) for text in _texts(part)]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return []
    return [text] if (text := _plain(value).strip()) else []


def _plain(value: str | float) -> str:
    """Numbers as they are written; one of thousands of digits is none."""
    with suppress(ValueError, OverflowError):
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return ""


def _people(item: Item) -> tuple[list[Author], bool]:
    """(authors, whether more signed). Editors and translators of Zotero's items are none."""
    given = (
        item.get("author")
        or item.get("authors")
        or [
            person
            for person in _list(item.get("creators"))
            if isinstance(person, dict) and person.get("creatorType") == "author"
        ]
    )
    if isinstance(given, str):
        given = [{"whole": part} for part in given.split(";")]
    people = [person if isinstance(person, dict) else {"whole": _text({"": person}, "")} for person in _list(given)]
    wholes = [_text(person, "literal", "name", "whole") for person in people]
    return [author for person in people for author in _person(person)], stands_for_more(filter(None, wholes))


def _person(person: Item) -> list[Author]:
    """One name. A literal one is a group, unless a comma shows the family name of a person."""
    family = " ".join(filter(None, [_text(person, "non-dropping-particle"), _text(person, "family", "lastName")]))
    given = [_text(person, "given", "firstName"), _text(person, "dropping-particle")]
    if family:
        name = ", ".join(filter(None, [" ".join(filter(None, given)), _text(person, "suffix")]))
        return [Person(family, name, _orcid(person))]
    whole = _text(person, "literal", "name", "whole") or " ".join(filter(None, given))
    parsed = parse_names([whole])
    is_literal = bool(parsed) and "whole" not in person
    return [Collective(whole)] if is_literal and (is_group(whole) or "," not in whole) else parsed


def _orcid(person: Item) -> str:
    with suppress(IdentifierError):
        return normalise_orcid(_text(person, "ORCID", "orcid"))
    return ""


def _day(item: Item) -> Date:
    """`issued`, or the first day that Crossref knows, or Zotero's date in words."""
    for name in ("issued", "published", "published-online", "published-print"):
        day = _date(item.get(name))
        if day.year:
            return day
    return dated([_text(item, "date"), _text(item, "year")])


def _date(value: Any) -> Date:
    if not isinstance(value, dict):
        return dated(_texts(value))
    parts = _list(value.get("date-parts"))
    numbers = [_number(part) for part in _list(parts[0])[:3]] if parts else []
    if numbers and numbers[0]:
        return known_date(*numbers)
    return dated([_said(value)])


def _said(value: Any) -> str:
    return _text(value, "raw", "literal", "date-time") if isinstance(value, dict) else " ".join(_texts(value))


def _number(value: Any) -> int | None:
    text = _text({"": value}, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None


def _keywords(item: Item) -> Sequence[str]:
    tags = [_text(tag, "tag") for tag in _list(item.get("tags")) if isinstance(tag, dict)]
    words = _texts(item.get("keyword")) or _texts(item.get("subject"))
    return [*tags, *(part for text in words for part in re.split("[;,]", text))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
