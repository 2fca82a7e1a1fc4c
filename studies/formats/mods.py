"""MODS 3.7, the format of library catalogues: full names in parts, the journal as the host of the paper. Pure.

Source of the elements: the MODS user guidelines of the Library of Congress. The record is of the paper; that the atlas wrote
it, and in which version, stands under `recordInfo`, what must not be missed in notes.
"""

import re
from collections.abc import Iterator

from studies.formats.frame import Frame, Origin
from studies.formats.notes import ATLAS, INCOMPLETE, SAMPLE, entry_of, mark, marked_title, notice, one_line
from studies.formats.xml import element, group, text
from studies.records import Author, Collective, Record

MEDIA_TYPE = "application/mods+xml"
SUFFIX = "mods"
NAMESPACE = "http://www.loc.gov/mods/v3"
SCHEMA = "http://www.loc.gov/standards/mods/v3/mods-3-7.xsd"
VERSION = "3.7"


def _begin(origin: Origin) -> str:
    comment = re.sub("-(?=-)", "- ", text(origin.line))  # two hyphens would end the comment
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<modsCollection xmlns="{NAMESPACE}" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="{NAMESPACE} {SCHEMA}">\n<!-- {comment} -->\n'
    )


FRAME = Frame(_begin, between="\n", end="\n</modsCollection>\n")


def render(record: Record) -> str:
    """The element `mods` with its namespace, without a declaration: it may stand alone or inside another document."""
    return f'<mods xmlns="{NAMESPACE}" version="{VERSION}">{"".join(_elements(record))}</mods>'


def _elements(record: Record) -> Iterator[str]:
    yield group("titleInfo", element("title", marked_title(record)))
    yield from map(_name, record.authors)
    yield "" if record.authors_complete else group("name", element("etal", INCOMPLETE), type="personal")
    yield element("typeOfResource", "text")
    yield element("genre", "journalArticle", authority="local")
    yield element("genre", "preprint") if record.is_preprint else ""
    yield group("originInfo", element("dateIssued", record.date, encoding="w3cdtf", keyDate="yes"))
    yield group("language", element("languageTerm", record.language, type="code", authority="rfc5646"))
    yield from _subjects(record)
    yield from _notes(record)
    yield _host(record)
    yield _preprint(record)
    yield from _identifiers(record)
    yield group("location", element("url", record.paper_url, usage="primary display"))
    yield _about(record)


def _name(author: Author) -> str:
    role = group("role", element("roleTerm", "aut", type="code", authority="marcrelator"))
    if isinstance(author, Collective):
        return group("name", element("namePart", one_line(author.name)), role, type="corporate")
    return group(
        "name",
        element("namePart", one_line(author.family), type="family"),
        element("namePart", one_line(author.given), type="given"),
        role,
        element("nameIdentifier", author.orcid, type="orcid"),
        type="personal",
    )


def _subjects(record: Record) -> Iterator[str]:
    return (group("subject", element("topic", one_line(keyword))) for keyword in record.keywords)


def _notes(record: Record) -> Iterator[str]:
    yield element("note", record.pem_label, type="PEM criterion")
    status = " ".join(part for part in (mark(record), notice(record)) if part)
    yield element("note", one_line(status), type="retraction")
    yield from (element("note", one_line(line), type="notice") for line in record.notices)
    yield element("note", one_line(record.main_limitation), type="main limitation")
    yield element("note", SAMPLE if record.main_limitation and record.is_sample else "", type="sample")
    yield element("note", one_line(entry_of(record)), type="atlas entry")


def _host(record: Record) -> str:
    """The journal with volume, issue and pages."""
    journal = one_line(record.journal or record.journal_abbreviation)
    short = one_line(record.journal_abbreviation) if record.journal else ""
    return group(
        "relatedItem",
        group("titleInfo", element("title", journal)),
        group("titleInfo", element("title", short), type="abbreviated"),
        group("originInfo", element("issuance", "continuing")) if journal else "",
        group("part", _detail("volume", record.volume), _detail("issue", record.issue), _pages(record)),
        element("identifier", record.issn, type="issn"),
        type="host",
    )


def _detail(kind: str, value: str) -> str:
    return group("detail", element("number", one_line(value)), type=kind)


def _pages(record: Record) -> str:
    first, last = one_line(record.first_page), one_line(record.last_page)
    return group("extent", element("start", first), element("end", last), unit="pages")


def _preprint(record: Record) -> str:
    return group("relatedItem", element("identifier", record.preprint_doi, type="doi"), type="otherVersion")


def _identifiers(record: Record) -> Iterator[str]:
    for kind, value in (("doi", record.doi), ("pmid", record.pmid), ("pmcid", record.pmcid)):
        yield element("identifier", value, type=kind)


def _about(record: Record) -> str:
    changed = record.atlas_changed_on.isoformat() if record.atlas_changed_on else ""
    return group(
        "recordInfo",
        element("recordContentSource", ATLAS if record.atlas_url else ""),
        element("recordChangeDate", changed, encoding="w3cdtf"),
        element("recordIdentifier", record.atlas_slug),
        element("recordInfoNote", f"Version {record.atlas_version}" if record.atlas_version else ""),
    )
