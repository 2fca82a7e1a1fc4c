"""A study gets another address; the old one leads to it for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from studies import public_state, revisions, signs
from studies.errors import Problems
from studies.locks import locked_all
from studies.models import Revision, SlugRedirect, Study
from studies.roles import role_of
from studies.slugs import MAX_SLUG
from studies.snapshots import current
from studies.vocabulary import Reason, RevisionKind

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def rename(*, study: Study, slug: str, note: str, by: User) -> Revision:
    """Give a public or withdrawn study another slug. For leads. Raises NotAllowed, Problems.

    Effects: SlugRedirect from the old slug (a redirect from the new one to this study ends); a revision.
    """
    role = role_of(by, "lead")
    row = locked_all([study.pk])[study.pk]
    public_state.lock()  # two studies do not take one address at the same moment
    if found := _problems(row, slug, note):
        raise Problems(found)
    before = current([row.pk])[row.pk]
    SlugRedirect.objects.filter(slug=slug, study=row).delete()
    SlugRedirect.objects.create(slug=row.slug, study=row)
    act = revisions.Act(RevisionKind.RENAME, Reason.CORRECTION, role, note=note.strip(), approver=by)
    return revisions.record(study=study, before=before, act=act, columns={"slug": slug})


def _problems(study: Study, slug: str, note: str) -> list[str]:
    if not study.version:
        return ["A draft is renamed by editing it."]
    try:
        validate_slug(slug)
    except ValidationError:
        return ["An address has small letters, digits and hyphens only."]
    if slug != slug.lower() or len(slug) > MAX_SLUG:
        return [f"An address has small letters, digits and hyphens only, at most {MAX_SLUG}."]
    taken = SlugRedirect.objects.filter(slug=slug).exclude(study=study).exists()
    if taken or Study.objects.filter(slug=slug).exists():
        return ["This address is taken."]
    if not note.strip():
        return ["Say in a sentence why. It will be public."]
    return signs.refusals("What happens and why", note)
