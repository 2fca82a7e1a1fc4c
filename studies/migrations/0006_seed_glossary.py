"""Seed rows: the field's terms with their other wordings, which the search uses as synonyms."""

import json
from pathlib import Path

from django.db import migrations
from django.utils.text import slugify

GLOSSARY = Path(__file__).resolve().parent.parent / "sample" / "glossary.json"


def seed_glossary(apps, schema_editor):
    GlossaryTerm = apps.get_model("studies", "GlossaryTerm")
    for row in json.loads(GLOSSARY.read_text(encoding="utf-8")):
        GlossaryTerm.objects.get_or_create(
            slug=slugify(row["term"].replace("/", " ")),
            defaults={"term": row["term"], "aliases": row["aliases"], "meaning": row["meaning"]},
        )


class Migration(migrations.Migration):
    dependencies = [("studies", "0005_proposals_of_every_kind")]
    operations = [migrations.RunPython(seed_glossary, migrations.RunPython.noop)]
