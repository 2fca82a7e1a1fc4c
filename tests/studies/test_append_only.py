import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from studies import triggers
from studies.models import CaseDefinition, PublicState, Revision, RevisionValue
from studies.revisions import at
from tests.append_only import lifted
from tests.studies.factories import published_study

pytestmark = pytest.mark.django_db


def run(sql: str, *parameters: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE studies_revision SET note = 'forged'",
        "UPDATE studies_revision SET number = number + 1",
        "DELETE FROM studies_revision",
        "UPDATE studies_revisionvalue SET value = '\"forged\"' WHERE field = 'title'",
        "UPDATE studies_revisionvalue SET redaction_reason = 'why' WHERE field = 'title'",
        "UPDATE studies_revisionvalue SET value = NULL, salt = NULL, redacted_on = '2026-01-01'",
        (
            "UPDATE studies_revisionvalue SET value = NULL, salt = NULL, redacted_on = '2026-01-01', "
            "redaction_reason = 'why', field = 'other' WHERE field = 'title'"
        ),
        "DELETE FROM studies_revisionvalue WHERE field = 'title'",
    ],
)
def test_database_refuses_to_change_history(sql: str) -> None:
    study = published_study()
    before = (list(Revision.objects.values()), list(RevisionValue.objects.values()))
    with pytest.raises(IntegrityError, match="append-only"):
        run(sql)
    assert (list(Revision.objects.values()), list(RevisionValue.objects.values())) == before
    assert at(study, 1)["title"] == study.title


REDACT = (
    "UPDATE studies_revisionvalue SET value = NULL, salt = NULL, redacted_on = '2026-01-01', "
    "redaction_reason = 'names a patient' WHERE field = 'title'"
)


def test_database_accepts_redaction_once() -> None:
    published_study()
    assert run(REDACT) == 1
    for second in (REDACT, "UPDATE studies_revisionvalue SET redacted_on = '2027-01-01' WHERE field = 'title'"):
        with pytest.raises(IntegrityError, match="append-only"):
            run(second)


@pytest.mark.sqlite
@pytest.mark.parametrize("table", [triggers.REVISION, triggers.VALUE])
def test_database_refuses_replace(table: str) -> None:
    published_study()
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"UPDATE OR REPLACE {table} SET id = id + 1")


@pytest.mark.postgres
@pytest.mark.parametrize("tables", ["studies_revisionvalue", "studies_revision CASCADE"])
def test_database_refuses_truncate(tables: str) -> None:
    published_study()
    connection.check_constraints()  # PostgreSQL refuses TRUNCATE by itself while checks are pending
    with pytest.raises(IntegrityError, match="append-only"):
        run(f"TRUNCATE {tables}")


def test_migrating_puts_triggers_back() -> None:
    triggers.remove(connection)
    assert not triggers.installed(connection)
    call_command("migrate", verbosity=0)
    assert triggers.installed(connection)


def test_lifted_lifts_for_a_block_only() -> None:
    published_study()
    with lifted():
        assert run("UPDATE studies_revision SET note = 'changed'") == 1
    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE studies_revision SET note = 'changed again'")


def test_committing_test_leaves_a_row_behind(committing: None) -> None:
    published_study()
    assert Revision.objects.count() == 1


def test_committing_is_cleaned_up_afterwards() -> None:
    assert (Revision.objects.count(), PublicState.objects.get().counter) == (0, 0)
    assert CaseDefinition.objects.count() == 45
    assert triggers.installed(connection)


@pytest.mark.sqlite
def test_trigger_that_refuses_nothing_is_no_trigger() -> None:
    name = f"{triggers.REVISION}_no_update"
    run(f"DROP TRIGGER {name}")
    run(f"CREATE TRIGGER {name} BEFORE UPDATE ON {triggers.REVISION} BEGIN SELECT 1; END")
    assert not triggers.installed(connection)


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE OR REPLACE FUNCTION studies_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "ALTER TABLE studies_revision DISABLE TRIGGER studies_revision_append_only",
        "ALTER TABLE studies_revision ENABLE REPLICA TRIGGER studies_revision_append_only",
        (
            "DROP TRIGGER studies_revision_append_only ON studies_revision; CREATE TRIGGER studies_revision_append_only "
            "BEFORE UPDATE ON studies_revision FOR EACH ROW EXECUTE FUNCTION studies_refuse_change()"
        ),
    ],
)
def test_trigger_that_was_weakened_is_no_trigger(statement: str) -> None:
    assert triggers.installed(connection)
    run(statement)
    assert not triggers.installed(connection)
