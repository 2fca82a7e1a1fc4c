"""Seed rows: where the meanings of seven more terms come from. What people changed stays as it is."""

import json
from pathlib import Path

from django.db import migrations

SOURCES = Path(__file__).resolve().parent.parent / "sample" / "glossary_sources.json"


def seed_sources(apps, schema_editor):
    GlossaryTerm = apps.get_model("studies", "GlossaryTerm")
    for slug, source in json.loads(SOURCES.read_text(encoding="utf-8")).items():
        GlossaryTerm.objects.filter(slug=slug, version=0, source="").update(source=source)


class Migration(migrations.Migration):
    dependencies = [("studies", "0016_public_state_moved_at")]
    operations = [migrations.RunPython(seed_sources, migrations.RunPython.noop)]
