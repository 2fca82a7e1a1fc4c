"""Who may do what, and in which role. Groups and their permissions come from a migration (docs/moderators.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from studies.vocabulary import StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# A person with several roles acts in the first of these that gives the permission.
STRONGEST_FIRST = (StaffRole.LEAD, StaffRole.EDITOR, StaffRole.MODERATOR, StaffRole.TRIAGE)


@dataclass(frozen=True)
class Decision:
    """The people behind an act: who approves it and, for a grave one, the second person."""

    approver: User
    approver_role: StaffRole
    second: User | None = None
    second_role: StaffRole | None = None

    def other_than(self, drafter: User) -> User | None:
        """Who looked at what `drafter` wrote; None where nobody else did. In a team of one it is the drafter."""
        last = self.second or self.approver
        return last if last.pk != drafter.pk or one_person() else None

    @property
    def last_role(self) -> StaffRole:
        return self.second_role or self.approver_role


class NotAllowed(Exception):
    """This person may not do this; the message is a sentence for them."""


def role_of(user: User, permission: str) -> StaffRole:
    """The role in which the user holds a permission of `Study` ("approve", "second", "lead" …).

    A superuser acts as lead. Raises NotAllowed where no role gives the permission.
    """
    if user.is_active and user.is_superuser:
        return StaffRole.LEAD
    names = set(
        user.groups.filter(
            permissions__codename=permission, permissions__content_type__app_label="studies"
        ).values_list("name", flat=True)
    )
    for role in STRONGEST_FIRST:
        if user.is_active and role.value in names:
            return role
    raise NotAllowed(f"Your role does not include this: {permission}.")


def one_person() -> bool:
    """Whether one person may do both halves of an act. The site then says so in public."""
    return bool(settings.ATLAS_ONE_PERSON)


def require_another(*, than: User | None, by: User, act: str) -> None:
    """Refuse `by` where it is the same person as `than`, unless the atlas is run by one person."""
    if than is not None and than.pk == by.pk and not one_person():
        raise NotAllowed(f"Another person must {act}.")
