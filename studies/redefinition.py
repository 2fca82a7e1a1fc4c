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
    public and whose badge or rule changed; the public counter. Raises Stale where the value is not the old one any more, or
    where other badges would change than the proposal lists.
    """
    definition = CaseDefinition.objects.get(proposals=proposal)
    studies = locked_all(_named_by(definition))
    public_state.lock()  # from here on nobody else brings a study under this definition
    old, new = proposal.changes["pem"]
    if set(studies) != _named_by(definition) or badges_after(definition, new) != proposal.details.get("badges"):
        raise Stale("Other studies would get another badge than were shown. Propose the change again.")
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


def badges_after(definition: CaseDefinition, pem: str) -> dict[str, str]:
    """The public studies whose badge would change if the definition said `pem`: id as text to the new badge."""
    ids = StudyDefinition.objects.filter(definition=definition, study__version__gte=1).values_list("study", flat=True)
    snapshots = current(sorted(set(ids)))
    definitions = definitions_named_by(snapshots.values())
    if definition.slug in definitions:
        definitions[definition.slug].pem = pem
    badges = {pk: badge_of(values, definitions)[0] for pk, values in snapshots.items()}
    return {str(pk): badge for pk, badge in badges.items() if badge != snapshots[pk]["pem"]}


def _named_by(definition: CaseDefinition) -> set[int]:
    return set(StudyDefinition.objects.filter(definition=definition).values_list("study_id", flat=True))


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
