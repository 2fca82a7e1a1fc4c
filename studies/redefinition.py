"""A case definition's own PEM value changes: every study coded with it gets its badge anew."""

from __future__ import annotations

from studies import public_state, revisions
from studies.badges import badge_of, definitions_named_by
from studies.errors import Stale
from studies.locks import locked_all
from studies.models import CaseDefinition, Proposal, Study, StudyDefinition
from studies.roles import Decision
from studies.snapshots import current


def change_pem(proposal: Proposal, decision: Decision) -> None:
    """Set the definition's value and derive the badges of all studies that name it.

    Effects: CaseDefinition.pem; pem and pem_rule of each such study, drafts included; one revision for each that was ever
    public and whose badge or rule changed; the public counter. Raises Stale where the value is not the old one any more.
    """
    definition = CaseDefinition.objects.get(proposals=proposal)
    studies = locked_all(StudyDefinition.objects.filter(definition=definition).values_list("study_id", flat=True))
    old, new = proposal.changes["pem"]
    moved = CaseDefinition.objects.filter(pk=definition.pk, pem=old).update(pem=new)
    if moved != 1:
        raise Stale("The definition's value changed meanwhile.")
    before = current(sorted(studies))
    changed = _derive(studies, before)
    public = {pk: before[pk] for pk in changed if studies[pk].version}
    if public:
        revisions.record_many(before=public, act=revisions.act_of(proposal, decision))
    else:
        public_state.move_counter()


def _derive(studies: dict[int, Study], before: dict[int, dict[str, object]]) -> list[int]:
    """Write the badges that differ; the ids of those studies."""
    definitions = definitions_named_by(before.values())
    changed = []
    for pk, study in studies.items():
        badge = badge_of(before[pk], definitions)
        if badge != (study.pem, study.pem_rule):
            Study.objects.filter(pk=pk).update(pem=badge[0], pem_rule=badge[1])
            changed.append(pk)
    return changed
