"""PostgreSQL keeps samples of each column's values for its planner, and an erasure does not reach them: none are taken
of what is encrypted, secret or tells when somebody wrote."""

from django.db import migrations

COLUMNS = {
    "contributions_contribution": [
        "wrapped_key", "receipt_hash", "token_hash", "alias", "received_at", "waiting_since", "first_read_at", "looked_at",
        "ended_at", "reminded_at", "lease_until",
    ],
    "contributions_message": ["uuid", "body", "sent_at"],
    "contributions_contactdetail": ["uuid", "body"],
    "contributions_event": ["happened_at"],
    "contributions_bucket": ["key"],
    "contributions_daykey": ["key"],
}  # fmt: skip
TAKEN, NONE = -1, 0  # -1: as many samples as the server usually takes


def take_none(apps, schema_editor):
    _set(schema_editor, NONE)


def take_again(apps, schema_editor):
    _set(schema_editor, TAKEN)


def _set(schema_editor, number):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        changes = ", ".join(f"ALTER COLUMN {column} SET STATISTICS {number}" for column in columns)
        schema_editor.execute(f"ALTER TABLE {table} {changes}")


class Migration(migrations.Migration):
    dependencies = [("contributions", "0002_staff_rights")]
    operations = [migrations.RunPython(take_none, take_again)]
