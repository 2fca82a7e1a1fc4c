"""Who drafted each text of a study, from what, and which revision approved it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from studies.models import Study, TextProvenance
from studies.vocabulary import Basis, Drafter, StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TEXTS = (*Study.COMPULSORY_TEXTS, *Study.LIST_TEXTS)


def complete(study: Study, *, drafter: Drafter, by: User | None) -> None:
    """Give every text that has none a provenance: drafted by `by`, from the study's own basis."""
    known = {text.field for text in study.text_provenance.all()}
    missing = [field for field in TEXTS if getattr(study, field) and field not in known]
    TextProvenance.objects.bulk_create(
        TextProvenance(study=study, field=field, basis=study.basis or Basis.ABSTRACT, drafter=drafter, drafted_by=by)
        for field in missing
    )


def approve(
    study_ids: Iterable[int], *, role: StaffRole, at: datetime, number: int, fields: Iterable[str] = TEXTS
) -> None:
    """Note for these texts that revision `number` approved them."""
    TextProvenance.objects.filter(study__in=list(study_ids), field__in=list(fields)).update(
        approver_role=role, approved_at=at, revision_number=number
    )
