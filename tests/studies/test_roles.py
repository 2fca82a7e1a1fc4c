import pytest
from django.contrib.auth.models import User

from studies.roles import Decision, NotAllowed, require_another, role_of
from studies.vocabulary import StaffRole
from tests.studies.factories import make_user

pytestmark = pytest.mark.django_db

PERMISSIONS = ["see_queue", "decide_contribution", "propose", "approve", "second", "lead"]
GIVEN = {
    "triage": ["see_queue"],
    "moderator": ["see_queue", "decide_contribution", "propose", "approve", "second"],
    "editor": ["propose", "approve", "second"],
    "lead": PERMISSIONS,
}


@pytest.mark.parametrize("group", GIVEN)
def test_role_gives_exactly_its_permissions(group: str) -> None:
    user, given = make_user(group), []
    for permission in PERMISSIONS:
        try:
            assert role_of(user, permission) == group
            given.append(permission)
        except NotAllowed:
            continue
    assert given == GIVEN[group]


def test_strongest_role_that_gives_the_permission_is_the_one() -> None:
    user = make_user("moderator", "editor")
    assert (role_of(user, "approve"), role_of(user, "decide_contribution")) == (StaffRole.EDITOR, StaffRole.MODERATOR)


def test_superuser_acts_as_lead_and_inactive_user_not_at_all() -> None:
    boss = User.objects.create(username="boss", is_superuser=True)
    assert role_of(boss, "lead") == StaffRole.LEAD
    for user in (boss, make_user("lead")):
        User.objects.filter(pk=user.pk).update(is_active=False)
        with pytest.raises(NotAllowed):
            role_of(User.objects.get(pk=user.pk), "lead")


def test_another_person_is_required_unless_the_atlas_has_one(settings: object) -> None:
    ann, bo = make_user("editor"), make_user("editor")
    require_another(than=ann, by=bo, act="do it")
    require_another(than=None, by=bo, act="do it")
    with pytest.raises(NotAllowed, match="Another person must do it"):
        require_another(than=ann, by=User.objects.get(pk=ann.pk), act="do it")
    settings.ATLAS_ONE_PERSON = True  # type: ignore[attr-defined]
    require_another(than=ann, by=ann, act="do it")


def test_decision_names_who_looked_at_a_draft(settings: object) -> None:
    ann, bo = make_user("editor"), make_user("lead")
    alone = Decision(ann, StaffRole.EDITOR)
    both = Decision(ann, StaffRole.EDITOR, bo, StaffRole.LEAD)
    assert (alone.other_than(ann), alone.other_than(bo), both.other_than(ann)) == (None, ann, bo)
    assert (alone.last_role, both.last_role) == (StaffRole.EDITOR, StaffRole.LEAD)
    settings.ATLAS_ONE_PERSON = True  # type: ignore[attr-defined]
    assert alone.other_than(ann) == ann
