"""After an erasure neither the text nor its ciphertext is in the database's files, and a restore does not bring it back."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction

from contributions import messages, retention, scrubbing, thread
from contributions.models import ContactDetail, Contribution, DayKey, Message
from tests.clock import PATIENCE
from tests.contributions.factories import LATER, in_state, make_user, received
from tests.sqlite_files import bytes_of, close_for_good
from tests.studies.conftest import point_to

pytestmark = pytest.mark.usefixtures("committing")
LONG = "Zaunkönigsnest " * 1000  # PostgreSQL keeps values of this length in a table beside the table


@pytest.fixture(autouse=True)
def _own_ledger(settings, tmp_path: Path, monkeypatch) -> None:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "erasures.log"
    # Other processes of a parallel run have transactions open on the same server, and cleaning waits for them.
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", PATIENCE * 1000)
    monkeypatch.setattr(retention, "NIGHTLY_PATIENCE", PATIENCE)


def files() -> bytes:
    """Every byte of the database's files that private rows may stand in."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return b"".join(bytes_of(path) for end in ("", "-wal", "-shm") if (path := Path(name + end)).exists())
    tables = [model._meta.db_table for model in scrubbing.PRIVATE_MODELS]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute(
            "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL"
            " AND (relname = ANY(%s) OR oid IN (SELECT reltoastrelid FROM pg_class WHERE relname = ANY(%s)))",
            [tables, tables],
        )
        return b"".join(bytes(row[0]) for row in cursor.fetchall())


def secrets_of(one: Contribution) -> list[bytes]:
    """Pieces of what must be gone: the ciphertexts and the wrapped key."""
    bodies = [bytes(row.body) for row in (*Message.objects.filter(contribution=one), *ContactDetail.objects.all())]
    return [bytes(one.wrapped_key), *(body[20:120] for body in bodies), *(body[-60:] for body in bodies)]


def found(secrets: list[bytes]) -> int:
    held = files()
    return sum(secret in held for secret in secrets)


def a_long_one(**fields) -> Contribution:
    return received(content={"text": LONG}, contact="a@example.org", may_contact=True, **fields)


def test_text_never_stood_in_the_files_and_its_ciphertext_is_gone_after_an_erasure() -> None:
    others = [received() for _ in range(5)]
    one = a_long_one()
    thread.add(contribution=one, text="Something short.", at=LATER)
    secrets = secrets_of(one)
    assert found(secrets) == len(secrets) == 7
    thread.take_back(contribution=one, at=LATER)
    assert found(secrets) == 0
    assert found([LONG[:15].encode()]) == 0
    assert [len(messages.read(other)) for other in others] == [1] * 5


def test_clock_leaves_nothing_in_the_files() -> None:
    one = in_state("noted", make_user("moderator"))
    secrets = secrets_of(one)
    assert found(secrets) == len(secrets)
    hashes = [one.receipt_hash.encode(), one.token_hash.encode()]
    assert found(hashes) == 2
    assert retention.purge(at=one.ended_at.replace(year=2027))["scrubbed"] == 1
    assert found(secrets) == found(hashes) == 0


def test_key_of_yesterday_is_gone_from_the_files() -> None:
    from contributions import limits

    key = limits.day_key(LATER)
    assert found([key]) == 1
    retention.purge(at=LATER.replace(day=LATER.day + 1))
    assert found([key]) == 0
    assert DayKey.objects.count() == 2  # neither of the two was kept beside the new one


@pytest.fixture
def restored() -> Iterator[str]:
    """Name of a copy of the database, made before the test's erasure; the connection returns to the original."""
    name, suffix = str(connection.settings_dict["NAME"]), "restored"
    yield suffix
    close_for_good()
    point_to(name)
    connection.creation.destroy_test_db(name, verbosity=0, suffix=suffix)
    point_to(name)


def test_restored_backup_is_erased_again(restored: str) -> None:
    one, kept = a_long_one(), received()
    secrets = secrets_of(one)
    close_for_good()  # only then do the rows stand in the file that is copied
    connection.creation.clone_test_db(restored, verbosity=0, autoclobber=True)
    thread.take_back(contribution=one, at=LATER)
    point_to(str(connection.creation.get_test_db_clone_settings(restored)["NAME"]))
    back = Contribution.objects.get(pk=one.pk)
    assert (back.state, len(messages.read(back))) == ("received", 1)
    call_command("replay_erasures")
    back.refresh_from_db()
    assert (back.state, back.wrapped_key, Message.objects.filter(contribution=back).count()) == ("erased", None, 0)
    assert len(messages.read(Contribution.objects.get(pk=kept.pk))) == 1
    assert found(secrets) == 0


def test_busy_database_is_left_to_the_next_purge(monkeypatch, caplog) -> None:
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", 100)
    one, reading, done = a_long_one(), Flag(), Flag()
    secrets, before = secrets_of(one), waiting_time()

    def read_on() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("COMMIT")  # Django begins with a write lock; a reader has none
                cursor.execute("BEGIN")
            list(Message.objects.all())
            reading.set()
            done.wait(PATIENCE)
        connection.close()

    reader = Thread(target=read_on)
    reader.start()
    assert reading.wait(PATIENCE)
    thread.take_back(contribution=one, at=LATER)
    one.refresh_from_db()
    assert one.state == "taken_back"  # the erasure stands; only the files wait
    assert {record.getMessage() for record in caplog.records} == {
        "Erased rows are not gone from the database's files yet; the next purge tries again."
    }
    done.set()
    reader.join()
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", PATIENCE * 1000)
    assert retention.purge(at=LATER)["scrubbed"] == 1
    assert found(secrets) == 0
    assert waiting_time() == before


def waiting_time() -> object:
    """How long this connection waits for others in general; cleaning must leave it as it was."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout" if connection.vendor == "sqlite" else "SHOW lock_timeout")
        return cursor.fetchone()[0]


@pytest.mark.postgres
def test_transaction_that_is_older_than_the_erasure_is_waited_for(monkeypatch) -> None:
    """It reads none of the private tables, but PostgreSQL keeps what it might still see."""
    one, other, begun, done = a_long_one(), make_user(), Flag(), Flag()
    secrets = secrets_of(one)

    def write_on() -> None:
        with transaction.atomic():
            User.objects.filter(pk=other.pk).update(first_name="A")
            begun.set()
            done.wait(PATIENCE)
        connection.close()

    writer = Thread(target=write_on)
    writer.start()
    assert begun.wait(PATIENCE)
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", 100)
    thread.take_back(contribution=one, at=LATER)
    assert found(secrets) == len(secrets)
    assert scrubbing.scrub() is False
    done.set()
    writer.join()
    monkeypatch.setattr(scrubbing, "LOCK_TIMEOUT", PATIENCE * 1000)
    assert scrubbing.scrub() is True
    assert found(secrets) == 0
