"""One result of Europe PMC ("core") as a paper on its way into the atlas. Pure.

Values come as texts, numbers, lists or lone objects, depending on who saved them. The licence is that of the full text,
which the abstract belongs to; Europe PMC names no version of it.
"""

import dataclasses
import re
from collections.abc import Iterator

from studies.formats.readers.assembling import Loose, assemble
from studies.formats.readers.cleaning import indexed_title, tidy
from studies.formats.readers.dates import Date, known_date, read_date
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.titles import without_mark
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import parse_name, parse_names, stands_for_more
from studies.records import Author, Collective, Person, Relation
from studies.sources.entries import Entry
from studies.sources.notices import doi_or_nothing, pmid_or_nothing, standing

LABEL = "Europe PMC"
_LICENCES = {"cc by": "CC-BY", "cc-by": "CC-BY", "cc0": "CC0", "cc 0": "CC0"}
_KINDS = {"PPR": "preprint", "PAT": "patent", "NBK": "book", "ETH": "thesis"}
_RELATIONS = {
    "retraction in": "retracted_by",
    "retraction of": "retraction_of",
    "partial retraction in": "corrected_by",
    "partial retraction of": "correction_of",
    "expression of concern in": "concern_in",
    "expression of concern for": "concern_for",
    "erratum in": "corrected_by",
    "erratum for": "correction_of",
    "corrected and republished in": "republished_in",
    "corrected and republished from": "republished_from",
    "republished in": "republished_in",
    "republished from": "republished_from",
    "comment in": "commented_by",
    "comment on": "comment_on",
    "update in": "updated_by",
    "update of": "update_of",
    "preprint in": "has_preprint",
    "preprint of": "preprint_of",
}
_MARKS = {"retracted publication": "retracted", "withdrawn publication": "withdrawn"}
_DOI = re.compile(r"(?i)\bdoi:?\s*(10\.\S+)")
_SUBSET = re.compile("[A-Z]{1,4}$")  # such as IM: the part of PubMed it stands in, no type of publication


def paper_of(number: int, result: Entry) -> Incoming | Refusal:
    types = tuple(tidy(text) for text in result.entry("pubTypeList").texts("pubType") if not _SUBSET.match(text))
    title, title_mark = without_mark(indexed_title(result.text("title")))
    paper = assemble(_loose(result, title), number=number, line=0, source=LABEL)
    if isinstance(paper, Refusal):
        return paper
    relations = tuple(_relations(result))
    mark = next((_MARKS[word.lower()] for word in types if word.lower() in _MARKS), title_mark)
    record = dataclasses.replace(
        paper.record,
        publication_types=types,
        relations=relations,
        preprint_doi=next((relation.doi for relation in relations if relation.kind == "has_preprint"), ""),
        **standing(relations, mark=mark),
    )
    licence = _LICENCES.get(result.line("license").lower(), "")
    abstract = paper.abstract and dataclasses.replace(paper.abstract, license=licence)
    return dataclasses.replace(paper, record=record, abstract=abstract)


def _loose(result: Entry, title: str) -> Loose:
    info, source = result.entry("journalInfo"), result.text("source")
    journal = info.entry("journal")
    authors, incomplete = _authors(result)
    return Loose(
        kind=_KINDS.get(source, "journal-article"),
        types=result.entry("pubTypeList").texts("pubType"),
        title=title,
        authors=authors,
        incomplete=incomplete,
        journal=journal.text("title") or result.entry("bookOrReportDetails").text("publisher"),
        journal_abbreviation=journal.text("medlineAbbreviation", "isoabbreviation", "ISOAbbreviation"),
        issn=journal.text("issn", "ISSN", "essn", "ESSN"),
        volume=info.text("volume"),
        issue=info.text("issue"),
        pages=result.text("pageInfo"),
        day=_day(result),
        doi=[result.text("doi")],
        pmid=[result.text("pmid")],
        pmcid=[result.text("pmcid")],
        language=result.text("language"),
        url=f"https://europepmc.org/article/{source}/{result.text('id')}" if result.text("id") else "",
        abstract=result.text("abstractText"),
        keywords=result.entry("keywordList").texts("keyword"),
    )


def _authors(result: Entry) -> tuple[list[Author], bool]:
    """Names in order, and whether some are missing."""
    listed = result.entries("authorList", "author")
    if listed:
        names = [name for entry in listed if (name := _author(entry))]
        return names, len(names) < len(listed)
    texts = [text for text in result.text("authorString").rstrip(". ").split(", ") if text]
    return parse_names(texts), stands_for_more(texts)


def _author(entry: Entry) -> Author | None:
    group, family = entry.line("collectiveName"), entry.line("lastName")
    if group:
        name = parse_name(group)
        return name if isinstance(name, Collective) else Collective(group)
    if family:
        return Person(family, entry.line("firstName", "initials"), _orcid(entry.entry("authorId")))
    full = entry.line("fullName")
    return parse_name(full) if full else None


def _orcid(entry: Entry) -> str:
    if entry.text("type", "@type").upper() != "ORCID":
        return ""
    try:
        return normalise_orcid(entry.text("value", "#text"))
    except IdentifierError:
        return ""


def _day(result: Entry) -> Date:
    """The first day of publication where it falls into the year that the paper is cited with, else month and year."""
    info = result.entry("journalInfo")
    first = read_date(result.text("firstPublicationDate"))
    cited = result.number("pubYear") or info.number("yearOfPublication")
    if cited is None or first.year == cited:
        return first
    return known_date(cited, info.number("monthOfPublication"))


def _relations(result: Entry) -> Iterator[Relation]:
    for entry in result.entries("commentCorrectionList", "commentCorrection"):
        kind = _RELATIONS.get(entry.text("type").lower())
        if kind:
            reference = entry.line("reference")
            named = _DOI.search(reference)
            pmid = pmid_or_nothing(entry.text("id")) if entry.text("source") == "MED" else ""
            yield Relation(kind, doi=doi_or_nothing(named[1]) if named else "", pmid=pmid, text=reference[:500])
