"""Conflict of interest: nobody decides about a paper that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contributions.models import StaffSettings
from studies.identifiers import recognise
from studies.models import Study
from studies.roles import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ConflictOfInterest(NotAllowed):
    """The member of staff listed this paper as their own."""


def wrote(user: User, study: Study | None) -> bool:
    """Whether the user listed this study's paper among their own, in any spelling of its identifiers."""
    if study is None:
        return False
    listed = StaffSettings.objects.filter(user=user).values_list("own_papers", flat=True).first() or []
    own = {found.value for text in listed if (found := recognise(text))}
    return bool(own & {study.doi, study.pmid, study.pmcid, study.preprint_doi} - {None})


def refuse_author(user: User, study: Study | None) -> None:
    """Raise ConflictOfInterest where the user wrote the paper."""
    if wrote(user, study):
        raise ConflictOfInterest("You listed this paper as your own, so somebody else has to decide here.")
