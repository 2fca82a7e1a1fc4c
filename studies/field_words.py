"""A study's recorded fields in a reader's words: what each is called, and its value as text.

Takes the canonical values of a snapshot. What is recorded by slug or number only (definitions, topics, other studies)
is named through `Names`, which the caller fills.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_noop as _

from studies.pem import RULES
from studies.vocabulary import (
    Basis,
    Design,
    Drafter,
    EvidenceLevel,
    FlagKind,
    LinkType,
    Locator,
    MethodFlag,
    PeerReview,
    Pem,
    PemClaim,
    PemMeasure,
    Precision,
    Retraction,
    Role,
    State,
)

LABELS = {
    "state": "State",
    "slug": "Address of the page",
    "is_sample": "Sample study",
    "withdrawal_reason": "Why it was taken out",
    "merged_into": "Joined with",
    "flags": _("Notices"),
    "retraction_status": _("Retraction status"),
    "retraction_on": _("Date of the journal’s notice"),
    "retraction_notice_doi": _("The journal’s notice (DOI)"),
    "title": _("Title"),
    "authors": _("Authors"),
    "authors_complete": "Author list complete",
    "journal": _("Journal"),
    "journal_abbreviation": "Short name of the journal",
    "issn": "Journal number (ISSN)",
    "volume": _("Volume"),
    "issue": _("Issue"),
    "pages": _("Pages"),
    "published_on": _("Date of the paper"),
    "published_precision": "How exact the date is",
    "doi": _("DOI"),
    "pmid": _("PubMed number (PMID)"),
    "pmcid": _("PubMed Central number (PMCID)"),
    "preprint_doi": _("Preprint (DOI)"),
    "language": _("Language of the paper"),
    "license_url": _("Licence of the paper"),
    "bibliography_source": "Where these details come from",
    "abstract": "Abstract",
    "pem": _("PEM badge"),
    "pem_rule": "Rule that gave the badge",
    "definitions": _("Case definitions"),
    "pem_claim": "What the paper says of PEM",
    "pem_quote": _("The paper’s sentence about PEM"),
    "pem_locator": "Where that sentence stands",
    "pem_measured_by": _("How PEM was measured"),
    "design": _("Design"),
    "peer_review": _("Peer review"),
    "patients": _("Number of patients"),
    "controls": _("Number of controls"),
    "population_label": _("Population in the paper’s words"),
    "evidence_level": _("Level of evidence"),
    "topics": _("Topics"),
    "method_flags": _("Points about the method"),
    "question": _("Question"),
    "key_point": _("Key point"),
    "main_limitation": _("Main limit"),
    "summary": _("In plain language"),
    "significance": _("Why it matters"),
    "limitations": _("What it does not prove"),
    "findings": _("Findings"),
    "conclusions": _("Conclusions drawn by the authors"),
    "open_questions": _("Open questions"),
    "strengths": _("Strengths"),
    "basis": "Written from",
    "provenance": "How each text was made",
    "links": _("Links to other studies"),
    "author_responses": "Answers by the paper’s authors",
}
ORDER = {name: place for place, name in enumerate(LABELS)}
WORDS: dict[str, type[TextChoices]] = {
    "state": State,
    "retraction_status": Retraction,
    "published_precision": Precision,
    "pem": Pem,
    "pem_claim": PemClaim,
    "pem_locator": Locator,
    "pem_measured_by": PemMeasure,
    "design": Design,
    "peer_review": PeerReview,
    "evidence_level": EvidenceLevel,
    "method_flags": MethodFlag,
    "basis": Basis,
}
DAYS = frozenset({"published_on", "retraction_on"})


@dataclass(frozen=True)
class Names:
    """Names for what a snapshot holds by slug or number; what is missing is shown as it is recorded."""

    definitions: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    studies: Mapping[int, str] = field(default_factory=dict)


def label(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def reading_place(name: str) -> int:
    """Where a field stands in reading order; unknown ones come last."""
    return ORDER.get(name, len(ORDER))


def shown(name: str, value: Any, names: Names) -> str | list[str]:
    """The value as text, or as a list of texts where the field is a list."""
    if name in LINES:
        return [LINES[name](item, names) for item in _items(value)]
    if isinstance(value, list):
        return [_word(name, item) for item in value]
    if name == "merged_into":
        return names.studies.get(value, f"study {value}")
    if name == "abstract":
        return _abstract(value)
    return _word(name, value)


def studies_named(values: Mapping[str, Any]) -> set[int]:
    """Ids of the other studies that a snapshot speaks of."""
    links = values.get("links") or []
    ids = {item["study"] for item in links if isinstance(item, dict)} | {values.get("merged_into")}
    return {number for number in ids if isinstance(number, int)}


def _items(value: Any) -> Sequence[Any]:
    """The lines of a list field; a mapping (field to how its text was made) gives its pairs, in reading order."""
    if isinstance(value, dict):
        return sorted(value.items(), key=lambda pair: reading_place(pair[0]))
    return value


def _word(name: str, value: Any) -> str:
    if name in WORDS and value in WORDS[name].values:
        return str(WORDS[name](value).label)
    if name == "pem_rule":
        return RULES.get(value, str(value))
    if name in DAYS:
        return _day(str(value))
    return str(value)


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _abstract(value: Mapping[str, str]) -> str:
    licence = value.get("license")
    terms = f"Its licence is {licence}." if licence else "No open licence is recorded."
    return f"The history keeps no text of the abstract, only its check code {value.get('sha256', '')}. {terms}"


def _author(item: Mapping[str, str], names: Names) -> str:
    name = item.get("collective") or f"{item.get('given', '')} {item.get('family', '')}".strip()
    return f"{name} (ORCID {item['orcid']})" if item.get("orcid") else name


def _definition(item: Mapping[str, str], names: Names) -> str:
    parts = [names.definitions.get(item["definition"], item["definition"]), _label_of(Role, item.get("role", ""))]
    if item.get("cohort"):
        parts.append(f"group: {item['cohort']}")
    if item.get("modification"):
        parts.append(f"as the paper used it: {item['modification']}")
    if item.get("quote"):
        parts.append(f"quote: “{item['quote']}”")
    if item.get("locator"):
        parts.append(f"found in: {_label_of(Locator, item['locator'])}")
    if item.get("basis"):
        parts.append(f"read in {_label_of(Basis, item['basis'])}")
    return "; ".join(part for part in parts if part)


def _flag(item: Mapping[str, str], names: Names) -> str:
    text = f"{_label_of(FlagKind, item.get('kind', ''))}: {item.get('reason', '')}"
    return f"{text} ({item['link']})" if item.get("link") else text


def _link(item: Mapping[str, Any], names: Names) -> str:
    other = item["study"]
    return f"{_label_of(LinkType, item['type'])}: {names.studies.get(other, f'study {other}')}"


def _response(item: Mapping[str, str], names: Names) -> str:
    who = "verified author" if item.get("verified") == "yes" else "author, not verified"
    return f"{item.get('text', '')} ({who})"


def _topic(item: str, names: Names) -> str:
    return names.topics.get(item, item)


def _made(item: tuple[str, Mapping[str, str]], names: Names) -> str:
    name, how = item
    by = _label_of(Drafter, how.get("drafter", ""))
    machine = " ".join(filter(None, [how.get("model", ""), how.get("model_version", "")]))
    drafted = f"drafted by {by}" if how.get("drafter") != Drafter.SAMPLE else by
    drafted += f" ({machine})" if machine else ""
    drafted += ", changed by a person since" if how.get("edited") else ""
    return f"{label(name)}: from {_label_of(Basis, how.get('basis', ''))}, {drafted}"


def _label_of(words: type[TextChoices], value: str) -> str:
    return str(words(value).label) if value in words.values else value


LINES: dict[str, Callable[[Any, Names], str]] = {
    "authors": _author,
    "definitions": _definition,
    "flags": _flag,
    "links": _link,
    "author_responses": _response,
    "topics": _topic,
    "provenance": _made,
}
