"""Backups and the drill of a restore, with the real databases and the real programs."""

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import stat
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from atlas_site.backups import postgres, sqlite, trying, writing
from atlas_site.models import TimerRun
from contributions import limits, messages, retention, thread
from contributions.models import Contribution, DayKey
from scripts.postgres import binaries
from tests.contributions.factories import LATER, received
from tests.faults.jumping import YEAR, clock_off, ran_every_night
from tests.studies.factories import CODED, TEXTS, published_study

pytestmark = pytest.mark.usefixtures("committing")
AT = datetime(2026, 6, 15, 3, 0, tzinfo=UTC)
PRIVATE = 0o600


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path, monkeypatch) -> Path:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "ledger" / "erasures.log"
    settings.ATLAS_ERASURE_LEDGER.parent.mkdir()
    settings.ATLAS_ERASURE_LEDGER.touch()
    settings.ATLAS_BACKUPS_DIR = tmp_path / "backups"
    if connection.vendor == "postgresql":
        settings.ATLAS_POSTGRES_BIN = str(binaries())
        monkeypatch.setenv("LD_LIBRARY_PATH", str(binaries().parent / "lib"))
    return settings.ATLAS_BACKUPS_DIR


def backed_up(folder: Path) -> Path:
    call_command("backup", stdout=io.StringIO())
    (found,) = [path for path in folder.iterdir() if writing.NAME.fullmatch(path.name)]
    return found


def tried(file: Path) -> tuple[int, list[str]]:
    """Exit code and lines of restore_check."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("restore_check", str(file), stdout=out, stderr=err)
    except SystemExit as end:
        return end.code, [*out.getvalue().splitlines(), *err.getvalue().splitlines()]
    return 0, out.getvalue().splitlines()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_backup_is_dated_checksummed_and_for_its_owner_alone(folder):
    file = backed_up(folder)
    assert re.fullmatch(r"atlas-\d{8}T\d{6}Z\.(sqlite3|dump)", file.name)
    sums = folder / f"{file.name}.sha256"
    assert sums.read_text() == f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
    assert (mode(file), mode(sums), mode(folder)) == (PRIVATE, PRIVATE, 0o700)
    assert sorted(path.name for path in folder.iterdir()) == [file.name, sums.name]
    run = TimerRun.objects.get()
    assert (run.name, run.ok, run.said.startswith(file.name)) == ("backup", True, True)


def test_key_of_the_day_and_sessions_stand_in_no_backup(folder, rf):
    key = limits.day_key(timezone.now())
    Session.objects.create(session_key="k" * 32, session_data="canary-of-a-session", expire_date=timezone.now())
    assert DayKey.objects.count() == 1
    received()
    file = backed_up(folder)
    content = file.read_bytes()
    assert [piece in content for piece in (bytes(key), b"canary-of-a-session")] == [False, False]
    engine = writing.ENGINES[connection.vendor]
    with engine.restored(file) as url:
        assert rows(url) == {"django_session": 0, "contributions_daykey": 0, "contributions_contribution": 1}
    assert (DayKey.objects.count(), Session.objects.count()) == (1, 1)


def rows(url: str) -> dict[str, int]:
    """Numbers of rows in a restored database, read by a process of its own."""
    import subprocess
    import sys

    code = (
        "import django, json; django.setup(); from django.db import connection as c; cursor = c.cursor(); found = {}\n"
        "for name in ('django_session', 'contributions_daykey', 'contributions_contribution'):\n"
        "    cursor.execute(f'SELECT count(*) FROM {name}'); found[name] = cursor.fetchone()[0]\n"
        "print(json.dumps(found))"
    )
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "atlas_site.settings"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.full
def test_drill_erases_again_what_was_erased_after_the_backup(folder):
    published_study(**(TEXTS | CODED))
    erased, other = received(), received()
    file = backed_up(folder)
    thread.take_back(contribution=erased, at=LATER)
    retention.erase(contribution=Contribution.objects.get(pk=erased.pk), actors=retention.CLOCK, at=LATER)
    assert tried(file) == (
        0,
        [
            "migrate --no-input --verbosity 0: Done.",
            "replay_erasures: Erased again: 1.",
            "replay_erasures --count: Erased before and here again: 0.",
            f"verify_history: {whole()}",
            f"{file.name} can be restored.",
        ],
    )
    assert [len(messages.read(one)) for one in (Contribution.objects.get(pk=other.pk),)] == [1]
    assert leftovers() == []


def whole() -> str:
    from studies.models import PublicState

    state = PublicState.objects.get(pk=1)
    return f"The history is whole: {state.revisions} revisions, newest hash {state.newest_hash}."


def leftovers() -> list[str]:
    """Databases of trials that are still there."""
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [postgres.trial_names()])
        return [name for (name,) in cursor.fetchall()]


@pytest.mark.sqlite
def test_folder_of_a_trial_that_was_killed_is_removed_by_the_next_one(folder, tmp_path, monkeypatch):
    file, place = backed_up(folder), tmp_path / "temporary"
    (place / "atlas-restore-left").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    with sqlite.restored(file) as url:
        (own,) = place.iterdir()
        assert url == f"sqlite:///{own / 'atlas.sqlite3'}"
    assert list(place.iterdir()) == []


@pytest.mark.postgres
def test_copy_of_a_trial_that_was_killed_is_dropped_by_the_next_one_but_not_that_of_one_that_runs(folder):
    file = backed_up(folder)
    with postgres._server() as server:
        server.execute(f'CREATE DATABASE "{postgres.trial_names()}0123456789ab"')
    with postgres.restored(file):
        [first] = leftovers()
        with postgres.restored(file):
            assert (len(leftovers()), first in leftovers()) == (2, True)
    assert leftovers() == []


@pytest.mark.postgres
def test_copy_of_a_trial_that_outlives_an_earlier_one_is_left_alone(folder):
    file = backed_up(folder)
    with contextlib.ExitStack() as first, contextlib.ExitStack() as second:
        first.enter_context(postgres.restored(file))
        second.enter_context(postgres.restored(file))
        first.close()
        [running] = leftovers()
        with postgres.restored(file):
            assert (len(leftovers()), running in leftovers()) == (2, True)
    assert leftovers() == []


@pytest.mark.postgres
def test_database_that_somebody_named_by_hand_is_never_dropped(folder):
    file, name = backed_up(folder), f"{postgres.trial_names()}monday"
    with postgres._server() as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            with postgres.restored(file):
                assert name in leftovers()
        finally:
            server.execute(f'DROP DATABASE "{name}"')


def test_what_comes_back_without_the_ledger_being_replayed_is_seen(folder):
    erased = received()
    file = backed_up(folder)
    thread.take_back(contribution=erased, at=LATER)
    retention.erase(contribution=Contribution.objects.get(pk=erased.pk), actors=retention.CLOCK, at=LATER)
    with writing.ENGINES[connection.vendor].restored(file) as url:
        step = trying._manage(("replay_erasures", "--count"), url)
    assert (step.ok, step.said) == (False, "Erased before and here again: 1.")
    assert retention.came_back() == 0


def test_restore_without_a_ledger_fails_and_says_so(folder, settings):
    file = backed_up(folder)
    settings.ATLAS_ERASURE_LEDGER.unlink()
    code, lines = tried(file)
    assert (code, lines[-1]) == (1, f"{file.name} cannot be trusted: the last step failed.")
    assert "There is no erasure ledger" in lines[-2]
    assert leftovers() == []


@pytest.mark.full
@pytest.mark.sqlite
def test_broken_history_is_found_by_the_trial(folder):
    import sqlite3

    published_study(**(TEXTS | CODED))
    file = backed_up(folder)
    with sqlite3.connect(file) as kept:
        kept.execute("UPDATE studies_study SET key_point = 'Somebody changed this.'")
    kept.close()
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name(f"{file.name}.sha256").write_text(f"{digest}  {file.name}\n")
    code, lines = tried(file)
    assert (code, lines[-2].partition(":")[0]) == (1, "verify_history")


def test_changed_or_unnamed_files_are_no_backups(folder, tmp_path):
    file = backed_up(folder)
    copy = tmp_path / file.name
    shutil.copy(file, copy)
    with pytest.raises(CommandError, match="There is no checksum"):
        tried(copy)
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        opened.write(b"\0" if opened.read(1) != b"\0" else b"\1")
    with file.open("ab") as opened:
        opened.write(b"x")
    with pytest.raises(CommandError, match="It is not what its checksum says"):
        tried(file)
    for path in (tmp_path / "none.dump", tmp_path):
        with pytest.raises(CommandError, match="It is no backup"):
            tried(path)


def test_truncated_file_is_refused_by_the_database(folder, tmp_path):
    file = backed_up(folder)
    file.write_bytes(file.read_bytes()[:700])
    with pytest.raises(sqlite.Unsound):
        writing.ENGINES[connection.vendor].check(file)


def test_old_backups_go_only_after_a_new_good_one(folder, settings, monkeypatch):
    folder.mkdir()
    suffix = writing.ENGINES[connection.vendor].SUFFIX
    old, young = (
        f"atlas-{(timezone.now() - timedelta(days=days)).strftime(writing.STAMP)}.{suffix}"
        for days in (settings.ATLAS_BACKUP_DAYS + 1, settings.ATLAS_BACKUP_DAYS - 1)
    )
    names = {old, f"{old}.sha256", young, f"{young}.sha256", "notes.txt", "atlas-2020.sqlite3"}
    for name in names:
        (folder / name).touch()
    monkeypatch.setattr(writing.ENGINES[connection.vendor], "check", refuse)
    with pytest.raises(CommandError, match=r"No backup was made, and no old one was deleted\. It is broken\."):
        call_command("backup")
    assert {path.name for path in folder.iterdir()} == names
    assert TimerRun.objects.get().ok is False
    monkeypatch.undo()
    if connection.vendor == "postgresql":
        settings.ATLAS_POSTGRES_BIN = str(binaries())
        monkeypatch.setenv("LD_LIBRARY_PATH", str(binaries().parent / "lib"))
    call_command("backup", stdout=io.StringIO())
    assert names - {path.name for path in folder.iterdir()} == {old, f"{old}.sha256"}


def refuse(file: Path) -> None:
    raise sqlite.Unsound("It is broken.")


@pytest.mark.postgres
def test_missing_programs_of_postgres_are_named(folder, settings, tmp_path):
    settings.ATLAS_POSTGRES_BIN = str(tmp_path)
    with pytest.raises(CommandError, match="pg_dump could not be started: No such file or directory"):
        call_command("backup")


@pytest.mark.postgres
def test_password_reaches_the_programs_in_a_file_of_their_own(monkeypatch):
    given = {**connection.get_connection_params(), "password": "a:b\\c"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: given)
    with postgres._passfile() as environment:
        file = Path(environment["PGPASSFILE"])
        assert (file.read_text(), mode(file)) == ("*:*:*:*:a\\:b\\\\c\n", PRIVATE)
        assert [value for value in environment.values() if "a:b" in value] == []
    assert not file.exists()
    assert "a:b" not in str(postgres._place())
    assert postgres._url("other").startswith("postgres://atlas:a%3Ab%5Cc@/other?host=")


@pytest.mark.postgres
def test_programs_find_the_server_that_takes_writes_where_several_are_named(monkeypatch):
    """As an address for a failover does; a standby would refuse the database of a trial."""
    given = {**connection.get_connection_params(), "target_session_attrs": "read-write"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: given)
    assert postgres._place()["target_session_attrs"] == "read-write"
    assert postgres._url("other").endswith("&target_session_attrs=read-write")


def test_clock_that_jumped_takes_no_backup_away(folder):
    """A machine that ran every night and is suddenly a year later makes its backup and keeps the old ones."""
    ran_every_night("backup")
    old = backed_up(folder)
    with clock_off(YEAR):
        said = io.StringIO()
        call_command("backup", stdout=io.StringIO(), stderr=said)
    assert said.getvalue() == "No old backup was deleted. The last run is so long ago that the clock may be wrong.\n"
    assert (old.exists(), len(list(folder.glob("*.sha256")))) == (True, 2)
    with clock_off(YEAR):
        call_command("backup", "--trust-clock", stdout=io.StringIO())
    assert old.exists() is False
