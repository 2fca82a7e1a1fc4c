"""What Crossref says of notices: updates of a paper, from its publisher and from Retraction Watch. Pure."""

import re
from collections.abc import Iterable, Iterator

from studies.formats.readers.dates import exact
from studies.records import Relation
from studies.sources.crossref_dates import date_of
from studies.sources.entries import Entry
from studies.sources.notices import doi_or_nothing

# Types of updates: what the paper says of its notice, and what the notice says of the paper.
_UPDATES = {
    "retraction": ("retracted_by", "retraction_of"),
    "withdrawal": ("retracted_by", "retraction_of"),
    "removal": ("retracted_by", "retraction_of"),
    "expression_of_concern": ("concern_in", "concern_for"),
    "partial_retraction": ("corrected_by", "correction_of"),
    "correction": ("corrected_by", "correction_of"),
    "corrigendum": ("corrected_by", "correction_of"),
    "erratum": ("corrected_by", "correction_of"),
    "addendum": ("updated_by", "update_of"),
    "clarification": ("updated_by", "update_of"),
    "new_version": ("updated_by", "update_of"),
    "new_edition": ("updated_by", "update_of"),
}
_VERSION = re.compile(r"[./]v\d+$")  # preprint servers give each version a DOI of its own
_WITHDRAWN = frozenset({"withdrawal", "removal"})
_RELATIONS = {
    "has-preprint": "has_preprint",
    "is-preprint-of": "preprint_of",
    "is-comment-on": "comment_on",
    "has-comment": "commented_by",
}


def status_mark(work: Entry, mark: str) -> str:
    """`mark` of the title, or "withdrawn" where a withdrawal is all that the updates tell."""
    updates = work.entries("updated-by")
    is_withdrawn = any(update.line("type") in _WITHDRAWN for update in updates)
    return "withdrawn" if is_withdrawn and not any(update.line("type") == "retraction" for update in updates) else mark


def relations_of(work: Entry, doi: str, problems: list[str]) -> Iterator[Relation]:
    """Relations to other papers; what a person should look at is added to `problems`."""
    notices = _updates(work, "updated-by", 0, problems)
    papers = [relation for relation in _updates(work, "update-to", 1, problems) if relation.doi != doi]
    yield from _without_reversed(notices, papers, problems)
    seen = {doi, *(relation.doi for relation in (*notices, *papers))}
    for name, kind in _RELATIONS.items():
        others = [other for other in _others(work, name) if other not in seen]
        if kind == "has_preprint" and len({_VERSION.sub("", other) for other in others}) > 1:
            problems.append(f"Crossref names {len(others)} preprints, which may be supplements; none was taken.")
            others = []
        yield from (Relation(kind, doi=other) for other in others)


def _others(work: Entry, name: str) -> list[str]:
    """DOIs without repeats, in order."""
    found = (entry.line("id") for entry in work.entries("relation", name) if entry.line("id-type") == "doi")
    return list(dict.fromkeys(filter(None, map(doi_or_nothing, found))))


def _updates(work: Entry, name: str, side: int, problems: list[str]) -> list[Relation]:
    """Relations without repeats; of two that differ in their source alone, that of Retraction Watch is kept."""
    found: dict[tuple[str, str], Relation] = {}
    for update in sorted(work.entries(name), key=lambda entry: entry.line("source") != "retraction-watch"):
        kind = update.line("type").lower().replace("-", "_")
        if kind not in _UPDATES:
            problems.append(f"Crossref names a notice of an unknown kind: “{kind[:60]}”.")
            continue
        if kind == "partial_retraction":
            problems.append("Crossref names a retraction of a part of the paper: read the notice.")
        if kind in _WITHDRAWN and side == 0:
            problems.append(f"Crossref names a {kind} of the paper: read the notice.")
        relation = Relation(
            _UPDATES[kind][side],
            doi=doi_or_nothing(update.line("DOI")),
            text=f"{update.line('label')} ({update.line('source') or 'no source'})",
            on=exact(date_of(update.entry("updated"))),
        )
        found.setdefault((relation.kind, relation.doi), relation)
    return list(found.values())


def _without_reversed(notices: list[Relation], papers: list[Relation], problems: list[str]) -> Iterable[Relation]:
    """Some publishers deposit retractions the wrong way round, so that paper and notice each retract the other.

    There the direction that Retraction Watch gives counts, and the publisher's retractions the other way are left out.
    """
    by, of = _retracting(notices, "retracted_by"), _retracting(papers, "retraction_of")
    if not set(by) & set(of):
        return [*notices, *papers]
    if _is_watched(by) != _is_watched(of):
        wrong = "retraction_of" if _is_watched(by) else "retracted_by"
        problems.append("The publisher deposited the retraction the wrong way round; Retraction Watch has it right.")
        return [relation for relation in (*notices, *papers) if relation.kind != wrong]
    problems.append("Paper and notice are said to retract each other: read them.")
    return [*notices, *papers]


def _retracting(relations: list[Relation], kind: str) -> dict[str, Relation]:
    return {relation.doi: relation for relation in relations if relation.kind == kind}


def _is_watched(relations: dict[str, Relation]) -> bool:
    return any("retraction-watch" in relation.text for relation in relations.values())
