"""What an applied proposal does to the record, one function per kind, in the transaction of `proposals.apply`.

They lock studies in order of id, then the public state (at the latest in `revisions.record_many`), and leave revisions behind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from studies import content, joining, overriding, provenance, public_state, redaction, redefinition, revisions, rules
from studies.cleaning import PROPOSABLE
from studies.derived import changed_texts, with_derived
from studies.diff import changes
from studies.errors import Conflict, Problems, Stale
from studies.locks import locked
from studies.merging import merge
from studies.models import Proposal, Revision, Study
from studies.roles import Decision
from studies.snapshots import FIELDS, Snapshot, current, loaded, snapshot
from studies.vocabulary import ProposalKind, State


def change(proposal: Proposal, decision: Decision) -> Revision:
    """Bring the proposed values onto the live study. Raises Conflict, Stale, Problems."""
    study = locked(proposal.study_id, State.PUBLISHED)
    public_state.lock()  # the rules look at other studies, which must not change before this ends
    (live,) = loaded([study.pk])
    before = snapshot(live)
    after = with_derived(before, _merged(proposal, before), restored=proposal.details.get("provenance"))
    _refuse_other_badge(proposal, before, after)
    if new := rules.new_problems(study.pk, before, after):
        raise Problems(new)
    hands = content.Hands(proposal.proposer, decision.other_than(proposal.proposer), study.version + 1)
    changed = [found.field for found in changes(before, after, FIELDS)]
    content.write_rows(study, after, changed, hands)
    if "abstract" in changed:
        content.write_abstract(study, proposal.details["abstract"])
    content.write_provenance(study, after, changed_texts(before, after), hands)
    _refuse_unchecked(live, after)
    revision = _recorded(study, before, after, revisions.act_of(proposal, decision), decision)
    overriding.note(proposal, revision, changed)
    return revision


def withdraw(proposal: Proposal, decision: Decision) -> Revision:
    """Published to withdrawn; the note is what the page then says."""
    study = locked(proposal.study_id, State.PUBLISHED)
    columns = {"state": State.WITHDRAWN, "withdrawal_reason": proposal.note}
    return _move(study, proposal, decision, columns)


def restore(proposal: Proposal, decision: Decision) -> Revision:
    """Withdrawn to published, if it may be public. Raises Problems."""
    study = locked(proposal.study_id, State.WITHDRAWN)
    public_state.lock()
    if found := rules.problems(study.pk, current([study.pk])[study.pk]):
        raise Problems(found)
    columns = {"state": State.PUBLISHED, "withdrawal_reason": "", "merged_into": None}
    return _move(study, proposal, decision, columns)


CARRY_OUT: Mapping[ProposalKind, Callable[[Proposal, Decision], Revision | None]] = {
    ProposalKind.CHANGE: change,
    ProposalKind.REVERT: change,
    ProposalKind.WITHDRAW: withdraw,
    ProposalKind.RESTORE: restore,
    ProposalKind.MERGE: joining.merge_into,
    ProposalKind.DEFINITION: redefinition.change_pem,
    ProposalKind.REDACT: redaction.redact,
}


def _merged(proposal: Proposal, before: Snapshot) -> Mapping[str, Any]:
    """The live values with the proposed ones, three ways; what follows from them is worked out anew."""
    pairs = {name: pair for name, pair in proposal.changes.items() if name in {*PROPOSABLE, "abstract"}}
    base = {name: old for name, (old, _) in pairs.items()}
    merged = merge(base, before, {name: new for name, (_, new) in pairs.items()})
    if not merged.is_clean:
        raise Conflict(merged)
    return merged.values


def _refuse_other_badge(proposal: Proposal, before: Snapshot, after: Snapshot) -> None:
    """Something else moved meanwhile so that the badge would be another one than the approver was shown."""
    _, shown = proposal.changes.get("pem", (None, before.get("pem")))
    if after.get("pem") != shown:
        raise Stale("The PEM badge would now be another one than was shown. Propose the change again.")


def _refuse_unchecked(live: Study, after: Snapshot) -> None:
    (fresh,) = loaded([live.pk])
    fresh.pem = after["pem"]
    if rules.unchecked(fresh) and not rules.unchecked(live):
        raise Problems(rules.unchecked(fresh))


def _recorded(study: Study, before: Snapshot, after: Snapshot, act: revisions.Act, decision: Decision) -> Revision:
    changed = [found.field for found in changes(before, after, FIELDS)]
    if not changed:
        raise Stale("The study already reads as proposed.")
    revision = revisions.record(study=study, before=before, act=act, columns=content.columns_of(after, changed))
    if current([study.pk])[study.pk] != after:
        raise AssertionError(f"study {study.pk} was not written as shown")
    texts = changed_texts(before, after)
    provenance.approve([study.pk], role=decision.last_role, at=revision.made_at, number=revision.number, fields=texts)
    return revision


def _move(study: Study, proposal: Proposal, decision: Decision, columns: Mapping[str, Any]) -> Revision:
    before = current([study.pk])[study.pk]
    act = revisions.act_of(proposal, decision)
    return revisions.record(study=study, before=before, act=act, columns=columns)
