"""Removing one value from the public history: the only thing that ever changes there."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Q
from django.utils import timezone

from studies import public_state
from studies.errors import Problems, Stale
from studies.locks import FINDINGS, locked_all, take_turn
from studies.models import Finding, Proposal, RevisionValue, Study
from studies.models.proposal import OPEN_STATES
from studies.roles import Decision
from studies.vocabulary_desk import FindingState

LONGEST_REASON = 300


def redact(proposal: Proposal, decision: Decision) -> None:
    """Delete value and salt of one field of one revision; date and reason stay, and so does its hash.

    The copies in closed proposals about the field and in what sources were found to say go too. Raises Problems while
    the value is still shown on the page or stands in an open proposal, Stale where it is gone already. No revision;
    the public counter moves.
    """
    take_turn(FINDINGS, proposal.study_id or 0)
    study = locked_all([proposal.study_id or 0])[proposal.study_id or 0]
    number, field = int(proposal.details["number"]), str(proposal.details["field"])
    if found := problems(study, number, field):
        raise Problems(found)
    rows = RevisionValue.objects.filter(
        revision__study=study, revision__number=number, field=field, value__isnull=False
    )
    removed = [json.loads(value or "null") for value in rows.values_list("value", flat=True)]
    # By id: SQLite cannot update through a join, and the trigger looks at each row.
    done = RevisionValue.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        value=None, salt=None, redacted_on=timezone.now().date(), redaction_reason=proposal.note
    )
    if done != 1:
        raise Stale("This value was removed already.")
    _forget_in_proposals(study, field)
    _forget_in_findings(study, field, removed[0])
    counter = public_state.move_counter()
    Study.objects.filter(pk=study.pk).update(public_counter=counter)


def problems(study: Study, number: int, field: str) -> list[str]:
    """Why this value cannot be removed yet."""
    values = RevisionValue.objects.filter(revision__study=study, field=field)
    if not values.filter(revision__number=number, value__isnull=False).exists():
        return ["The history holds no such value."]
    if not values.filter(revision__number__gt=number).exists():
        return ["This value is still shown on the page. Change it first, then remove it from the history."]
    if Proposal.objects.waiting().filter(study=study, changes__has_key=field).exists():
        return ["An open proposal is about this field. Decide it first."]
    return []


def _forget_in_proposals(study: Study, field: str) -> None:
    closed = Proposal.objects.filter(study=study, changes__has_key=field).exclude(state__in=OPEN_STATES)
    for proposal in closed:
        proposal.changes[field] = [None, None]
        proposal.details.pop(field, None)  # the words of an abstract, of which `changes` holds the hash
        proposal.save(update_fields=["changes", "details"])


def _forget_in_findings(study: Study, field: str, removed: Any) -> None:
    """What the atlas said goes; what a source says itself only where the task is settled, else it would come up again."""
    for finding in Finding.objects.filter(Q(ours__has_key=field) | Q(theirs__has_key=field), study=study):
        finding.ours = _without(finding.ours, field, removed)
        if finding.state == FindingState.SETTLED:
            finding.theirs = _without(finding.theirs, field, removed)
        finding.save(update_fields=["ours", "theirs"])


def _without(values: dict[str, Any] | None, field: str, removed: Any) -> dict[str, Any] | None:
    return {**values, field: None} if values and values.get(field) == removed else values
