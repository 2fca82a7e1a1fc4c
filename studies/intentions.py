"""The first person's half of the gravest acts: each writes a proposal, and `proposals.apply` by another person does it.

Both halves are recorded, with the reason. In an atlas of one person the same person may apply it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from studies import redaction, redefinition
from studies.errors import Problems
from studies.models import CaseDefinition, Proposal, Revision, Study
from studies.proposals import open_proposal
from studies.vocabulary import DefinitionPem, ProposalKind, Reason, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def withdraw(*, study: Study, reason: str, note: str, by: User, evidence_url: str = "") -> Proposal:
    """Propose to take a published study out; `note` is what its page will say. Raises NotAllowed, Problems."""
    _require(study, State.PUBLISHED)
    return open_proposal(
        kind=ProposalKind.WITHDRAW, study=study, reason=reason, note=note, evidence_url=evidence_url, by=by
    )


@transaction.atomic
def restore(*, study: Study, reason: str, note: str, by: User, evidence_url: str = "") -> Proposal:
    """Propose to publish a withdrawn study again. Raises NotAllowed, Problems."""
    _require(study, State.WITHDRAWN)
    return open_proposal(
        kind=ProposalKind.RESTORE, study=study, reason=reason, note=note, evidence_url=evidence_url, by=by
    )


@transaction.atomic
def merge(*, source: Study, target: Study, note: str, by: User, evidence_url: str = "") -> Proposal:
    """Propose that `source` is the same paper as `target` and leads to it from then on. Raises NotAllowed, Problems."""
    _require(source, State.PUBLISHED)
    _require(target, State.PUBLISHED)
    if source.pk == target.pk:
        raise Problems(["A study cannot be merged into itself."])
    return open_proposal(
        kind=ProposalKind.MERGE,
        study=source,
        details={"into": target.pk},
        reason=Reason.DUPLICATE,
        note=note,
        evidence_url=evidence_url,
        by=by,
    )


@transaction.atomic
def redact(*, revision: Revision, field: str, note: str, by: User) -> Proposal:
    """Propose to remove one value from the history. `note` will stand in its place. Raises NotAllowed, Problems."""
    if found := redaction.problems(revision.study, revision.number, field):
        raise Problems(found)
    if len(note.strip()) > redaction.LONGEST_REASON:
        raise Problems([f"Say why in at most {redaction.LONGEST_REASON} characters."])
    return open_proposal(
        kind=ProposalKind.REDACT,
        study=revision.study,
        details={"number": revision.number, "field": field},
        reason=Reason.OTHER,
        note=note,
        by=by,
    )


@transaction.atomic
def change_definition_pem(
    *, definition: CaseDefinition, pem: str, note: str, by: User, evidence_url: str = ""
) -> Proposal:
    """Propose another PEM value for a case definition, and so new badges for its studies. Raises NotAllowed, Problems."""
    if pem not in DefinitionPem.values or pem == definition.pem:
        raise Problems(["Choose another value than the present one."])
    return open_proposal(
        kind=ProposalKind.DEFINITION,
        definition=definition,
        changes={"pem": [str(definition.pem), str(pem)]},
        details={"badges": redefinition.badges_after(definition, pem)},
        reason=Reason.CODING,
        note=note,
        evidence_url=evidence_url,
        by=by,
    )


def _require(study: Study, state: State) -> None:
    study.refresh_from_db(fields=["state", "version", "newest_hash"])
    if study.state != state:
        raise Problems([f"“{study.title}” is not {state.label.lower()}."])
