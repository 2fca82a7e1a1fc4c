"""Making a member of staff: how the first moderator comes to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from atlas_site import passwords
from studies.errors import Problems
from studies.vocabulary import StaffRole

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROLES = (StaffRole.TRIAGE, StaffRole.MODERATOR, StaffRole.EDITOR, StaffRole.LEAD)


@transaction.atomic
def add_staff(*, username: str, email: str, role: str, password: str) -> User:
    """A new user in the group of this role, who may sign in to the staff pages; nothing else is set up for them.

    The first sign-in asks for a second factor and for a password of their own.
    Raises Problems for a name that is taken, an unknown role, a weak password.
    """
    users = get_user_model()
    if role not in {str(known) for known in ROLES}:
        raise Problems([f"The role is one of: {', '.join(ROLES)}."])
    if users.objects.filter(username=username).exists():
        raise Problems([f"There is a user {username} already."])
    user = users(username=username, email=email, is_staff=True)
    try:
        validate_password(password, user)
        user.set_password(password)
        user.full_clean()
    except ValidationError as error:
        raise Problems(error.messages) from None
    user.save()
    user.groups.add(Group.objects.get(name=role))
    passwords.mark_as_given(user, at=timezone.now())
    return user
