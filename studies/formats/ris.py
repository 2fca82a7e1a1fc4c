"""RIS: read by all reference managers. One tag a line, two spaces before the hyphen, CRLF, UTF-8.

The abstract goes along only under a licence that allows it; the note names the atlas entry, the PEM badge and a
retraction, so that they stay with the reference wherever it goes.
"""

from collections.abc import Iterator

from studies.formats.notes import atlas_note, marked_title, one_line
from studies.records import Author, Collective, Record

MEDIA_TYPE = "application/x-research-info-systems"
SUFFIX = "ris"


def render(record: Record) -> str:
    lines = [f"{tag}  - {text}" for tag, value in _fields(record) if (text := one_line(value))]
    return "\r\n".join([*lines, "ER  - ", ""])


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
