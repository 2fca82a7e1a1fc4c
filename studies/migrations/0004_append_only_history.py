"""Refuse every change of the history in the database itself."""

from django.db import migrations

from studies import triggers


class Migration(migrations.Migration):
    dependencies = [("studies", "0003_search_documents")]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
        ),
    ]
