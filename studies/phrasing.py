"""From a study's snapshot to what the wording check says of it: the meeting of `wording` and the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studies import pem, wording
from studies.badges import definitions_named_by, rows_of
from studies.field_words import label
from studies.models import CaseDefinition
from studies.wording import Finding

LAYERS = {"glance": "The 30-second texts together", "short": "The 3-minute texts together"}


def findings(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition] | None = None) -> list[Finding]:
    """What the wording check finds in a snapshot. `definitions` by slug; without them they are fetched (one query)."""
    return wording.check(subject(values, definitions))


def subject(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition] | None = None) -> wording.Subject:
    known = definitions_named_by([dict(values)]) if definitions is None else definitions
    return wording.from_values(values, cohorts=_cohorts(values, known))


def refusals(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition]) -> list[str]:
    """A sentence for each blocking finding. An empty text is left out: that texts are missing is said elsewhere."""
    return [in_words(finding) for finding in findings(values, definitions) if finding.is_blocking and finding.words]


def new_findings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Finding]:
    """What is found in `after` and was not in `before`, wherever in the text it stood there."""
    old = {_same(finding) for finding in findings(before)}
    return [finding for finding in findings(after) if _same(finding) not in old]


def in_words(finding: Finding) -> str:
    """The finding as one message: text, place, what is wrong, a better example. No number that a later edit would move."""
    place = f"“{finding.words}”" if finding.words == finding.context else f"“{finding.words}” in “{finding.context}”"
    return f"{field_label(finding)}, {place}: {finding.message} Better: “{finding.better}”"


def field_label(finding: Finding) -> str:
    """Name of the text; of a line of a list only the list."""
    return LAYERS.get(finding.field) or label(finding.field)


def _same(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.severity, finding.field, finding.context, finding.message


def _cohorts(values: Mapping[str, Any], definitions: Mapping[str, CaseDefinition]) -> tuple[tuple[str, str], ...]:
    """Badge of each illness group; nothing where the coding cannot be read, which is a problem of its own."""
    try:
        badge = pem.derive(design=values.get("design", ""), rows=rows_of(values, definitions))
    except pem.PemError:
        return ()
    return tuple((name, part.value) for name, part in badge.cohorts)
