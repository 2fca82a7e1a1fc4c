"""Secrets of apps are sealed; passwords that somebody else chose are marked. Both ways, so that an upgrade can be rolled back."""

from binascii import hexlify, unhexlify

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from atlas_site import account_keys

PLAIN = 40  # characters of a plain key at most


def seal(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Without ATLAS_ENCRYPTION_KEYS this stops, where there is anything to seal."""
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(editor.connection.alias)
    for device in devices.all():
        if len(device.key) <= PLAIN:
            device.key = account_keys.seal(unhexlify(device.key), owner=device.user_id)
            device.save(update_fields=["key"])


def unseal(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    devices = apps.get_model("otp_totp", "TOTPDevice").objects.using(editor.connection.alias)
    for device in devices.all():
        if len(device.key) > PLAIN:
            device.key = hexlify(account_keys.open_sealed(device.key, owner=device.user_id)).decode()
            device.save(update_fields=["key"])


class Migration(migrations.Migration):
    dependencies = [
        ("atlas_site", "0001_timer_runs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        migrations.CreateModel(
            name="GivenPassword",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("given_at", models.DateTimeField()),
            ],
            options={"default_permissions": ()},
        ),
        migrations.CreateModel(
            name="StaffApp",
            fields=[],
            options={"proxy": True, "default_permissions": (), "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
        migrations.RunPython(seal, unseal),
    ]
