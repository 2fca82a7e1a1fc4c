"""A citation in the words of its source, PubMed or a full text, made into an `Incoming` or refused. Pure.

Books and chapters are read: what PubMed lists as a book are mostly reports, guidelines and evidence reviews, which an
atlas of studies needs. A chapter stands in its book as an article in its journal; a whole book names its publisher
there; a remark tells the person who takes it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from studies.formats.readers.cleaning import (
    Sections,
    clean_issn,
    clean_pages,
    first_identifier,
    indexed_title,
    merged,
    tidy,
)
from studies.formats.readers.dates import Date, first_appeared
from studies.formats.readers.languages import language_code
from studies.formats.readers.pubmed_notes import Note, partial_retractions, relations, standing
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.titles import is_garbled
from studies.identifiers import normalise_doi, normalise_pmcid, normalise_pmid
from studies.incoming import LICENCE_OF_LINK, Incoming, Summary
from studies.records import Author, Collective, Record

# What a study holds of each; more is two records run into one, or a damaged file.
WIDTHS = {"journal": 500, "journal_abbreviation": 300, "volume": 50, "issue": 50, "pages": 80}
MOST_TITLE, MOST_AUTHORS, MOST_NAME, MOST_GROUP, MOST_KEYWORDS = 2_000, 10_000, 200, 500, 200


@dataclass(kw_only=True)
class Citation:
    """What the source says. Titles and texts may hold markup; identifiers are candidates, the most trusted first.

    `license_url` is the licence of the paper and its abstract; PubMed tells none, so that its abstracts are not shown.

    `dates` are the electronic one and that of the issue. A study carries the day on which the paper first appeared,
    online or in print, because readers ask when a finding became known, and because Crossref, Europe PMC and full texts
    tell the same day; the issue's own year may come two years later.
    """

    source: str = "PubMed"
    title: str = ""
    vernacular_title: str = ""
    book_title: str = ""
    publisher: str = ""
    authors: Sequence[Author] = ()
    editors: Sequence[Author] = ()
    authors_complete: bool = True
    journal: str = ""
    journal_abbreviation: str = ""
    issn: Sequence[str] = ()
    volume: str = ""
    issue: str = ""
    pages: Sequence[str] = ()
    dates: Sequence[Date] = ()
    dois: Sequence[str] = ()
    pmids: Sequence[str] = ()
    pmcids: Sequence[str] = ()
    language: str = ""
    sections: Sections = ()
    keywords: Sequence[str] = ()
    types: Sequence[str] = ()
    license_url: str = ""
    notes: list[Note] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def paper(citation: Citation, *, number: int, line: int) -> Incoming | Refusal:
    """One record of a file."""
    title = indexed_title(citation.title) or indexed_title(citation.book_title)
    vernacular = indexed_title(citation.vernacular_title)
    title, vernacular = (title, vernacular) if title else (vernacular, "")  # shown once where there is no other
    problems = [*citation.problems, *partial_retractions(citation.notes)]
    record = _record(citation, title, vernacular, problems)
    reason = _why_refused(record)
    if reason:
        return Refusal(number, reason, title[:200], line)
    if is_garbled("".join([title, record.journal, *map(_whole, record.authors)])):
        problems.append("Some letters were damaged before they came into this file: check title and names.")
    return Incoming(record, citation.source, citation.license_url, _abstract(citation), problems=tuple(problems))


def _abstract(citation: Citation) -> Summary | None:
    sections, link = merged(citation.sections), citation.license_url
    licence = next((name for address, name in LICENCE_OF_LINK if address in link), "")
    return Summary(sections, licence, link, citation.source) if sections else None


def _record(citation: Citation, title: str, vernacular: str, problems: list[str]) -> Record:
    types = tuple(dict.fromkeys(filter(None, map(tidy, citation.types))))
    linked = relations(citation.notes, types)
    when = first_appeared(citation.dates)
    stands = standing(citation.notes, types, title)
    keywords = dict.fromkeys(word for text in citation.keywords if (word := tidy(text).strip("*; ")))
    journal = _container(citation, problems)
    return Record(
        title=title,
        authors=tuple(citation.authors or citation.editors),
        authors_complete=citation.authors_complete,
        journal=journal,
        journal_abbreviation=tidy(citation.journal_abbreviation).replace(".", ""),
        issn=next(filter(None, map(clean_issn, citation.issn)), ""),
        volume=tidy(citation.volume),
        issue=tidy(citation.issue),
        pages=next(filter(None, map(clean_pages, citation.pages)), ""),
        year=when.year,
        month=when.month,
        day=when.day,
        doi=first_identifier(citation.dois, normalise_doi, problems),
        pmid=first_identifier(citation.pmids, normalise_pmid, problems),
        pmcid=first_identifier(citation.pmcids, normalise_pmcid, problems),
        language=language_code(citation.language),
        keywords=tuple(keywords)[:MOST_KEYWORDS],
        retraction_status=stands.retraction_status,
        retraction_notice_doi=stands.retraction_notice_doi,
        retraction_on=stands.retraction_on,
        vernacular_title=vernacular,
        publication_types=types,
        relations=linked,
        preprint_doi=next((each.doi for each in linked if each.kind == "has_preprint" and each.doi), ""),
    )


def _container(citation: Citation, problems: list[str]) -> str:
    """Journal of an article, book of a chapter, publisher of a book."""
    if not citation.book_title:
        return tidy(citation.journal)
    is_chapter = bool(indexed_title(citation.title))
    problems.append("This is a chapter of a book." if is_chapter else "This is a book.")
    if not citation.authors and citation.editors:
        problems.append("The names are those of the editors.")
    return indexed_title(citation.book_title) if is_chapter else tidy(citation.publisher)


def _why_refused(record: Record) -> str:
    if not any(letter.isalnum() for letter in record.title):
        return "The record has no title."
    if len(record.title) > MOST_TITLE:
        return f"The title has {len(record.title)} characters: two records may have run into one."
    if len(record.authors) > MOST_AUTHORS:
        return f"The record names {len(record.authors)} authors: records may have run into one."
    wide = next((name for name in WIDTHS if len(getattr(record, name)) > WIDTHS[name]), "")
    if wide:
        return f"The {wide.replace('_', ' ')} has {len(getattr(record, wide))} characters: the record is damaged."
    long = next((_whole(author) for author in record.authors if _is_too_long(author)), "")
    return f"An author's name has {len(long)} characters: the record is damaged." if long else ""


def _is_too_long(author: Author) -> bool:
    if isinstance(author, Collective):
        return len(author.name) > MOST_GROUP
    return max(len(author.family), len(author.given)) > MOST_NAME


def _whole(author: Author) -> str:
    return author.name if isinstance(author, Collective) else f"{author.given} {author.family}".strip()
