"""A study's public content as one canonical value: what a revision records and what the history can be replayed to.

Left out, and why: the abstract's text (somebody else's; its hash and licence stand instead), people (no name is in
the chain), the order of the definition rows, the day of the last comparison with the source, and what only staff see. A
link stands with the study that it starts from, as the permanent id of the other study; it shows on both pages. Yes and no
are words, dates are `YYYY-MM-DD`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from studies.canonical import canonical, sha256_hex
from studies.models import Study

if TYPE_CHECKING:
    from studies.models import Abstract, StudyDefinition

Snapshot = dict[str, Any]

# In the order in which a reader meets them; differences are listed in it.
FIELDS = (
    "state",
    "slug",
    "is_sample",
    "withdrawal_reason",
    "merged_into",
    "flags",
    "retraction_status",
    "retraction_on",
    "retraction_notice_doi",
    "title",
    "authors",
    "authors_complete",
    "journal",
    "journal_abbreviation",
    "issn",
    "volume",
    "issue",
    "pages",
    "published_on",
    "published_precision",
    "doi",
    "pmid",
    "pmcid",
    "preprint_doi",
    "language",
    "license_url",
    "bibliography_source",
    "abstract",
    "pem",
    "pem_rule",
    "definitions",
    "pem_claim",
    "pem_quote",
    "pem_locator",
    "pem_measured_by",
    "design",
    "peer_review",
    "patients",
    "controls",
    "population_label",
    "evidence_level",
    "method_flags",
    "topics",
    "question",
    "key_point",
    "main_limitation",
    "summary",
    "significance",
    "limitations",
    "findings",
    "conclusions",
    "open_questions",
    "strengths",
    "basis",
    "provenance",
    "links",
    "author_responses",
)
LIFE = frozenset({"slug", "state", "is_sample", "withdrawal_reason", "merged_into"})
ROWS = frozenset({"authors", "topics", "definitions", "flags", "links", "author_responses", "abstract", "provenance"})
# The columns of a study that are content, as they stand.
PLAIN = tuple(name for name in FIELDS if name not in LIFE | ROWS)
SORTED_WORDS = frozenset({"method_flags", "pem_measured_by"})

NEEDED = (
    "authors",
    "topics",
    "flags",
    "definitions__definition",
    "text_provenance",
    "author_responses",
    "links_out",
)


def snapshot(study: Study) -> Snapshot:
    """The study's public fields, only those that are not empty.

    Reads the object as it stands, with whatever it has already fetched: use `current()` for what the database holds.
    """
    values: dict[str, Any] = {name: _column(study, name) for name in PLAIN}
    values |= _life(study) | _rows(study)
    filled: Snapshot = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    # Through the canonical form and back, so that equal content is equal to Python too (NFC).
    return dict(json.loads(canonical(filled)))


def current(study_ids: Sequence[int]) -> dict[int, Snapshot]:
    """Snapshots of these studies as the database holds them, by id, in a fixed number of queries."""
    return {study.pk: snapshot(study) for study in loaded(study_ids)}


def loaded(study_ids: Sequence[int]) -> list[Study]:
    """The studies with everything a snapshot needs, fresh from the database, by id."""
    rows = Study.objects.filter(pk__in=study_ids).order_by("pk")
    return list(rows.select_related("abstract").prefetch_related(*NEEDED))


def digest(values: Mapping[str, Any]) -> str:
    """One hash for everything a reviewer reads; the state is left out, since submitting changes it."""
    return sha256_hex(canonical({name: value for name, value in values.items() if name != "state"}))


def abstract_hash(sections: Sequence[Mapping[str, str]]) -> str:
    """SHA-256 over the canonical JSON of an abstract's sections, a list of {label, text}."""
    return sha256_hex(canonical([{"label": part["label"], "text": part["text"]} for part in sections]))


def _column(study: Study, name: str) -> Any:
    value = getattr(study, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if name in SORTED_WORDS:
        return sorted(value)
    return str(value) if isinstance(value, str) else value


def _life(study: Study) -> Snapshot:
    return {
        "slug": study.slug,
        "state": str(study.state),
        "is_sample": "yes" if study.is_sample else "",
        "withdrawal_reason": study.withdrawal_reason,
        "merged_into": study.merged_into_id,
    }


def _rows(study: Study) -> Snapshot:
    return {
        "authors": [_filled(author, "family", "given", "collective", "orcid") for author in study.authors.all()],
        "topics": sorted(topic.slug for topic in study.topics.all()),
        "definitions": sorted(map(definition_values, study.definitions.all()), key=canonical),
        "flags": sorted((_filled(flag, "kind", "reason", "link") for flag in study.flags.all()), key=canonical),
        "links": sorted(
            ({"study": link.target_id, "type": str(link.type)} for link in study.links_out.all()), key=canonical
        ),
        "author_responses": [
            {"text": response.text, "verified": "yes" if response.verified_author else "no"}
            for response in study.author_responses.all()
        ],
        "abstract": _abstract(getattr(study, "abstract", None)),
        "provenance": {
            text.field: _filled(text, "basis", "drafter", "model", "model_version")
            | ({"edited": "yes"} if text.edited else {})
            for text in study.text_provenance.all()
            if getattr(study, text.field, None)
        },
    }


def _filled(row: object, *names: str) -> dict[str, str]:
    """These attributes of a row, without the empty ones."""
    return {name: str(getattr(row, name)) for name in names if getattr(row, name)}


def definition_values(row: StudyDefinition) -> dict[str, str]:
    """One definition row as it stands in a snapshot."""
    return {"definition": row.definition.slug} | _filled(
        row, "role", "cohort", "modification", "quote", "locator", "basis"
    )


def _abstract(abstract: Abstract | None) -> dict[str, str]:
    return abstract_value(vars(abstract)) if abstract else {}


def abstract_value(abstract: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the history for an abstract: the hash of its sections, and its licence where it has one."""
    licence = {name: abstract[name] for name in ("license", "license_url") if abstract[name]}
    return {"sha256": abstract_hash(abstract["sections"])} | licence
