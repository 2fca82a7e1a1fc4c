"""A row for every mail about a staff account that is owed."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("atlas_site", "0003_staff_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("event", models.CharField(help_text="The name of an account_events.Event.", max_length=24)),
                ("address", models.EmailField(max_length=254)),
                ("owed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(help_text="When it is tried next.")),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("given_up_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "indexes": [models.Index(fields=["due_at"], name="account_mail_due")],
            },
        ),
    ]
