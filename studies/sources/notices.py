"""What notices of journals make of a paper: retracted, withdrawn, under concern, corrected. Pure."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from studies.identifiers import IdentifierError, normalise_doi, normalise_pmid
from studies.records import Relation

# From the graver to the lighter: a correction printed after a retraction does not undo it.
STATUS_OF_KIND = {"retracted_by": "retracted", "concern_in": "expression_of_concern", "corrected_by": "corrected"}


def standing(relations: Iterable[Relation], *, mark: str = "") -> dict[str, Any]:
    """The fields `retraction_status`, `retraction_notice_doi` and `retraction_on` of a Record.

    `mark` is a status that the source states without naming a notice, such as "retracted" from a title or a publication
    type; it counts where no notice says more. Of several notices of the gravest kind the latest counts.
    """
    found = list(relations)
    for kind, status in STATUS_OF_KIND.items():
        notices = [relation for relation in found if relation.kind == kind]
        if mark and kind == "retracted_by":
            return _told(mark, notices)
        if notices:
            return _told(status, notices)
    return _told(mark or "none", [])


def _told(status: str, notices: list[Relation]) -> dict[str, Any]:
    last = max(notices, key=lambda relation: relation.on or date.min, default=Relation(""))
    return {"retraction_status": status, "retraction_notice_doi": last.doi, "retraction_on": last.on}


def doi_or_nothing(text: str) -> str:
    try:
        return normalise_doi(text)
    except IdentifierError:
        return ""


def pmid_or_nothing(text: str) -> str:
    try:
        return normalise_pmid(text)
    except IdentifierError:
        return ""
