"""Refuse every change of the versions of guides and terms; know everybody who wrote on a guide."""

from django.conf import settings
from django.db import migrations, models

from studies import triggers


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0009_desk_seeds"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RemoveField(model_name="guide", name="drafted_by"),
        migrations.AddField(
            model_name="guide",
            name="writers",
            field=models.ManyToManyField(
                blank=True,
                editable=False,
                help_text="Of what is not public yet.",
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: triggers.install(schema_editor.connection),
            lambda apps, schema_editor: triggers.remove(schema_editor.connection),
        ),
    ]
