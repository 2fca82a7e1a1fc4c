"""Crossref ranks by single words: without phrases in quotes its query brings every paper about fatigue or a syndrome."""

from django.db import migrations

TEXT = '"myalgic encephalomyelitis" "chronic fatigue syndrome" "ME/CFS" "post-exertional malaise"'
NOTE = "Phrases in quotes: what holds none of them is left out."


def quote_phrases(apps, schema_editor):
    """Version 2 in place of the seeded version 1; a wording that somebody made meanwhile stays as it is."""
    SourceQuery = apps.get_model("studies", "SourceQuery")
    first = SourceQuery.objects.filter(source="crossref", version=1).first()
    if first is None or SourceQuery.objects.filter(source="crossref", version__gt=1).exists():
        return
    was_active = first.is_active
    SourceQuery.objects.filter(pk=first.pk).update(is_active=False)
    SourceQuery.objects.create(
        source="crossref", version=2, text=TEXT, since=first.since, note=NOTE, is_active=was_active
    )


class Migration(migrations.Migration):
    dependencies = [("studies", "0012_what_runs_left_out")]
    operations = [migrations.RunPython(quote_phrases, migrations.RunPython.noop)]
