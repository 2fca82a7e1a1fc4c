"""A run says how many notices came, what it refused and why, and how much it left out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0011_submissions_for_review")]
    operations = [
        migrations.AddField(
            model_name="syncrun",
            name="notices",
            field=models.PositiveIntegerField(default=0, help_text="Errata and retractions, which are no studies."),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="left_out",
            field=models.PositiveIntegerField(
                default=0, help_text="Found by single words, without any phrase asked for."
            ),
        ),
        migrations.AddField(
            model_name="syncrun",
            name="refusals",
            field=models.JSONField(
                default=list, editable=False, help_text="The first: number at the source, title, reason."
            ),
        ),
    ]
