"""Seed rows: the case definitions, the topics and the staff groups with their permissions."""

import csv
import json
from pathlib import Path

from django.db import migrations

SAMPLE = Path(__file__).resolve().parent.parent / "sample"

# Who may do what (docs/moderators.md has the same table in words).
GROUPS = {
    "triage": ["see_queue"],
    "moderator": ["see_queue", "decide_contribution", "propose", "approve", "second"],
    "editor": ["propose", "approve", "second"],
    "lead": ["see_queue", "decide_contribution", "propose", "approve", "second", "lead"],
}
MODEL_RIGHTS = {
    "triage": {},
    "moderator": {"study": ["view"], "proposal": ["view"], "revision": ["view"]},
    "editor": {
        "study": ["view", "add", "change"],
        "proposal": ["view"],
        "revision": ["view"],
        "topic": ["view", "add", "change"],
        "glossaryterm": ["view", "add", "change"],
        "casedefinition": ["view", "add", "change"],
        "author": ["view", "add", "change", "delete"],
        "studydefinition": ["view", "add", "change", "delete"],
        "studylink": ["view", "add", "change", "delete"],
        "abstract": ["view", "add", "change"],
    },
}
MODEL_RIGHTS["lead"] = MODEL_RIGHTS["editor"] | {"user": ["view"]}
PERMISSION_NAMES = {
    "see_queue": "May see the queue and read a contribution",
    "decide_contribution": "May claim, ask, decline, note",
    "propose": "May propose a change of a published study",
    "approve": "May publish a study and apply a proposal",
    "second": "May be the second person for a high-impact change",
    "lead": "May withdraw, merge, redact and change a definition's PEM value",
}


def seed_definitions(apps, schema_editor):
    CaseDefinition = apps.get_model("studies", "CaseDefinition")
    with (SAMPLE / "case_definitions.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            CaseDefinition.objects.get_or_create(
                slug=row["slug"],
                defaults={
                    "name": row["name"],
                    "aliases": [alias.strip() for alias in row["aliases"].split(";") if alias.strip()],
                    "year": int(row["year"]) if row["year"] else None,
                    "pem": row["pem"],
                    "pem_note": row["pem_note"],
                    "doi": row["doi"].lower(),
                    "pmid": row["pmid"],
                    "source": row["source"],
                    "verified": row["verified"] == "yes",
                },
            )


def seed_topics(apps, schema_editor):
    Topic = apps.get_model("studies", "Topic")
    topics = json.loads((SAMPLE / "vocabularies.json").read_text(encoding="utf-8"))["topics"]
    for slug, label in topics.items():
        Topic.objects.get_or_create(slug=slug, defaults={"label": label})


def seed_public_state(apps, schema_editor):
    apps.get_model("studies", "PublicState").objects.get_or_create(pk=1)


def seed_groups(apps, schema_editor):
    """Permissions are normally made after all migrations; the groups need them now."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")

    def permission(app, model, codename, name):
        kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        return Permission.objects.get_or_create(content_type=kind, codename=codename, defaults={"name": name})[0]

    for group_name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=group_name)
        for codename in codenames:
            group.permissions.add(permission("studies", "study", codename, PERMISSION_NAMES[codename]))
        for model, rights in MODEL_RIGHTS[group_name].items():
            app = "auth" if model == "user" else "studies"
            for right in rights:
                group.permissions.add(permission(app, model, f"{right}_{model}", f"Can {right} {model}"))


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0001_the_study_record"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        migrations.RunPython(seed_definitions, migrations.RunPython.noop),
        migrations.RunPython(seed_topics, migrations.RunPython.noop),
        migrations.RunPython(seed_public_state, migrations.RunPython.noop),
        migrations.RunPython(seed_groups, migrations.RunPython.noop),
    ]
