"""Who may see the private side; docs/moderators.md has the same table in words."""

from django.db import migrations

GROUPS = {
    "triage": ["view_contribution"],
    "moderator": ["view_contribution"],
    "lead": ["view_contribution", "see_contact"],
}
PERMISSION_NAMES = {"view_contribution": "Can view contribution", "see_contact": "May see contact details"}


def seed_rights(apps, schema_editor):
    """Permissions are normally made after all migrations; the groups need them now."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="contributions", model="contribution")
    for group_name, codenames in GROUPS.items():
        group = Group.objects.get(name=group_name)
        for codename in codenames:
            name = {"name": PERMISSION_NAMES[codename]}
            group.permissions.add(Permission.objects.get_or_create(content_type=kind, codename=codename, defaults=name)[0])


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0001_private_contributions"),
        ("studies", "0002_seed"),
    ]
    operations = [migrations.RunPython(seed_rights, migrations.RunPython.noop)]
