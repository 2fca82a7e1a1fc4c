"""Two studies about one paper become one: the source is withdrawn and leads to the target, its links move."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F, Q
from django.utils import timezone

from studies import revisions
from studies.errors import Stale
from studies.locks import locked_all
from studies.models import PossibleDuplicate, Proposal, Revision, Study, StudyLink
from studies.roles import Decision
from studies.snapshots import Snapshot, current
from studies.vocabulary import LinkType, State
from studies.vocabulary_desk import PairState


def merge_into(proposal: Proposal, decision: Decision) -> Revision:
    """Carry out a merge; returns the source's revision.

    Effects: source withdrawn with `merged_into`; links from and to it move to the target (no doubles, none to itself);
    studies merged into the source before lead to the target too; a revision of every study whose content changed; where the two
    were waiting as possible duplicates, that is settled.
    """
    source_id, target_id = int(proposal.study_id or 0), int(proposal.details["into"])
    affected = _affected(source_id, target_id)
    studies = locked_all(affected)
    if affected != _affected(source_id, target_id):
        raise Stale("A link changed meanwhile. Try again.")
    _refuse_other_states(studies[source_id], studies[target_id])
    before = current(sorted(affected))
    _move_links(source_id, target_id)
    Study.objects.filter(merged_into=source_id).update(merged_into=target_id)
    _settle_pair(source_id, target_id, decision)
    return _record(studies, before, source_id, target_id, proposal, decision)


def _settle_pair(source_id: int, target_id: int, decision: Decision) -> None:
    one, other = sorted((source_id, target_id))
    waiting = PossibleDuplicate.objects.filter(one=one, other=other, state=PairState.OPEN)
    by = decision.second or decision.approver
    waiting.update(state=PairState.JOINED, decided_by=by, decided_at=timezone.now(), version=F("version") + 1)


def _record(
    studies: dict[int, Study],
    before: dict[int, Snapshot],
    source_id: int,
    target_id: int,
    proposal: Proposal,
    decision: Decision,
) -> Revision:
    act = revisions.act_of(proposal, decision)
    after = current(sorted(before))
    public = [pk for pk, study in studies.items() if study.version and pk != source_id]
    changed = {pk: before[pk] for pk in public if before[pk] != after[pk]}
    if changed:
        revisions.record_many(before=changed, act=act)
    columns = {"state": State.WITHDRAWN, "withdrawal_reason": proposal.note, "merged_into": target_id}
    return revisions.record(study=studies[source_id], before=before[source_id], act=act, columns=columns)


def _affected(source_id: int, target_id: int) -> set[int]:
    """Both studies, those linked with the source, and those that lead to it."""
    links = StudyLink.objects.filter(Q(source=source_id) | Q(target=source_id)).values_list("source", "target")
    linked = {pk for pair in links for pk in pair}
    return {source_id, target_id} | linked | set(_merged_into(source_id))


def _merged_into(source_id: int) -> Iterable[int]:
    return Study.objects.filter(merged_into=source_id).values_list("pk", flat=True)


def _refuse_other_states(source: Study, target: Study) -> None:
    if source.state != State.PUBLISHED or target.state != State.PUBLISHED:
        raise Stale("Both studies must be published.")


def _move_links(source_id: int, target_id: int) -> None:
    for link in list(StudyLink.objects.filter(Q(source=source_id) | Q(target=source_id))):
        start = target_id if link.source_id == source_id else link.source_id
        end = target_id if link.target_id == source_id else link.target_id
        if link.type == LinkType.SHARES_PARTICIPANTS:
            start, end = sorted((start, end))
        link.delete()
        opposite = StudyLink.objects.filter(source=end, target=start, type=link.type)
        if start != end and not opposite.exists():
            StudyLink.objects.get_or_create(source_id=start, target_id=end, type=link.type)
