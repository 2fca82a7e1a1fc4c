"""Seed rows of the editorial desk: what the sources are asked for, and who may do what there."""

from datetime import date

from django.db import migrations

SINCE = date(2026, 1, 1)
QUERIES = {
    "pubmed": (
        '"Fatigue Syndrome, Chronic"[MeSH Terms] OR "myalgic encephalomyelitis"[Title/Abstract] OR '
        '"chronic fatigue syndrome"[Title/Abstract] OR "ME/CFS"[Title/Abstract] OR '
        '"post-exertional malaise"[Title/Abstract]'
    ),
    "crossref": "myalgic encephalomyelitis chronic fatigue syndrome",
    "europepmc": (
        '(TITLE_ABS:"myalgic encephalomyelitis" OR TITLE_ABS:"chronic fatigue syndrome" OR TITLE_ABS:"ME/CFS" OR '
        'TITLE_ABS:"post-exertional malaise")'
    ),
    "openalex": '"myalgic encephalomyelitis" OR "chronic fatigue syndrome" OR "post-exertional malaise"',
}
EDITOR = {
    "arrival": ["view", "change"],
    "upload": ["view", "add", "change"],
    "possibleduplicate": ["view", "change"],
    "publishingorder": ["view"],
    "sourcequery": ["view"],
    "syncrun": ["view"],
    "finding": ["view", "change"],
    "override": ["view"],
    "guide": ["view", "add", "change"],
    "guiderevision": ["view"],
    "termrevision": ["view"],
}
MODEL_RIGHTS = {
    "moderator": {
        "finding": ["view", "change"],
        "override": ["view"],
        "possibleduplicate": ["view"],
        "publishingorder": ["view"],
        "guide": ["view"],
        "guiderevision": ["view"],
        "termrevision": ["view"],
    },
    "editor": EDITOR,
    "lead": EDITOR | {"sourcequery": ["view", "add"]},
}


def seed_queries(apps, schema_editor):
    SourceQuery = apps.get_model("studies", "SourceQuery")
    for source, text in QUERIES.items():
        SourceQuery.objects.get_or_create(
            source=source, version=1, defaults={"text": text, "since": SINCE, "note": "First wording."}
        )


def seed_desk_rights(apps, schema_editor):
    """Permissions are normally made after all migrations; the groups need them now."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for group_name, rights in MODEL_RIGHTS.items():
        group = Group.objects.get(name=group_name)
        for model, verbs in rights.items():
            kind, _ = ContentType.objects.get_or_create(app_label="studies", model=model)
            for verb in verbs:
                label = f"Can {verb} {kind.model}"
                group.permissions.add(
                    Permission.objects.get_or_create(
                        content_type=kind, codename=f"{verb}_{model}", defaults={"name": label}
                    )[0]
                )


class Migration(migrations.Migration):
    dependencies = [("studies", "0008_the_editorial_desk")]
    operations = [
        migrations.RunPython(seed_queries, migrations.RunPython.noop),
        migrations.RunPython(seed_desk_rights, migrations.RunPython.noop),
    ]
