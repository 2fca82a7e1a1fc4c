"""Publishing the sample atlas: the only way into the public record without a named person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction
from django.db.models import Q

from studies import provenance, revisions
from studies.badges import badge_of, definitions_named_by, write_badge
from studies.models import Study
from studies.models.study import NO_PARTICIPANTS
from studies.snapshots import loaded, snapshot
from studies.vocabulary import Drafter, Reason, RevisionKind, StaffRole, State

SAMPLE_BATCH = 500
# Somebody coded or wrote something; most of an imported list is bibliography alone.
ASSESSED = Q(definitions__isnull=False) | ~Q(pem_claim="") | Q(design__in=NO_PARTICIPANTS) | ~Q(basis="")


def publish_sample(study_ids: Sequence[int]) -> int:
    """Publish drafts of the sample atlas without a named person; returns how many were published.

    They become revision 1 with the role "sample import", are marked as sample, and their coding stays unchecked. Works
    in batches, each a transaction of its own (unless the caller is in one), so that a stopped import can go on.
    """
    return sum(_publish_batch(batch) for batch in _batches(sorted(set(study_ids))))


@transaction.atomic
def _publish_batch(ids: Sequence[int]) -> int:
    drafts = Study.objects.select_for_update(no_key=True).filter(pk__in=ids, state=State.DRAFT)
    taken = list(drafts.order_by("pk").values_list("pk", flat=True))
    if not taken:
        return 0
    _prepare_samples(Study.objects.filter(pk__in=taken).filter(ASSESSED).values_list("pk", flat=True))
    act = revisions.Act(RevisionKind.PUBLISH, Reason.FIRST, StaffRole.SAMPLE_IMPORT)
    columns = {"state": State.PUBLISHED, "is_sample": True}
    made = revisions.record_many(before={pk: {} for pk in taken}, act=act, columns=columns)
    provenance.approve(taken, role=StaffRole.SAMPLE_IMPORT, at=made[0].made_at, number=1)
    return len(made)


def _prepare_samples(ids: Iterable[int]) -> None:
    """Derive the badges of these studies and mark their texts as sample texts."""
    studies = loaded(sorted(set(ids)))
    snapshots = {study.pk: snapshot(study) for study in studies}
    definitions = definitions_named_by(snapshots.values())
    for study in studies:
        write_badge(study, badge_of(snapshots[study.pk], definitions))
        provenance.complete(study, drafter=Drafter.SAMPLE, by=None)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), SAMPLE_BATCH):
        yield ids[start : start + SAMPLE_BATCH]
