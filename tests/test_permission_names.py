"""Permissions are called as their lists are, also in a database that is older than the name of a list."""

import pytest
from django.apps import apps
from django.contrib.auth.management import _get_all_permissions
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from atlas_site import permission_names
from studies.models import Arrival

pytestmark = pytest.mark.django_db


def names_of(model: str) -> list[str]:
    return sorted(Permission.objects.filter(content_type__model=model).values_list("name", flat=True))


def test_old_names_are_brought_along_when_the_database_is_brought_up_to_date():
    lead = Group.objects.get(name="lead")
    given = set(lead.permissions.values_list("codename", flat=True))
    for action in ("add", "change", "delete", "view"):
        Permission.objects.filter(codename=f"{action}_arrival").update(name=f"Can {action} arrival")
    Permission.objects.filter(codename="see_contact").update(name="Sees contact details")
    call_command("migrate", verbosity=0)
    assert names_of("arrival") == [f"Can {action} new paper" for action in ("add", "change", "delete", "view")]
    assert names_of("contribution") == ["Can view contribution", "May see contact details"]
    assert set(lead.permissions.values_list("codename", flat=True)) == given


def test_every_permission_is_called_as_django_would_call_it_now():
    """Those too that migrations write, before Django makes the others."""
    wrong = {
        f"{model._meta.label_lower}.{codename}"
        for model in apps.get_models()
        for codename, name in _get_all_permissions(model._meta)
        for found in Permission.objects.filter(
            content_type=ContentType.objects.get_for_model(model, for_concrete_model=False), codename=codename
        )
        if found.name != name
    }
    assert (wrong, Permission.objects.filter(codename="add_casedefinition").count()) == (set(), 1)


def test_way_back_brings_the_names_of_before():
    before = MigrationExecutor(connection).loader.project_state(("studies", "0017_more_glossary_sources")).apps
    permission_names.follow(apps.get_app_config("studies"), using="default", apps=before)
    assert names_of("syncrun") == [f"Can {action} sync run" for action in ("add", "change", "delete", "view")]
    permission_names.follow(apps.get_app_config("studies"), using="default")
    assert names_of("syncrun")[0] == "Can add search of a source"


def test_permission_that_no_model_names_is_left_alone():
    kind = ContentType.objects.get_for_model(Arrival)
    Permission.objects.create(content_type=kind, codename="hold_arrival", name="Can hold arrival")
    call_command("migrate", verbosity=0)
    assert "Can hold arrival" in names_of("arrival")


def test_replica_gets_no_statement(settings):
    """It takes none that writes, and follows the primary by itself. No database of this name is there to be asked."""
    settings.DATABASE_ROUTERS = ["atlas_site.replicas.router.ReplicaRouter"]
    permission_names.follow(apps.get_app_config("studies"), using="replica1")
