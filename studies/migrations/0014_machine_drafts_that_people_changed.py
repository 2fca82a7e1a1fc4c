"""A text that a machine drafted goes on saying so once a person changed it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0013_phrases_for_crossref")]
    operations = [
        migrations.AddField(
            model_name="textprovenance",
            name="edited",
            field=models.BooleanField(default=False, verbose_name="a person changed it since"),
        ),
    ]
