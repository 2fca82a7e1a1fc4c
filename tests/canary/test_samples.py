"""What PostgreSQL remembers of values for its planner holds nothing private; neither does SQLite's."""

import pytest
from django.db import connection

from tests.canary.channels import ciphertexts, files_of_database
from tests.contributions.factories import received

pytestmark = pytest.mark.usefixtures("committing")


@pytest.mark.postgres
def test_planner_keeps_no_sample_of_private_values():
    rows = [received(content={"text": f"Text number {number}"}) for number in range(30)]
    secret = [piece for row in rows for piece in ciphertexts(row.pk)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(
            "SELECT tablename, attname FROM pg_stats WHERE tablename LIKE 'contributions%%' AND"
            " (attname ~ '(_at|_hash|_key|body|alias|since|until)$' OR tablename IN ('contributions_daykey'))"
        )
        sampled = {column for _, column in cursor.fetchall()}
        cursor.execute("SELECT pg_relation_filepath('pg_statistic'), pg_relation_filepath('pg_toast.pg_toast_2619')")
        samples = set(cursor.fetchone())
    assert sampled <= {"day", "id"}
    held = b"".join(data for name, data in files_of_database(with_logs=False) if name in samples)
    assert held
    assert [piece for piece in secret if piece in held] == []


def test_every_binary_and_dated_column_is_without_samples():
    """A new private column has to be named in a migration, too."""
    from importlib import import_module

    from django.apps import apps
    from django.db.models import BinaryField, DateTimeField

    migrations = ("0003_no_samples_of_private_values", "0004_mail_that_is_owed", "0005_who_opened_a_message")
    named = {
        table: columns
        for name in migrations
        for table, columns in import_module(f"contributions.migrations.{name}").COLUMNS.items()
    }
    private = {
        (model._meta.db_table, field.column)
        for model in apps.get_app_config("contributions").get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, BinaryField | DateTimeField) or field.column.endswith("_hash")
    }
    windows = {("contributions_bucket", "window")}
    assert private - {(table, column) for table, columns in named.items() for column in columns} == windows
