"""Seed rows: words of the guides, and where the meanings of older seeds come from. What people changed stays as it is."""

import json
from pathlib import Path

from django.db import migrations
from django.utils.text import slugify

GLOSSARY = Path(__file__).resolve().parent.parent / "sample" / "glossary_more.json"


def seed_more_terms(apps, schema_editor):
    GlossaryTerm = apps.get_model("studies", "GlossaryTerm")
    seeds = json.loads(GLOSSARY.read_text(encoding="utf-8"))
    known = {word for pair in GlossaryTerm.objects.values_list("slug", "term") for word in pair}
    for row in seeds["rows"]:
        slug = slugify(row["term"])
        if not {slug, row["term"]} & known:
            GlossaryTerm.objects.create(slug=slug, **row)
    for slug, source in seeds["sources"].items():
        GlossaryTerm.objects.filter(slug=slug, version=0, source="").update(source=source)


class Migration(migrations.Migration):
    dependencies = [("studies", "0014_machine_drafts_that_people_changed")]
    operations = [migrations.RunPython(seed_more_terms, migrations.RunPython.noop)]
