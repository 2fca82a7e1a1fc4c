"""A revision and the study it belongs to as plain data."""

from typing import Any

from django.conf import settings

from studies.models import Revision, Study
from studies.serializers import moment, pem, retraction
from studies.snapshots import FIELDS
from studies.vocabulary import Reason, RevisionKind


def subject(study: Study) -> dict[str, Any]:
    """The study as it is now, with what must stand beside any finding in its history."""
    return {
        "slug": study.slug,
        "title": study.title,
        "address": settings.ATLAS_URL + study.get_absolute_url(),
        "state": str(study.state),
        "version": study.version,
        "retraction": retraction(study),
        "pem": pem(study),
        "main_limitation": study.main_limitation,
    }


def revision_to_dict(revision: Revision) -> dict[str, Any]:
    return {
        "number": revision.number,
        "sequence": revision.sequence,
        "made_at": moment(revision.made_at),
        "kind": {"value": revision.kind, "label": RevisionKind(revision.kind).label},
        "reason": {"value": revision.reason, "label": Reason(revision.reason).label},
        "note": revision.note,
        "evidence_url": revision.evidence_url or None,
        "approver_role": revision.approver_role,
        "second_role": revision.second_role or None,
        "fields": sorted(revision.value_hashes, key=_place),
        "previous_hash": revision.previous_hash,
        "previous_global_hash": revision.previous_global_hash,
        "hash": revision.hash,
    }


def _place(field: str) -> tuple[int, str]:
    return (FIELDS.index(field) if field in FIELDS else len(FIELDS), field)
