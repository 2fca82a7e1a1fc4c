"""What PubMed says of a paper and another one: retractions, errata, concerns, comments, updates, republications. Pure.

The same notes stand in the XML (`RefType`) and in the NBIB format (a tag of three or four letters). From this paper's
notes, its types and its title follows whether it was retracted and where that was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from studies.formats.readers.cleaning import tidy
from studies.formats.readers.dates import exact, read_date
from studies.formats.readers.titles import without_mark
from studies.identifiers import IdentifierError, normalise_doi, normalise_pmid
from studies.records import Relation

# RefType in the XML, tag in NBIB, kind of relation. Data sets, patients' summaries and cited papers are not kept.
_ROWS = """
CommentOn CON comment_on | CommentIn CIN commented_by | ErratumIn EIN corrected_by | ErratumFor EFR correction_of
ExpressionOfConcernIn ECI concern_in | ExpressionOfConcernFor ECF concern_for
RetractionIn RIN retracted_by | RetractionOf ROF retraction_of
PartialRetractionIn PRIN corrected_by | PartialRetractionOf PROF correction_of
UpdateIn UIN updated_by | UpdateOf UOF update_of | RepublishedIn RPI republished_in | RepublishedFrom RPF republished_from
ReprintIn RPI republished_in | ReprintOf RPF republished_from
CorrectedandRepublishedIn CRI republished_in | CorrectedandRepublishedFrom CRF republished_from
RetractedandRepublishedIn RRI republished_in | RetractedandRepublishedFrom RRF republished_from
"""
_TABLE = [row.split() for row in re.split("[|\n]", _ROWS) if row.strip()]
KINDS = {name: kind for *names, kind in _TABLE for name in names}
KINDS |= {"Preprint": "has_preprint", "PublishedVersion": "preprint_of"}  # PubMed has no words for these; full texts do

# Which notes decide, the gravest first. A part that was retracted leaves a paper that was corrected.
_DECIDING = (
    ("retracted", frozenset({"RetractionIn", "RIN", "RetractedandRepublishedIn", "RRI"})),
    ("expression_of_concern", frozenset({"ExpressionOfConcernIn", "ECI"})),
    (
        "corrected",
        frozenset({"ErratumIn", "EIN", "PartialRetractionIn", "PRIN", "CorrectedandRepublishedIn", "CRI"}),
    ),
)
_RETRACTED_TYPE = "Retracted Publication"
_NOTICE_TYPES = frozenset({"Retraction of Publication", "Retraction Notice", "Expression of Concern"})
_DOI = re.compile(r"\bdoi:\s*(\S+)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:\s*(\d+)")
_TAIL = re.compile(r" ?\b(?:doi|PMID):.*$", re.IGNORECASE)
_WHEN = re.compile(r"[.)]\s+((?:1[5-9]|2[01])\d\d[^;:.]{0,30})(?=[;:.]|$)")
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/(?:\d{4}\.\d\d\.\d\d\.)?\d{6,8}|64898/|21203/rs|20944/preprints|2139/ssrn|48550/arxiv|26434/chemrxiv"
    r"|31219/|31234/|35542/|22541/|12688/|36227/techrxiv)"
)
_PREPRINT_TEXT = re.compile(
    r"^(?:medRxiv|bioRxiv|ArXiv|ChemRxiv|Res Sq|Research Square|SSRN|Preprints)\b", re.IGNORECASE
)


class Note(NamedTuple):
    """A note as the source has it: its RefType or tag, and the reference as text with or without numbers in it."""

    name: str
    reference: str
    pmid: str = ""


class Standing(NamedTuple):
    """Whether a paper still stands; the fields of `Record` of these names."""

    retraction_status: str = "none"
    retraction_notice_doi: str = ""
    retraction_on: date | None = None


def relations(notes: Iterable[Note], types: Sequence[str]) -> tuple[Relation, ...]:
    """The notes as relations, in their order; unknown ones are left out."""
    found = (relation(note) for note in notes if note.name in KINDS)
    return tuple(_about_preprint(each, is_preprint="Preprint" in types) for each in found)


def relation(note: Note) -> Relation:
    """One known note; the reference keeps what stands before its DOI and PubMed number."""
    text = tidy(note.reference)
    when = _WHEN.search(text)
    return Relation(
        kind=KINDS[note.name],
        doi=_number(_DOI.search(text), normalise_doi),
        pmid=_number(re.match("(.+)", note.pmid.strip()) or _PMID.search(text), normalise_pmid),
        text=_TAIL.sub("", text).rstrip("."),
        on=exact(read_date(when[1])) if when else None,
    )


def standing(notes: Sequence[Note], types: Sequence[str], title: str) -> Standing:
    """Status by the gravest note, with the newest notice of that kind; else by the paper's type or the mark in its title."""
    for status, names in _DECIDING:
        deciding = [relation(note) for note in notes if note.name in names]
        if deciding:
            newest = max(enumerate(deciding), key=lambda pair: (pair[1].on or date.min, pair[0]))[1]
            return Standing(status, newest.doi, newest.on)
        if status == "retracted" and _RETRACTED_TYPE in types:
            return Standing(status)
        if status == "retracted" and not _NOTICE_TYPES & set(types) and (mark := without_mark(title)[1]):
            return Standing(mark)
    return Standing()


def partial_retractions(notes: Iterable[Note]) -> list[str]:
    """Remarks for a person: a part of this paper was retracted."""
    names = ("PartialRetractionIn", "PRIN")
    return [f"A part of this paper was retracted: {tidy(note.reference)}" for note in notes if note.name in names]


def _about_preprint(each: Relation, *, is_preprint: bool) -> Relation:
    """PubMed writes "update of" and "update in" between a preprint and its article as well."""
    if each.kind == "updated_by" and is_preprint:
        return replace(each, kind="preprint_of")
    names_one = _PREPRINT_DOI.match(each.doi) or _PREPRINT_TEXT.match(each.text)
    if each.kind == "update_of" and names_one and not is_preprint:
        return replace(each, kind="has_preprint")
    return each


def _number(match: re.Match[str] | None, normalise: object) -> str:
    try:
        return normalise(match[1]) if match and callable(normalise) else ""
    except IdentifierError:
        return ""
