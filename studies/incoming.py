"""A paper on its way into the atlas: what a file says, clean and ready for `ingest`. Pure.

Values are clean here: identifiers normalised, text in NFC, names taken apart, dates in numbers.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.identifiers import IdentifierError, normalise_doi, normalise_orcid, normalise_pmcid, normalise_pmid
from studies.names import parse_names, stands_for_more
from studies.records import Author, Collective, Person, Record

OPEN_LICENCES = frozenset({"CC-BY", "CC0"})
LICENCE_OF_LINK = (("creativecommons.org/licenses/by/", "CC-BY"), ("creativecommons.org/publicdomain/zero/", "CC0"))
TEXTS = ("question", "key_point", "main_limitation", "summary", "significance", "limitations")
LIST_TEXTS = ("findings", "conclusions", "open_questions", "strengths")

_NORMALISERS: Mapping[str, Callable[[str], str]] = {
    "doi": normalise_doi,
    "pmid": normalise_pmid,
    "pmcid": normalise_pmcid,
}
_LABELLED = re.compile(r"^(?P<label>[A-Z][A-Za-z ,/&-]{2,39}): +(?P<text>\S.*)$")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


class IncomingError(ValueError):
    """The record cannot be read; the message names it and says why."""


@dataclass(frozen=True)
class Summary:
    """The paper's abstract in sections of (label, text), with the licence that decides whether it may be shown."""

    sections: tuple[tuple[str, str], ...]
    license: str
    license_url: str
    source: str


@dataclass(frozen=True)
class Definition:
    """One case definition as the paper used it; the words of `StudyDefinition`."""

    slug: str
    role: str
    cohort: str
    modification: str
    quote: str
    locator: str


@dataclass(frozen=True)
class Coding:
    """What somebody who read the paper wrote down. `fields` are values of `Study`, texts included."""

    fields: Mapping[str, Any]
    topics: tuple[str, ...]
    definitions: tuple[Definition, ...]
    links: tuple[tuple[str, str], ...] = ()  # (type, DOI of the other paper)
    machine: tuple[str, str] = ("", "")  # model and version, where a machine drafted the texts


@dataclass(frozen=True)
class Incoming:
    """`source` says where the bibliography comes from; `coding` is None for a paper that nobody has read yet.

    `problems` are remarks for a person, such as an identifier that could not be read and was left out.
    """

    record: Record
    source: str
    license_url: str = ""
    abstract: Summary | None = None
    coding: Coding | None = None
    problems: tuple[str, ...] = ()

    @property
    def first_author(self) -> str:
        """Family name of the first author, or the name of a group that comes first."""
        first = self.record.authors[0] if self.record.authors else Collective("")
        return first.name if isinstance(first, Collective) else first.family

    @property
    def identifiers(self) -> frozenset[str]:
        """Such as `doi:10.1000/1`, `pmid:1`, `pmcid:PMC1`."""
        return frozenset(f"{kind}:{value}" for kind in _NORMALISERS if (value := getattr(self.record, kind)))


def read_listed(item: Mapping[str, Any]) -> Incoming:
    """One line of `mecfs.jsonl` or `longcovid.jsonl`: bibliography, perhaps with an openly licensed abstract."""
    numbers, problems = _identifiers(item)
    record = Record(
        title=_title(item),
        authors=tuple(parse_names(map(clean, item["authors"]))),
        authors_complete=bool(item["authors_complete"]) and not stands_for_more(item["authors"]),
        journal=clean(item["journal"]),
        year=item["year"],
        language="en",
        **numbers,
    )
    source = re.sub(r" \(.*", "", clean(item["source"]))
    return Incoming(record, source, abstract=_listed_abstract(item), problems=problems)


def read_coded(item: Mapping[str, Any]) -> Incoming:
    """One object of `sample_studies.json`: full bibliography, classification, definitions and texts."""
    paper = item["bibliography"]
    numbers, problems = _identifiers(paper)
    names = ("journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "language")
    plain: dict[str, Any] = {name: clean(paper[name]) for name in names}
    record = Record(
        title=_title(paper),
        authors=tuple(map(_author, paper["authors"])),
        **plain,
        **_date(paper["published_on"] or ""),
        **numbers,
    )
    return Incoming(
        record=record,
        source="PubMed Central, full text",
        license_url=clean(paper["license_url"]),
        abstract=_coded_abstract(paper),
        coding=_coding(item),
        problems=problems,
    )


def clean(text: str | None) -> str:
    """NFC without surrounding space; None is the empty text."""
    return unicodedata.normalize("NFC", text or "").strip()


def split_abstract(text: str) -> tuple[tuple[str, str], ...]:
    """Sections of an abstract written as "Label: text" lines; a text without at least two labels is one section."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    labelled = [_LABELLED.match(line) for line in lines]
    if sum(match is not None for match in labelled) < 2:
        return (("", "\n".join(lines)),) if lines else ()
    return tuple(
        (match["label"], match["text"]) if match else ("", line) for match, line in zip(labelled, lines, strict=True)
    )


def _title(item: Mapping[str, Any]) -> str:
    title = " ".join(clean(item["title"]).split())
    if not title:
        raise IncomingError(f"a record has no title: {dict(item)!r:.200}")
    return title


def _identifiers(item: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Normalised identifiers; one that cannot be read is left out and named among the problems."""
    found: dict[str, str] = {}
    problems = []
    for kind, normalise in _NORMALISERS.items():
        text = clean(item.get(kind))
        try:
            found[kind] = normalise(text) if text else ""
        except IdentifierError as error:
            found[kind] = ""
            problems.append(str(error))
    return found, tuple(problems)


def _date(text: str) -> dict[str, Any]:
    """Year, month and day from `2025`, `2025-05` or `2025-05-29`."""
    match = _DATE.match(text)
    if text and match is None:
        raise IncomingError(f"not a date: {text!r}")
    parts = match.groups() if match else (None, None, None)
    numbers = [int(part) if part else None for part in parts]
    return dict(zip(("year", "month", "day"), numbers, strict=True))


def _author(author: Mapping[str, str]) -> Author:
    if author.get("collective"):
        return Collective(clean(author["collective"]))
    orcid = normalise_orcid(author["orcid"]) if author.get("orcid") else ""
    return Person(clean(author["family"]), clean(author.get("given")), orcid)


def _listed_abstract(item: Mapping[str, Any]) -> Summary | None:
    text, licence = clean(item["abstract"]), clean(item["abstract_license"])
    if not text or licence not in OPEN_LICENCES:
        return None
    return Summary(split_abstract(text), licence, clean(item["abstract_license_url"]), "PubMed Central")


def _coded_abstract(paper: Mapping[str, Any]) -> Summary | None:
    sections = tuple((clean(part["label"]), clean(part["text"])) for part in paper["abstract"] if clean(part["text"]))
    link = clean(paper["license_url"])
    licence = next((name for address, name in LICENCE_OF_LINK if address in link), "")
    return Summary(sections, licence, link, "PubMed Central") if sections else None


def _coding(item: Mapping[str, Any]) -> Coding:
    fields = {
        "design": item["design"],
        "peer_review": item["peer_review"],
        "patients": item["patients"],
        "controls": item["controls"],
        "population_label": clean(item["population_label"]),
        "evidence_level": item["evidence_level"] or "unrated",  # somebody read the paper and gave no level
        "method_flags": list(item["method_flags"]),
        "pem_measured_by": list(item["pem_measured_by"]),
        "basis": item["basis"],
        "editor_notes": clean(item["editor_notes"]),
        **_statement(item["pem_statement"]),
        **{name: clean(item["texts"][name]) for name in TEXTS},
        **{name: _sentences(item["texts"][name]) for name in LIST_TEXTS},
    }
    links = tuple((link["type"], normalise_doi(link["doi"])) for link in item["links"])
    return Coding(fields, tuple(item["topics"]), tuple(map(_definition, item["case_definitions"])), links)


def _statement(statement: Mapping[str, str] | None) -> dict[str, str]:
    given = statement or {}
    return {
        "pem_claim": clean(given.get("claim")),
        "pem_quote": clean(given.get("quote")),
        "pem_locator": clean(given.get("locator")),
    }


def _sentences(texts: Sequence[str]) -> list[str]:
    return [clean(text) for text in texts if clean(text)]


def _definition(row: Mapping[str, str | None]) -> Definition:
    return Definition(
        slug=clean(row["definition"]),
        role=clean(row["role"]),
        cohort=clean(row["cohort"]),
        modification=clean(row["modification"]),
        quote=clean(row["quote"]),
        locator=clean(row["locator"]),
    )
