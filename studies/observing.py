"""What a source says against the atlas's record of a paper: differences, other papers under its number, notices. Pure."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from studies.completing import differences, has_other_title
from studies.formats.readers.titles import without_mark
from studies.matching.facts import is_preprint
from studies.records import Author, Collective, Record

# From the lighter to the graver. "Withdrawn" is the publisher's own word for a paper it took back.
GRAVITY = {"none": 0, "corrected": 1, "expression_of_concern": 2, "withdrawn": 3, "retracted": 3}
KIND_OF_STATUS = {
    "corrected": "corrected",
    "expression_of_concern": "concern",
    "withdrawn": "withdrawn",
    "retracted": "retracted",
}


@dataclass(frozen=True)
class Observation:
    """One thing that a source says otherwise. `ours` and `theirs` hold canonical values by field, as a proposal takes them.

    `kind` is a value of FindingKind; `field` names what it is about, empty for a paper that is not there.
    """

    kind: str
    field: str = ""
    ours: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    theirs: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def observe(ours: Record, theirs: Record) -> list[Observation]:
    """Everything in which `theirs` differs from `ours`; of another paper under the same number, only that it is another one."""
    theirs = dataclasses.replace(
        theirs, title=without_mark(theirs.title)[0]
    )  # "RETRACTED:" is a notice, not another title
    if has_other_title(ours, theirs):
        return [Observation("other_title", "title", {"title": ours.title}, {"title": theirs.title})]
    return [*_differences(ours, theirs), *_notices(ours, theirs)]


def reinstated(ours: Record, *, on: date | None, notice_doi: str) -> list[Observation]:
    """What a notice that takes a retraction back means for a paper that the atlas shows as retracted."""
    if GRAVITY[ours.retraction_status] <= GRAVITY["corrected"]:
        return []
    return [Observation("reinstated", "retraction_status", _notice(ours), _status("none", on, notice_doi))]


def canonical_values(record: Record, name: str) -> dict[str, Any]:
    """A field of a record under the names and in the shapes of a snapshot; what is not known is None."""
    if name == "authors":
        complete = "yes" if record.authors_complete else "no"
        return {"authors": [_author(author) for author in record.authors], "authors_complete": complete}
    if name == "year":
        return _date(record)
    return {name: getattr(record, name) or None}


def _differences(ours: Record, theirs: Record) -> Iterator[Observation]:
    for name in (found.field for found in differences(ours, theirs)):
        if name == "retraction_status" or (name == "authors" and not theirs.authors_complete):
            continue
        if name == "preprint_doi" and is_preprint(theirs) and not is_preprint(ours):
            yield from _preprint(ours, theirs)
            continue
        yield Observation("differs", name, canonical_values(ours, name), canonical_values(theirs, name))


def _preprint(ours: Record, theirs: Record) -> Iterator[Observation]:
    """The source has the preprint under the number of the article: its own DOI is what we may lack."""
    if theirs.doi and theirs.doi != ours.doi:
        found = {"preprint_doi": theirs.doi}
        yield Observation("differs", "preprint_doi", canonical_values(ours, "preprint_doi"), found)


def _notices(ours: Record, theirs: Record) -> Iterator[Observation]:
    """A graver notice than the atlas shows, or the DOI of a notice that it shows without one."""
    status = theirs.retraction_status
    graver = GRAVITY[status] > GRAVITY[ours.retraction_status]
    names_it = status == ours.retraction_status and theirs.retraction_notice_doi and not ours.retraction_notice_doi
    if status != "none" and (graver or names_it):
        yield Observation(KIND_OF_STATUS[status], "retraction_status", _notice(ours), _notice(theirs))


def _notice(record: Record) -> dict[str, Any]:
    return _status(record.retraction_status, record.retraction_on, record.retraction_notice_doi)


def _status(status: str, on: date | None, doi: str) -> dict[str, Any]:
    return {
        "retraction_status": status,
        "retraction_on": on.isoformat() if on else None,
        "retraction_notice_doi": doi or None,
    }


def _date(record: Record) -> dict[str, Any]:
    """The first day stands for a part that is not known; the precision says so."""
    if record.year is None:
        return {"published_on": None, "published_precision": None}
    precision = "day" if record.month and record.day else "month" if record.month else "year"
    day = record.day if precision == "day" and record.day else 1
    return {
        "published_on": date(record.year, record.month or 1, day).isoformat(),
        "published_precision": precision,
    }


def _author(author: Author) -> dict[str, str]:
    if isinstance(author, Collective):
        return {"collective": author.name}
    names = {"family": author.family, "given": author.given, "orcid": author.orcid}
    return {name: value for name, value in names.items() if value}
