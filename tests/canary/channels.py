"""Everything through which something could get out: one function for each channel, in a register.

To add a channel, write a generator of `Piece`s and decorate it with `@channel`; the sweep searches it.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import connection

from atlas_site.caching import keeping
from contributions.models import ContactDetail, Contribution, Message
from tests.canary.world import World
from tests.sqlite_files import bytes_of


@dataclass(frozen=True)
class Piece:
    """Something that was said, stored or written. `allowed`: beginnings of the labels that may stand in it."""

    where: str
    data: str | bytes
    allowed: tuple[str, ...] = ()


Channel = Callable[[World], Iterator[Piece]]
CHANNELS: dict[str, Channel] = {}


def channel(function: Channel) -> Channel:
    CHANNELS[function.__name__] = function
    return function


def leaks(world: World) -> list[str]:
    """What stands where it must not: channel, place, and what was found there."""
    found = []
    for name, pieces in CHANNELS.items():
        for piece in pieces(world):
            labels = [label for label in world.secrets.found_in(piece.data) if not label.startswith(piece.allowed)]
            if labels:
                found.append(f"{name}: {piece.where}: {', '.join(labels)}")
    return found


@channel
def pages(world: World) -> Iterator[Piece]:
    """Every answer there was: error pages, exports and staff pages too."""
    for answer in world.answers:
        yield Piece(answer.name, answer.body, answer.may_hold)


@channel
def headers_and_cookies(world: World) -> Iterator[Piece]:
    for answer in world.answers:
        yield Piece(answer.name, answer.head)


@channel
def addresses(world: World) -> Iterator[Piece]:
    """Method, path and query: what a web server's access log, a browser's history and a Referer hold."""
    for answer in world.answers:
        yield Piece(answer.who, f"{answer.method} {answer.address}")


@channel
def log(world: World) -> Iterator[Piece]:
    for line in world.log.getvalue().splitlines():
        yield Piece(line[:60], line)


@channel
def mails(world: World) -> Iterator[Piece]:
    """All of a mail but its recipient, who asked for it."""
    for message in mail.outbox:
        source = message.message().as_string()
        for address in message.to:
            source = source.replace(address, "")
        yield Piece(message.subject, source)
        yield Piece(message.subject, message.body)


@channel
def tables(world: World) -> Iterator[Piece]:
    """Every value of every table, those of full-text indexes and of encrypted columns too."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield Piece(
                        f"{table}.{name}", bytes(value) if isinstance(value, memoryview | bytes) else str(value)
                    )


@channel
def sessions(world: World) -> Iterator[Piece]:
    """Sessions are stored compressed, so they are opened for this."""
    for session in Session.objects.all():
        yield Piece("session", str(session.get_decoded()))


@channel
def cache(world: World) -> Iterator[Piece]:
    kept = [getattr(caches[name], "_cache", None) for name in caches]
    for key, value in (pair for each in kept if isinstance(each, dict) for pair in each.items()):
        yield Piece(key, key)
        yield Piece(key, value)


@channel
def shared_cache(world: World) -> Iterator[Piece]:
    """What lies in the Redis that processes share, as it stands there and as a process reads it."""
    if "redis" not in settings.CACHES["pages"]["BACKEND"]:
        return
    reader, client = caches["pages"]._cache, caches["pages"]._cache.get_client()
    for key in client.scan_iter("*"):
        value = client.get(key) or b"0"
        yield Piece(str(key), key)
        yield Piece(str(key), value)
        yield Piece(str(key), str(reader._serializer.loads(value)))


@channel
def kept_pages(world: World) -> Iterator[Piece]:
    """The public pages that the process keeps, with their headers."""
    for page in keeping.all_kept():
        yield Piece(page.view, page.body)
        yield Piece(page.view, f"{page.head} {page.whole}")


@channel
def releases(world: World) -> Iterator[Piece]:
    """Every file of the releases that anyone may take, unpacked."""
    for path in sorted(Path(settings.ATLAS_RELEASES_DIR).rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield Piece(path.name, gzip.decompress(content) if path.suffix == ".gz" else content)


@channel
def files(world: World) -> Iterator[Piece]:
    """The data folder with ledger and SQLite database, and what uploads left in their folder."""
    left = [*Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir(), Path(settings.ATLAS_ERASURE_LEDGER)]
    for path in [*Path(settings.DATA_DIR).rglob("*"), *left]:
        if path.is_file():
            yield Piece(path.name, path.name)
            yield Piece(path.name, bytes_of(path))


@channel
def database_files(world: World) -> Iterator[Piece]:
    """The files of this database, log of writes and log of the server included."""
    yield from (Piece(name, data) for name, data in files_of_database(with_logs=True))


def files_of_database(*, with_logs: bool) -> Iterator[tuple[str, bytes]]:
    """Name and bytes. Without logs: what stays when they are reused, which is where erased rows must be gone."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        for path in (Path(name + end) for end in ("", "-wal", "-shm", "-journal")):
            if path.exists():
                yield path.name, bytes_of(path)
        return
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        cursor.execute("SELECT 'base/' || oid FROM pg_database WHERE datname = current_database()")
        folders = [cursor.fetchone()[0], *(["pg_wal"] if with_logs else [])]
        for folder in folders:
            cursor.execute("SELECT pg_ls_dir(%s)", [folder])
            for (name,) in cursor.fetchall():
                cursor.execute(
                    "SELECT pg_read_binary_file(%s, 0, 1000000000, true) WHERE NOT (pg_stat_file(%s, true)).isdir",
                    [f"{folder}/{name}"] * 2,
                )
                if (row := cursor.fetchone()) and row[0] is not None:
                    yield f"{folder}/{name}", bytes(row[0])
    if with_logs:
        yield from _log_of_server()


def _log_of_server() -> Iterator[tuple[str, bytes]]:
    """What our own test server wrote to its log; another server's log is not ours to read."""
    path = Path(os.environ.get("TEST_DATABASE_URL", "").partition("host=")[2]) / "server.log"
    if path.is_file():
        yield "server.log", path.read_bytes()


def ciphertexts(pk: int) -> list[bytes]:
    """Pieces of what the database holds of a contribution in encrypted form, and its hashes."""
    row = Contribution.objects.get(pk=pk)
    bodies = [bytes(one.body) for model in (Message, ContactDetail) for one in model.objects.filter(contribution=row)]
    hashes = [row.receipt_hash.encode(), row.token_hash.encode()]
    return [bytes(row.wrapped_key)[-40:], *hashes, *(body[20:80] for body in bodies), *(body[-40:] for body in bodies)]
