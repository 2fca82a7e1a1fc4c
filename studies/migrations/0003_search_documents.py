import django.db.models.deletion
from django.db import migrations, models

from studies.search.adapters import ADAPTERS


def install(apps, schema_editor):
    ADAPTERS[schema_editor.connection.vendor].install(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("studies", "0002_seed")]
    operations = [
        migrations.CreateModel(
            name="SearchDocument",
            fields=[
                (
                    "study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_document",
                        serialize=False,
                        to="studies.study",
                    ),
                ),
                ("title", models.TextField()),
                ("key", models.TextField(blank=True)),
                ("body", models.TextField(blank=True)),
                ("people", models.TextField(blank=True)),
                ("abstract", models.TextField(blank=True)),
            ],
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]
