"""A row for every mail that is owed. PostgreSQL takes no samples of its times, which tell when somebody was answered."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

COLUMNS = {"contributions_notice": ["uuid", "owed_at", "due_at", "given_up_at"]}


def take_no_samples(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        changes = ", ".join(f"ALTER COLUMN {column} SET STATISTICS 0" for column in columns)
        schema_editor.execute(f"ALTER TABLE {table} {changes}")


class Migration(migrations.Migration):
    dependencies = [
        ("contributions", "0003_no_samples_of_private_values"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("answer", "News for a contributor"),
                            ("reminder", "Messages wait, for moderators"),
                            ("long", "Messages have waited for long, for leads"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "counts",
                    models.JSONField(
                        blank=True, default=dict, help_text="How many messages wait, as a reminder says it."
                    ),
                ),
                ("owed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="When it is tried next.")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                (
                    "contribution",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice",
                        to="contributions.contribution",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["due_at"], name="notice_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contribution__isnull", False), ("user__isnull", True), ("what", "answer")),
                            models.Q(
                                ("contribution__isnull", True),
                                ("user__isnull", False),
                                ("what__in", ["reminder", "long"]),
                            ),
                            _connector="OR",
                        ),
                        name="notice_is_for_one",
                    ),
                    models.UniqueConstraint(fields=("user", "what"), name="notice_once_a_person"),
                ],
            },
        ),
        migrations.RunPython(take_no_samples, migrations.RunPython.noop),
    ]
