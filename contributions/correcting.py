"""A correction of one place on a study's page: which places there are, what stands there now, what would differ."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from studies import versions
from studies.diff import Change, Piece, pieces
from studies.field_words import label
from studies.models import Study
from studies.snapshots import current

# The places a reader sees, by the part of the page; what follows from others, or is only for machines, is left out.
PLACES = {
    _("Texts"): (
        "question", "key_point", "main_limitation", "summary", "significance", "limitations", "findings", "conclusions",
        "open_questions", "strengths",
    ),
    _("Patients and methods"): (
        "pem", "definitions", "pem_quote", "pem_measured_by", "design", "peer_review", "patients", "controls",
        "population_label", "evidence_level", "method_flags",
    ),
    _("The paper"): (
        "title", "authors", "journal", "volume", "issue", "pages", "published_on", "doi", "pmid", "pmcid",
        "preprint_doi", "language", "license_url", "retraction_status", "retraction_on", "retraction_notice_doi",
    ),
    _("Other parts of the page"): ("flags", "topics", "links"),
}  # fmt: skip
NAMES = frozenset(name for names in PLACES.values() for name in names)


@dataclass(frozen=True)
class Place:
    """A place with its present public text; a list has one line for each item, and nothing recorded is "" ."""

    name: str
    label: str
    text: str
    is_list: bool


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Part of the page to (name, label) of its places, for a form, in the reader's language."""
    return [(gettext(part), [(name, gettext(label(name))) for name in names]) for part, names in PLACES.items()]


def place(study: Study, name: str) -> Place | None:
    """The place with what stands there now; None for a name that is no place. A fixed number of queries."""
    if name not in NAMES:
        return None
    values = current([study.pk])[study.pk]
    version = versions.Version(study.version, {name: values[name]} if name in values else {}, {})
    words = next((field.words for part in versions.parts(version) for field in part.fields), "")
    if isinstance(words, list):
        return Place(name, label(name), "\n".join(words), is_list=True)
    return Place(name, label(name), words, is_list=False)


def difference(place: Place, proposed: str) -> list[Piece]:
    """Word by word, or line by line for a list; empty where the proposal says the same."""
    before, after = _lines(place.text), _lines(proposed)
    if before == after:
        return []
    if place.is_list:
        return pieces(Change(place.name, before, after))
    return pieces(Change(place.name, "\n".join(before), "\n".join(after)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines() if line.strip()]
