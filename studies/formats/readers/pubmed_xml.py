"""PubMed XML: what efetch answers, what "save citation" and the yearly files hold, packed with gzip or not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from studies.formats.readers.abstracts import split_labels
from studies.formats.readers.citations import Citation, paper
from studies.formats.readers.cleaning import Sections, merged, section_label, tidy
from studies.formats.readers.dates import NO_DATE, Date, known_date, read_date
from studies.formats.readers.elements import child_line, lines, markup, one_line
from studies.formats.readers.pubmed_notes import Note
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.xml_stream import xml_head, xml_records
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.records import Author, Collective, Person

_ROOTS = re.compile(
    r"<(?:PubmedArticleSet|PubmedBookArticleSet|PubmedArticle|PubmedBookArticle|MedlineCitation(?:Set)?)[\s>]"
)
_RECORDS = frozenset({"PubmedArticle", "PubmedBookArticle", "MedlineCitation"})
_LEFT_OUT = frozenset(
    "AffiliationInfo Affiliation ChemicalList DataBankList GeneSymbolList GrantList History InvestigatorList MeshHeadingList "
    "PersonalNameSubjectList ReferenceList References Sections SupplMeshList".split()
)
_ARTICLE_NUMBER = re.compile(r"[A-Za-z]{0,4}\d{1,8}")


def looks_like(head: bytes) -> bool:
    return bool(_ROOTS.search(xml_head(head)))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    """Every article, book and chapter in order. Raises Unreadable, after those before it, where the XML is broken."""
    found = xml_records(stream, _RECORDS, leaving_out=_LEFT_OUT)
    for number, (line, element) in enumerate(found, start=1):
        yield paper(_citation(element), number=number, line=line)


def _citation(element: Element) -> Citation:
    book = element.find("BookDocument")
    if book is not None:
        return _book(element, book)
    medline = element if element.tag == "MedlineCitation" else _child(element, "MedlineCitation")
    article = _child(medline, "Article")
    issue = _child(article, "Journal/JournalIssue")
    data = _child(element, "PubmedData")
    problems: list[str] = []
    authors = article.find("AuthorList")
    return Citation(
        title=_markup(article, "ArticleTitle"),
        vernacular_title=_markup(article, "VernacularTitle"),
        authors=_authors(authors, problems),
        authors_complete=authors is None or authors.get("CompleteYN") != "N",
        journal=child_line(article, "Journal/Title"),
        journal_abbreviation=child_line(medline, "MedlineJournalInfo/MedlineTA")
        or child_line(article, "Journal/ISOAbbreviation"),
        issn=[child_line(medline, "MedlineJournalInfo/ISSNLinking"), child_line(article, "Journal/ISSN")],
        volume=child_line(issue, "Volume"),
        issue=child_line(issue, "Issue"),
        pages=_pages(article),
        dates=[*map(_date, article.findall("ArticleDate")), _date(issue.find("PubDate"))],
        dois=[*_locations(article, "doi"), *_numbers(data, "doi")],
        pmids=[child_line(medline, "PMID")],
        pmcids=_numbers(data, "pmc"),
        language=child_line(article, "Language"),
        sections=_sections(article.find("Abstract")),
        keywords=[one_line(word) for word in medline.findall("KeywordList/Keyword")],
        types=[one_line(kind) for kind in article.findall("PublicationTypeList/PublicationType")],
        notes=[_note(each) for each in medline.findall("CommentsCorrectionsList/CommentsCorrections")],
        problems=problems,
    )


def _book(element: Element, document: Element) -> Citation:
    problems: list[str] = []
    written = _date(document.find("ContributionDate"))  # of a chapter; its book may be decades older
    lists = [*document.findall("AuthorList"), *document.findall("Book/AuthorList")]
    by_kind = {kind: _people(lists, kind, problems) for kind in ("authors", "editors")}
    return Citation(
        title=_markup(document, "ArticleTitle"),
        vernacular_title=_markup(document, "VernacularTitle"),
        book_title=_markup(document, "Book/BookTitle"),
        publisher=child_line(document, "Book/Publisher/PublisherName"),
        authors=by_kind["authors"],
        editors=by_kind["editors"],
        pages=_pages(document),
        dates=[written if written.year else _date(document.find("Book/PubDate"))],
        dois=[*_locations(_child(document, "Book"), "doi"), *_numbers(document, "doi")],
        pmids=[child_line(document, "PMID")],
        pmcids=_numbers(document, "pmc"),
        language=child_line(document, "Language"),
        sections=_sections(document.find("Abstract")),
        keywords=[one_line(word) for word in document.findall("KeywordList/Keyword")],
        types=[one_line(kind) for kind in document.findall("PublicationType")],
        problems=problems,
    )


def _child(element: Element, path: str) -> Element:
    """The element there, or an empty one: a record without it is refused for what it lacks, not for its shape."""
    found = element.find(path)
    return found if found is not None else Element("none")


def _markup(element: Element, path: str) -> str:
    found = element.find(path)
    return markup(found) if found is not None else ""


def _people(lists: list[Element], kind: str, problems: list[str]) -> list[Author]:
    """Authors or editors of a book; a list that does not say which holds authors."""
    return [author for each in lists if each.get("Type", "authors") == kind for author in _authors(each, problems)]


def _authors(people: Element | None, problems: list[str]) -> list[Author]:
    """In order; names that PubMed marks as wrong are left out, for the right spelling follows them."""
    found = people.findall("Author") if people is not None else []
    authors = [_author(each, problems) for each in found if each.get("ValidYN") != "N"]
    return [author for author in authors if author is not None]


def _author(element: Element, problems: list[str]) -> Author | None:
    group = child_line(element, "CollectiveName")
    family = child_line(element, "LastName")
    if group or not family:
        return Collective(group) if group else None
    given = child_line(element, "ForeName") or child_line(element, "FirstName") or child_line(element, "Initials")
    suffix = child_line(element, "Suffix")
    return Person(family, f"{given} {suffix}".strip(), _orcid(element, problems))


def _orcid(element: Element, problems: list[str]) -> str:
    for identifier in element.findall("Identifier"):
        if identifier.get("Source") == "ORCID":
            try:
                return normalise_orcid(one_line(identifier))
            except IdentifierError as error:
                problems.append(f"Left out, {error}.")
    return ""


def _pages(article: Element) -> list[str]:
    """Pages as PubMed writes them, else first and last page, else an article number among the other locations."""
    first, last = child_line(article, "Pagination/StartPage"), child_line(article, "Pagination/EndPage")
    numbers = [text for text in _locations(article, "pii") if _ARTICLE_NUMBER.fullmatch(text)]
    return [child_line(article, "Pagination/MedlinePgn"), f"{first}-{last}" if last else first, *numbers]


def _date(element: Element | None) -> Date:
    """A date in parts (`Sep` or `09`), or one in words (MedlineDate, or Season beside the year)."""
    if element is None:
        return NO_DATE
    in_words = child_line(element, "MedlineDate")
    if in_words:
        return read_date(in_words)
    parts = [child_line(element, part) for part in ("Year", "Month", "Day")]
    if not parts[1].isdecimal():
        return read_date(" ".join(parts))
    return known_date(*(int(part) if part.isdecimal() and len(part) < 5 else None for part in parts))


def _locations(article: Element, kind: str) -> list[str]:
    """Electronic locations of that kind that PubMed does not mark as wrong."""
    found = [each for each in article.findall("ELocationID") if each.get("EIdType") == kind]
    return [one_line(each) for each in found if each.get("ValidYN") != "N"]


def _numbers(data: Element, kind: str) -> list[str]:
    return [one_line(each) for each in data.findall("ArticleIdList/ArticleId") if each.get("IdType") == kind]


def _sections(abstract: Element | None) -> Sections:
    texts = abstract.findall("AbstractText") if abstract is not None else []
    return split_labels(merged((section_label(each.get("Label", "")), lines(each)) for each in texts))


def _note(element: Element) -> Note:
    return Note(tidy(element.get("RefType", "")), child_line(element, "RefSource"), child_line(element, "PMID"))
