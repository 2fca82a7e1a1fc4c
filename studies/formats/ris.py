"""RIS: read by all reference managers. One tag a line, two spaces before the hyphen, CRLF, UTF-8.

The abstract goes along only under a licence that allows it; the note names the atlas entry, the PEM badge and a
retraction, so that they stay with the reference wherever it goes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from studies.formats.frame import PLAIN
from studies.formats.notes import atlas_note, marked_title, one_line
from studies.records import Author, Collective, Record

MEDIA_TYPE = "application/x-research-info-systems"
SUFFIX = "ris"
FRAME = PLAIN


def render(record: Record) -> str:
    return _written(_fields(record))


def for_reference_manager(record: Record) -> str:
    """As a browser's button of a reference manager reads it: with the PubMed number where Zotero keeps it (M2, its "Extra").

    In a file for everyone M2 stays out, because EndNote takes it for a page. A comma divides a name there, so the one within
    a name becomes a blank.
    """
    authors = tuple(map(_without_commas, record.authors))
    fields = list(_fields(replace(record, authors=authors)))
    return _written([*fields, ("M2", f"PMID: {record.pmid}" if record.pmid else "")])


def _written(fields: Iterable[tuple[str, str]]) -> str:
    lines = [f"{tag}  - {text}" for tag, value in fields if (text := one_line(value))]
    return "\r\n".join([*lines, "ER  - ", ""])


def _without_commas(author: Author) -> Author:
    if isinstance(author, Collective):
        return Collective(author.name.replace(",", " "))
    return replace(author, family=author.family.replace(",", " "), given=author.given.replace(",", " "))


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "TY", "JOUR"
    yield "TI", marked_title(record)
    yield from (("AU", _name(author)) for author in record.authors)
    yield from _when(record)
    yield "T2", record.journal
    yield "JO", record.journal_abbreviation or record.journal
    yield "VL", record.volume
    yield "IS", record.issue
    yield "SP", record.first_page
    yield "EP", record.last_page
    yield "SN", record.issn
    yield "DO", record.doi
    yield "UR", record.paper_url
    yield "AN", record.pmid
    yield "C2", record.pmcid
    yield from (("KW", keyword) for keyword in record.keywords)
    yield "LA", record.language
    yield "N1", atlas_note(record)


def _name(author: Author) -> str:
    if isinstance(author, Collective):
        return author.name
    return f"{author.family}, {author.given}" if author.given.strip() else author.family


def _when(record: Record) -> Iterator[tuple[str, str]]:
    """Year, and the date with a slash after each part that may be empty: `2025/04//`."""
    if record.year is None:
        return
    month = f"{record.month:02}" if record.month else ""
    day = f"{record.day:02}" if record.month and record.day else ""
    yield "PY", f"{record.year:04}"
    yield "DA", f"{record.year:04}/{month}/{day}/"
