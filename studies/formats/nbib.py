"""NBIB, the tagged format of PubMed: a record begins with its PubMed number, so a paper without one has none. Pure.

Source of the tags: the field descriptions of the National Library of Medicine. A value stands on one line however long it is;
readers take that as they take broken lines, and nothing is lost at a break.
"""

from collections.abc import Iterator

from studies.formats import citation
from studies.formats.frame import Frame
from studies.formats.notes import MARKS, atlas_note, marked_title, one_line
from studies.formats.readers.languages import three_letters
from studies.identifiers import doi_link
from studies.records import Author, Collective, Record

MEDIA_TYPE = "application/nbib"
SUFFIX = "nbib"
FRAME = Frame(between="\n")

# The tag under which PubMed names the notice, by the paper's status.
NOTICES = {"retracted": "RIN", "withdrawn": "RIN", "expression_of_concern": "ECI", "corrected": "EIN"}


class NoPubMedNumber(ValueError):
    """The paper has no PubMed number, so there is no record of it in this format."""


def holds(record: Record) -> bool:
    return bool(record.pmid)


def render(record: Record) -> str:
    """Raises NoPubMedNumber."""
    if not holds(record):
        raise NoPubMedNumber(record.title)
    return "".join(f"{tag:<4}- {text}\n" for tag, value in _fields(record) if (text := one_line(value)))


def _fields(record: Record) -> Iterator[tuple[str, str]]:
    yield "PMID", record.pmid
    yield "IS", f"{record.issn} (Linking)" if record.issn else ""
    yield "VI", record.volume
    yield "IP", record.issue
    yield "DP", "" if record.year is None else citation.vancouver_date(record)
    yield "TI", marked_title(record)
    yield "LID", f"{record.doi} [doi]" if record.doi else ""
    yield "PG", record.pages
    for author in record.authors:
        yield from _author(author)
    yield "LA", three_letters(record.language)
    yield from _types(record)
    yield "TA", record.journal_abbreviation or record.journal
    yield "JT", record.journal or record.journal_abbreviation
    yield from _notice(record)
    yield "AID", f"{record.doi} [doi]" if record.doi else ""
    yield "PMC", record.pmcid
    yield "GN", atlas_note(record)
    yield "SO", citation.source(record)


def _author(author: Author) -> Iterator[tuple[str, str]]:
    """Whole name, then family name with initials; a group has a tag of its own."""
    if isinstance(author, Collective):
        yield "CN", author.name
        return
    yield "FAU", f"{author.family}, {author.given}" if author.given.strip() else author.family
    yield "AU", citation.vancouver_name(author)
    yield "AUID", f"ORCID: {author.orcid}" if author.orcid else ""


def _types(record: Record) -> Iterator[tuple[str, str]]:
    yield "PT", "Preprint" if record.is_preprint else "Journal Article"
    yield "PT", "Retracted Publication" if record.retraction_status in ("retracted", "withdrawn") else ""


def _notice(record: Record) -> Iterator[tuple[str, str]]:
    tag = NOTICES.get(record.retraction_status)
    if tag:
        doi = doi_link(record.retraction_notice_doi) if record.retraction_notice_doi else ""
        yield tag, " ".join(part for part in (MARKS.get(record.retraction_status, "CORRECTED"), doi) if part)
