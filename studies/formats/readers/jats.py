"""JATS, the full text of an article as PubMed Central and publishers give it; only what stands before the text is read. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element

from studies.formats.readers.abstracts import split_labels
from studies.formats.readers.citations import Citation, paper
from studies.formats.readers.cleaning import Sections
from studies.formats.readers.dates import Date, known_date, read_date
from studies.formats.readers.elements import abstract_sections, child_line, markup, one_line
from studies.formats.readers.languages import language_code
from studies.formats.readers.pubmed_notes import Note
from studies.formats.readers.refusals import Refusal
from studies.formats.readers.xml_stream import xml_head, xml_records
from studies.identifiers import IdentifierError, normalise_orcid
from studies.incoming import Incoming
from studies.names import parse_names
from studies.records import Author, Collective, Person

_LEFT_OUT = frozenset("back body floats-group floats-wrap processing-meta response sub-article".split())
_ROOT = re.compile(r"<(?:[a-z]+:)?(?:article[\s>]|pmc-articleset[\s>])")
_SIGNS = re.compile(
    r"<(?:[a-z]+:)?(?:front|article-meta|journal-meta|pmc-articleset)[\s>]|article-type=|JATS|NLM//DTD", re.ASCII
)
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HREF = "{http://www.w3.org/1999/xlink}href"

# Dates on which something else than the publication happened.
_OTHER_DATES = frozenset(
    "accepted corrected ecorrected embargo nihms-submitted pmc-release received resubmitted retracted retraction rev-recd "
    "rev-request updated".split()
)
# Abstracts for other purposes than telling what the article says to its readers.
_OTHER_ABSTRACTS = frozenset(
    "editor editor-summary executive-summary graphical graphical-abstract highlights key-points plain-language-summary "
    "precis short summary teaser toc video web-summary".split()
)
# How the article that is named relates to this one, as PubMed's words for the same.
_RELATED = {
    "retracted-article": "RetractionOf",
    "retraction-forward": "RetractionIn",
    "retraction": "RetractionIn",
    "partial-retraction": "PartialRetractionOf",
    "corrected-article": "ErratumFor",
    "addended-article": "ErratumFor",
    "correction-forward": "ErratumIn",
    "correction": "ErratumIn",
    "corrigendum": "ErratumIn",
    "erratum": "ErratumIn",
    "addendum": "ErratumIn",
    "object-of-concern": "ExpressionOfConcernFor",
    "concern-forward": "ExpressionOfConcernIn",
    "expression-of-concern": "ExpressionOfConcernIn",
    "commentary-article": "CommentOn",
    "commentary": "CommentIn",
    "letter": "CommentIn",
    "updated-article": "UpdateOf",
    "update": "UpdateIn",
    "republished-article": "RepublishedFrom",
    "preprint": "Preprint",
    "published-article": "PublishedVersion",
}


def looks_like(head: bytes) -> bool:
    text = xml_head(head)
    return bool(_ROOT.search(text) and _SIGNS.search(text))


def read(stream: BinaryIO) -> Iterator[Incoming | Refusal]:
    """Each article of the file, without its replies and reviews. Raises Unreadable where the XML is broken."""
    for number, (line, article) in enumerate(xml_records(stream, {"article"}, leaving_out=_LEFT_OUT), start=1):
        yield paper(_citation(article), number=number, line=line)


def _citation(article: Element) -> Citation:
    journal, meta = _child(article, "front/journal-meta"), _child(article, "front/article-meta")
    language = article.get(_LANG, "")
    title, vernacular = _titles(meta, language)
    problems: list[str] = []
    pmcids = _pmcids(meta)
    return Citation(
        source="PubMed Central, full text" if pmcids else "full text (JATS)",
        title=title,
        vernacular_title=vernacular,
        authors=_authors(meta, problems),
        journal=child_line(journal, "journal-title-group/journal-title") or child_line(journal, "journal-title"),
        journal_abbreviation=_abbreviation(journal),
        issn=_serial_numbers(journal),
        volume=child_line(meta, "volume"),
        issue=child_line(meta, "issue"),
        pages=_pages(meta),
        dates=[_date(each) for each in meta.findall("pub-date") if not _is_other(each)],
        dois=_numbers(meta, "doi"),
        pmids=_numbers(meta, "pmid"),
        pmcids=pmcids,
        language=language,
        sections=_abstract(meta),
        keywords=[one_line(word) for word in meta.findall("kwd-group/kwd")],
        types=[article.get("article-type", "")],
        license_url=_license(meta),
        notes=[*_notes(meta), *_preprints(meta)],
        problems=problems,
    )


def _child(element: Element, path: str) -> Element:
    found = element.find(path)
    return found if found is not None else Element("none")


def _titles(meta: Element, language: str) -> tuple[str, str]:
    """(title, title in the article's own language): the atlas shows an English title where there is one."""
    group = _child(meta, "title-group")
    own = _title(group, "article-title", "subtitle")
    if language_code(language) in ("", "en"):
        return own, ""
    for each in group.findall("trans-title-group"):
        if language_code(each.get(_LANG, "")) == "en":
            return _title(each, "trans-title", "trans-subtitle"), own
    loose = [each for each in group.findall("trans-title") if language_code(each.get(_LANG, "")) == "en"]
    return (markup(loose[0]), own) if loose else (own, "")


def _title(group: Element, name: str, below: str) -> str:
    parts = [markup(part) for part in [*group.findall(name)[:1], *group.findall(below)[:1]]]
    return ": ".join(part.strip().rstrip(":") for part in parts if part.strip())


def _authors(meta: Element, problems: list[str]) -> list[Author]:
    """The authors in order. Members of a group stand inside it and are not listed beside it."""
    found: list[Author] = []
    for contributor in meta.findall("contrib-group/contrib"):
        if contributor.get("contrib-type", "author") == "author":
            names = _named(contributor, problems)
            found += names
            if not names:
                problems.append("An author is named in a way that cannot be read, or is anonymous.")
    return found


def _named(contributor: Element, problems: list[str]) -> list[Author]:
    group = _first(contributor, "collab", "collab-alternatives/collab", "institution")
    name = _first(contributor, "name", "name-alternatives/name", "string-name", "name-alternatives/string-name")
    if name is None:
        text = one_line(group)
        return [Collective(text)] if text else []
    family, given = child_line(name, "surname"), child_line(name, "given-names")
    suffix = child_line(name, "suffix")
    if not family:  # a single name, or one that is not divided
        return [Person(given)] if given else parse_names([one_line(name)])
    return [Person(family, f"{given} {suffix}".strip(), _orcid(contributor, problems))]


def _first(element: Element, *paths: str) -> Element | None:
    return next((found for path in paths if (found := element.find(path)) is not None), None)


def _orcid(contributor: Element, problems: list[str]) -> str:
    for each in contributor.findall("contrib-id"):
        if each.get("contrib-id-type") == "orcid":
            try:
                return normalise_orcid(one_line(each))
            except IdentifierError as error:
                problems.append(f"Left out, {error}.")
    return ""


def _abbreviation(journal: Element) -> str:
    by_kind = {each.get("journal-id-type"): one_line(each) for each in journal.findall("journal-id")}
    short = child_line(journal, "journal-title-group/abbrev-journal-title")
    return by_kind.get("nlm-ta") or by_kind.get("iso-abbrev") or short


def _serial_numbers(journal: Element) -> list[str]:
    return [one_line(each) for each in [*journal.findall("issn-l"), *journal.findall("issn")]]


def _pages(meta: Element) -> list[str]:
    first, last = child_line(meta, "fpage"), child_line(meta, "lpage")
    return [f"{first}-{last}" if last and last != first else first, child_line(meta, "elocation-id")]


def _numbers(element: Element, *kinds: str) -> list[str]:
    return [one_line(each) for each in element.findall("article-id") if each.get("pub-id-type") in kinds]


def _pmcids(meta: Element) -> list[str]:
    """Written with or without its letters; other numbers of the archive's own are no identifiers."""
    found = _numbers(meta, "pmcid", "pmc")
    return [text if text.upper().startswith("PMC") else f"PMC{text}" for text in found if text][:1]


def _is_other(element: Element) -> bool:
    return bool({element.get("pub-type"), element.get("date-type")} & _OTHER_DATES)


def _date(element: Element) -> Date:
    whole = element.get("iso-8601-date", "") or child_line(element, "string-date")
    parts = [child_line(element, part) for part in ("year", "month", "day")]
    if not parts[0]:
        return read_date(whole)
    if parts[1] and not parts[1].isdecimal():
        return read_date(" ".join(parts))
    return known_date(*(int(part) if part.isdecimal() and len(part) < 5 else None for part in parts))


def _abstract(meta: Element) -> Sections:
    own = [each for each in meta.findall("abstract") if each.get("abstract-type", "") not in _OTHER_ABSTRACTS]
    return split_labels(abstract_sections(own[0])) if own else ()


def _license(meta: Element) -> str:
    """The address of the licence; of several the last of the list, so that a stricter one is never overlooked."""
    found = []
    for each in meta.findall("permissions/license"):
        links = [each.get(_HREF, ""), *(one_line(link) for link in each.iter("license_ref"))]
        links += [link.get(_HREF, "") for link in each.iter("ext-link")]
        found += [link.strip() for link in links if "creativecommons.org/" in link and len(link) < 300]
    return max(found, key=_strictness, default="")


def _strictness(link: str) -> int:
    """CC BY-NC-ND over CC BY-NC over CC BY over CC0, by the number of conditions in the address."""
    name = re.search(r"creativecommons\.org/licenses/([a-z-]+)", link.lower())
    return len(name[1].split("-")) if name else 0


def _notes(meta: Element) -> list[Note]:
    found = []
    for each in meta.findall("related-article"):
        kind = _RELATED.get(each.get("related-article-type", ""))
        if kind:
            found.append(_note(kind, each))
    return found


def _note(kind: str, element: Element) -> Note:
    number, text = element.get(_HREF, "").strip(), one_line(element)
    if element.get("ext-link-type") in ("pmid", "pubmed"):
        return Note(kind, text, number)
    return Note(kind, f"{text} doi: {number}" if "10." in number else text)


def _preprints(meta: Element) -> list[Note]:
    """Preprints that the history of the publication names."""
    found = []
    for event in meta.findall("pub-history/event"):
        links = [each.get(_HREF, "") for each in event.findall("self-uri") if each.get("content-type") == "preprint"]
        if "preprint" in event.get("event-type", ""):
            links += _numbers(event, "doi")
        found += [Note("Preprint", f"doi: {link}") for link in dict.fromkeys(links) if "10." in link]
    return found
