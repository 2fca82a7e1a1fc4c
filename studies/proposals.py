"""Staff proposals: written down, shown, then applied exactly as shown, or refused or recalled.

A change of a published study is never a save: somebody proposes it, it is applied by somebody who may approve, and what
`impact.py` names needs a second person. Lock order: proposal, study, public state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from studies import acts, rules, signs
from studies.canonical import canonical, sha256_hex
from studies.cleaning import PROPOSABLE, cleaned
from studies.derived import with_derived
from studies.diff import Change, changes
from studies.errors import Conflict, Problems, Stale
from studies.impact import is_high_impact
from studies.merging import merge
from studies.models import CaseDefinition, Proposal, Revision, Study
from studies.models.proposal import OPEN_STATES
from studies.revisions import REDACTED, at
from studies.roles import Decision, NotAllowed, require_another, role_of
from studies.snapshots import FIELDS, Snapshot, abstract_value, current
from studies.vocabulary import ProposalKind, ProposalState, Reason, StaffRole, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

__all__ = [
    "FOLLOWERS",
    "Conflict",
    "NotAllowed",
    "Problems",
    "Stale",
    "apply",
    "digest_of",
    "needs_second_person",
    "open_proposal",
    "propose",
    "recall",
    "refuse",
    "revert",
]

# The proposer of these is a lead; the second person need not be one.
LEAD_ONLY = frozenset(
    {
        ProposalKind.WITHDRAW,
        ProposalKind.RESTORE,
        ProposalKind.MERGE,
        ProposalKind.DEFINITION,
        ProposalKind.REDACT,
    }
)


class Follower(Protocol):
    """Something outside `studies` that goes along with a proposal's fate, in the same transaction and before its locks."""

    def __call__(self, *, proposal: Proposal, becomes: ProposalState, by: User) -> None: ...


FOLLOWERS: list[Follower] = []


@transaction.atomic
def propose(
    *,
    study: Study,
    values: Mapping[str, Any],
    reason: str,
    note: str,
    evidence_url: str = "",
    abstract: Mapping[str, Any] | None = None,
    by: User,
) -> Proposal:
    """Write down a change of a published study; nothing public moves.

    `values` maps field names (`cleaning.PROPOSABLE`) to their wanted values. The proposal holds the differences from
    the live study, with the badge and the texts' provenance that follow from them. `abstract` (sections, license,
    license_url, source) is that of a draft of the same paper, for a study without one. Raises NotAllowed, and Problems
    where a value does not fit, nothing would change, or a rule would newly be broken.
    """
    before = _live(study)
    wanted = cleaned(study.pk, values)
    after = with_derived(before, before | wanted)
    if abstract:
        after = {**after, "abstract": abstract_value(abstract)}
    _refuse_new_problems(study, before, after)
    return open_proposal(
        kind=ProposalKind.CHANGE,
        study=study,
        changes=_as_pairs(changes(before, after, FIELDS)),
        details={"abstract": dict(abstract)} if abstract else None,
        reason=reason,
        note=note,
        evidence_url=evidence_url,
        by=by,
    )


@transaction.atomic
def revert(*, revision: Revision, by: User, note: str) -> Proposal:
    """Propose to restore what a revision replaced. A second person applies it as for every grave change.

    Raises Conflict where a later revision changed one of its fields again, Problems for a first revision, for a value
    that was removed from the history, and for an act that is no change of content.
    """
    study = revision.study
    before = _live(study)
    old, new = at(study, revision.number - 1), at(study, revision.number)
    fields = [name for name in PROPOSABLE if name in revision.value_hashes]
    _refuse_unrevertable(revision, old, fields)
    merged = merge(new, before, {name: old.get(name) for name in fields})
    if not merged.is_clean:
        raise Conflict(merged)
    restored = old.get("provenance", {})
    after = with_derived(before, merged.values, restored=restored)
    _refuse_new_problems(study, before, after)
    details = {"number": revision.number, "provenance": restored}
    return open_proposal(
        kind=ProposalKind.REVERT,
        study=study,
        changes=_as_pairs(changes(before, after, FIELDS)),
        details=details,
        reason=Reason.REVERTED,
        note=note,
        by=by,
    )


def open_proposal(
    *,
    kind: ProposalKind,
    reason: str,
    note: str,
    by: User,
    study: Study | None = None,
    definition: CaseDefinition | None = None,
    changes: Mapping[str, list[Any]] | None = None,
    details: Mapping[str, Any] | None = None,
    evidence_url: str = "",
) -> Proposal:
    """Store a proposal, with its digest, its weight and the proposer's role. Raises NotAllowed, Problems."""
    role = role_of(by, "lead" if kind in LEAD_ONLY else "propose")
    if not note.strip():
        raise Problems(["Say in a sentence what changes and why. It will be public."])
    if found := signs.refusals("What changes and why", note):
        raise Problems(found)
    if reason not in Reason.values:
        raise Problems(["Choose a reason."])
    _refuse_bad_link(evidence_url.strip())
    high_impact = is_high_impact(kind, changes or {})
    proposal = Proposal(
        kind=kind,
        study=study,
        definition=definition,
        base_number=study.version if study else 0,
        base_hash=study.newest_hash if study else "",
        changes=dict(changes or {}),
        details=dict(details or {}),
        reason=reason,
        note=note.strip(),
        evidence_url=evidence_url.strip(),
        high_impact=high_impact,
        state=ProposalState.AWAITING_SECOND if high_impact else ProposalState.OPEN,
        proposer=by,
        proposer_role=role,
        first_approver=by if high_impact else None,
        first_approver_role=role if high_impact else "",
    )
    proposal.digest = digest_of(proposal)
    proposal.save()
    return proposal


def digest_of(proposal: Proposal) -> str:
    """SHA-256 over everything that the person who applies it is shown."""
    shown = {
        "kind": str(proposal.kind),
        "study": proposal.study_id,
        "definition": proposal.definition_id,
        "base": proposal.base_hash,
        "changes": proposal.changes,
        "details": proposal.details,
        "reason": str(proposal.reason),
        "note": proposal.note,
        "evidence": proposal.evidence_url,
    }
    return sha256_hex(canonical(shown))


def needs_second_person(proposal: Proposal) -> bool:
    return proposal.high_impact


@transaction.atomic
def apply(*, proposal: Proposal, digest: str, edition: int, by: User) -> Revision | None:
    """Apply the proposal exactly as it was shown; returns its revision.

    None for a removal from the history, which is no revision, and for a definition's PEM value, which is one of every study it
    changes. Effects: those of the act (`acts.py`); the proposal is closed as applied. Raises Stale (decided meanwhile, or not
    what was shown), NotAllowed, Conflict (somebody changed the same field), Problems; then nothing is written.
    """
    claimed = _claim(proposal, edition, ProposalState.APPLIED, by)
    if not digest == claimed.digest == digest_of(claimed):
        raise Stale("This is not what was shown. Look at the proposal again.")
    revision = acts.CARRY_OUT[ProposalKind(claimed.kind)](claimed, _decision(claimed, by))
    claimed.state, claimed.revision = ProposalState.APPLIED, revision
    claimed.decided_by, claimed.decided_at = by, timezone.now()
    claimed.save(update_fields=["state", "revision", "decided_by", "decided_at"])
    proposal.refresh_from_db()
    return revision


@transaction.atomic
def refuse(*, proposal: Proposal, edition: int, by: User, note: str) -> None:
    """Close the proposal as refused, with a sentence for its proposer. Raises NotAllowed, Stale, Problems."""
    role_of(by, "approve")
    if not note.strip():
        raise Problems(["Say why you refuse it."])
    _close(proposal, edition, ProposalState.REFUSED, by, note)


@transaction.atomic
def recall(*, proposal: Proposal, edition: int, by: User) -> None:
    """Close the proposal as recalled: by its proposer, or by a lead who takes over. Raises NotAllowed, Stale."""
    if by.pk != proposal.proposer_id:
        role_of(by, "lead")
    _close(proposal, edition, ProposalState.RECALLED, by, "")


def _refuse_bad_link(text: str) -> None:
    """It becomes a link on public pages, whoever calls this and however."""
    field: Any = Proposal._meta.get_field("evidence_url")
    try:
        URLValidator(["http", "https"])(text) if text else None
        field.run_validators(text)
    except ValidationError:
        raise Problems(
            ["The evidence is a link that begins with http:// or https://, of at most 500 characters."]
        ) from None


def _live(study: Study) -> Snapshot:
    before = current([study.pk])[study.pk]
    if before["state"] != State.PUBLISHED:
        raise Problems(["Only a published study is changed by a proposal."])
    study.refresh_from_db()
    return before


def _as_pairs(found: list[Change]) -> dict[str, list[Any]]:
    """Differences as they are stored; the digest of a proposal without any says nothing."""
    if not found:
        raise Problems(["Nothing would change."])
    return {change.field: [change.old, change.new] for change in found}


def _refuse_new_problems(study: Study, before: Snapshot, after: Snapshot) -> None:
    if new := rules.new_problems(study.pk, before, after):
        raise Problems(new)


def _refuse_unrevertable(revision: Revision, old: Snapshot, fields: list[str]) -> None:
    if revision.number == 1:
        raise Problems(["The first version cannot be taken back. Withdraw the study instead."])
    if not fields:
        raise Problems(["This version changed no content that a proposal can restore."])
    if any(old.get(name) is REDACTED for name in fields):
        raise Problems(["What this version replaced was removed from the history."])


def _claim(proposal: Proposal, edition: int, becomes: ProposalState, by: User) -> Proposal:
    """Take the proposal for this transaction; whoever comes second finds no row and gets Stale."""
    for follow in FOLLOWERS:
        follow(proposal=proposal, becomes=becomes, by=by)
    waiting = Proposal.objects.filter(pk=proposal.pk, edition=edition, state__in=OPEN_STATES)
    if waiting.update(edition=F("edition") + 1) != 1:
        raise Stale(_why_closed(proposal))
    return Proposal.objects.select_related("study", "definition", "proposer").get(pk=proposal.pk)


def _close(proposal: Proposal, edition: int, state: ProposalState, by: User, note: str) -> None:
    claimed = _claim(proposal, edition, state, by)
    claimed.state, claimed.decided_by, claimed.decided_at = state, by, timezone.now()
    claimed.decision_note = note.strip()
    claimed.save(update_fields=["state", "decided_by", "decided_at", "decision_note"])
    proposal.refresh_from_db()


def _why_closed(proposal: Proposal) -> str:
    now = Proposal.objects.get(pk=proposal.pk)
    if now.is_open:
        return "Somebody else changed this proposal while you looked at it."
    return f"This proposal is closed: {now.get_state_display().lower()}."


def _decision(proposal: Proposal, by: User) -> Decision:
    """Who stands behind it: for a grave change the proposer and another person, else the person who applies it."""
    if not (proposal.high_impact or is_high_impact(proposal.kind, proposal.changes)):
        return Decision(approver=by, approver_role=role_of(by, "approve"))
    role = role_of(by, "second")
    require_another(than=proposal.proposer, by=by, act="apply a change of this weight")
    if by.pk == proposal.proposer_id:
        return Decision(approver=by, approver_role=role)
    first = StaffRole(proposal.proposer_role)
    return Decision(approver=proposal.proposer, approver_role=first, second=by, second_role=role)
