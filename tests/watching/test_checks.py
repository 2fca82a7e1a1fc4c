"""What `manage.py check --deploy` says about the server itself."""

import shutil
from collections import namedtuple
from datetime import timedelta
from uuid import UUID

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from atlas_site.watching import checks, room, timers
from contributions import ledger
from contributions.models import Notice
from tests.contributions.factories import received

pytestmark = pytest.mark.django_db
ALL = (
    checks.check_ready,
    checks.check_ledger,
    checks.check_mail,
    checks.check_outbox,
    checks.check_room,
    checks.check_clock,
    checks.check_token,
)


@pytest.fixture
def server(settings, tmp_path):
    """As docs/operations.md sets one up."""
    settings.DATA_DIR, settings.ATLAS_ERASURE_LEDGER = tmp_path / "data", tmp_path / "ledger" / "erasures.log"
    for folder in (settings.DATA_DIR, settings.ATLAS_ERASURE_LEDGER.parent):
        folder.mkdir()
    settings.ATLAS_BACKUPS_DIR = settings.ATLAS_RELEASES_DIR = tmp_path / "not" / "yet"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.ATLAS_METRICS_TOKEN = "t" * 24
    return settings


def found() -> list[str]:
    return [message.id for check in ALL for message in check(None)]


def test_server_as_documented_gives_no_message(server):
    assert found() == []


def test_missing_migration_and_lost_search_are_named(server):
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else " ON studies_searchdocument"
        cursor.execute(f"DROP TRIGGER searchdocument_removed{on}")
    assert [(m.id, m.msg) for m in checks.check_ready(None)] == [("atlas.E006", "The atlas is not ready: search.")]
    MigrationRecorder.Migration.objects.filter(app="atlas_site").delete()
    assert [(m.id, m.hint) for m in checks.check_ready(None)] == [("atlas.E006", "Run manage.py migrate.")]


def test_mail_that_does_not_leave_is_a_caution(server):
    now = timezone.now()
    Notice.objects.create(what="answer", contribution=received(), owed_at=now - timedelta(days=1), due_at=now, tries=3)
    assert [(m.id, m.msg) for m in checks.check_outbox(None)] == [
        ("atlas.W013", "Mails that are late: 1, given up: 0.")
    ]
    Notice.objects.update(given_up_at=now)
    assert [(m.id, m.msg) for m in checks.check_outbox(None)] == [
        ("atlas.W013", "Mails that are late: 0, given up: 1.")
    ]


def test_ledger_without_a_folder_is_an_error_and_in_the_data_folder_a_caution(server):
    server.ATLAS_ERASURE_LEDGER = server.DATA_DIR / "erasures.log"
    assert found() == ["atlas.W002"]
    server.ATLAS_ERASURE_LEDGER = server.DATA_DIR / "none" / "erasures.log"
    assert found() == ["atlas.E007"]


def test_ledger_that_no_purge_shortens_on_this_machine_is_a_caution(server):
    at = timezone.now() - timedelta(days=server.ATLAS_BACKUP_DAYS + 4)
    ledger.append(UUID(int=1), at=at)
    assert [(m.id, m.msg) for m in checks.check_ledger(None)] == [
        ("atlas.W015", "The erasure ledger here holds lines that no backup needs.")
    ]
    ledger.drop_before(ledger.oldest_needed(timezone.now()))
    assert found() == []


@pytest.mark.parametrize("backend", ["dummy", "console", "locmem"])
def test_mail_that_is_not_sent_is_told(server, backend):
    server.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    assert found() == ["atlas.W003"]


def test_full_disk_is_told_for_each_folder(server, monkeypatch):
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - the shape of shutil's own
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 10**12, room.LEAST - 1))
    assert found() == ["atlas.W004"] * 3
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 0, room.LEAST))
    assert found() == []


def test_clock_behind_the_database_is_an_error(server):
    later = timezone.now() + timedelta(minutes=6)
    timers.note(name="purge", started_at=later, ended_at=later, ok=True, said="")
    assert found() == ["atlas.E008"]


def test_short_token_is_told_and_none_is_fine(server):
    server.ATLAS_METRICS_TOKEN = "short"
    assert found() == ["atlas.W005"]
    server.ATLAS_METRICS_TOKEN = ""
    assert found() == []


def test_checks_are_part_of_the_command(server):
    server.ATLAS_METRICS_TOKEN = "short"
    with pytest.raises(SystemCheckError, match=r"atlas\.W005"):
        call_command("check", deploy=True, fail_level="WARNING")
