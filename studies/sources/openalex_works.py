"""One work of OpenAlex as a paper on its way into the atlas. Pure.

Fields after OpenAlex's own description of the work object. Abstracts come as an index of words and their places, and
without a licence, so they are searched and never shown.
"""

import dataclasses

from studies.formats.readers.assembling import Loose, assemble
from studies.formats.readers.cleaning import indexed_title
from studies.formats.readers.dates import Date, read_date
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.titles import without_mark
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import parse_full_name
from studies.records import Author, Person
from studies.sources.entries import Entry
from studies.sources.notices import standing

LABEL = "OpenAlex"
MOST_WORDS = 10_000
MOST_AUTHORS = 100  # a list in search results is cut there
_KINDS = {
    "letter": "article",
    "editorial": "article",
    "erratum": "article",
    "retraction": "article",
    "paratext": "component",
}


def paper_of(number: int, work: Entry) -> Incoming | Refusal:
    title, mark = without_mark(indexed_title(work.text("title", "display_name")))
    paper = assemble(_loose(work, title), number=number, line=0, source=LABEL)
    if isinstance(paper, Refusal):
        return paper
    is_retracted = work.values.get("is_retracted") is True
    problems = ["OpenAlex says that the paper was retracted and names no notice."] if is_retracted else []
    types = tuple(dict.fromkeys(filter(None, (work.line("type"), work.line("type_crossref")))))
    record = dataclasses.replace(
        paper.record, publication_types=types, **standing((), mark="retracted" if is_retracted else mark)
    )
    return dataclasses.replace(paper, record=record, problems=(*paper.problems, *problems))


def _loose(work: Entry, title: str) -> Loose:
    place, parts, numbers = work.entry("primary_location", "source"), work.entry("biblio"), work.entry("ids")
    authorships = work.entries("authorships")
    authors = [author for entry in authorships if (author := _author(entry))]
    is_cut = work.values.get("is_authors_truncated") is True or len(authorships) == MOST_AUTHORS
    return Loose(
        kind=_KINDS.get(work.text("type"), work.text("type")),
        title=title,
        authors=authors,
        incomplete=is_cut or len(authors) < len(authorships),
        journal=place.text("display_name"),
        issn=place.text("issn_l"),
        volume=parts.text("volume"),
        issue=parts.text("issue"),
        pages="-".join(filter(None, (parts.text("first_page"), parts.text("last_page")))),
        day=_day(work),
        doi=[work.text("doi") or numbers.text("doi")],
        pmid=[numbers.text("pmid")],
        pmcid=[_pmcid(numbers.line("pmcid"))],
        language=work.text("language"),
        url=work.text("id"),
        abstract=_abstract(work.entry("abstract_inverted_index")),
    )


def _author(entry: Entry) -> Author | None:
    name = entry.line("raw_author_name") or entry.entry("author").line("display_name")
    if not name:
        return None
    author = parse_full_name(name)
    return dataclasses.replace(author, orcid=_orcid(entry.entry("author"))) if isinstance(author, Person) else author


def _orcid(entry: Entry) -> str:
    try:
        return normalise_orcid(entry.text("orcid")) if entry.text("orcid") else ""
    except IdentifierError:
        return ""


def _pmcid(link: str) -> str:
    """OpenAlex links to PubMed Central by the digits alone."""
    digits = link.rpartition("/")[2]
    return f"PMC{digits}" if digits.isdecimal() else link


def _day(work: Entry) -> Date:
    """OpenAlex writes the first of January where it knows the year alone."""
    found = read_date(work.text("publication_date"))
    if found.year is None or (found.month, found.day) == (1, 1):
        return read_date(work.text("publication_year"))
    return found


def _abstract(index: Entry) -> str:
    placed = [
        (place, word)
        for word, places in index.values.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(placed)[:MOST_WORDS])
