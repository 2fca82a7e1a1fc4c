"""A row for each person, message and hour in which staff opened it. PostgreSQL takes no samples of the hours."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COLUMNS = {"contributions_opening": ["hour"]}


def take_no_samples(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        changes = ", ".join(f"ALTER COLUMN {column} SET STATISTICS 0" for column in columns)
        schema_editor.execute(f"ALTER TABLE {table} {changes}")


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0004_mail_that_is_owed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField(help_text="The hour's beginning; nothing finer is kept.")),
                (
                    "contribution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="openings",
                        to="contributions.contribution",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("contribution", "user", "hour"), name="opening_once_an_hour")
                ],
            },
        ),
        migrations.RunPython(take_no_samples, migrations.RunPython.noop),
    ]
