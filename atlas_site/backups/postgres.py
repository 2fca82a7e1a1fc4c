"""Backups of PostgreSQL with its own programs. A password is never on a command line or in an environment.

Where DATABASE_URL holds one, the programs find it in a file that only this user can read and that is gone afterwards;
else PostgreSQL's own ways (a peer login, PGPASSFILE, `?service=` or `?passfile=` in DATABASE_URL) are left to it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from atlas_site.backups.sqlite import Unsound

SUFFIX = "dump"
# What may be told to a program openly.
OPEN = (
    "host", "port", "user", "dbname", "service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey",
    "target_session_attrs",
)  # fmt: skip


def copy(target: Path, *, without: Sequence[str]) -> None:
    """Dump one state of the database into this file, in the custom format, without the rows of these tables."""
    left_out = [f"--exclude-table-data=public.{table}" for table in without]
    form = ["--format=custom", "--no-owner", "--no-acl", f"--file={target}"]
    _run("pg_dump", *form, *left_out, f"--dbname={make_conninfo(**_place())}")


def check(file: Path) -> None:
    """Let PostgreSQL read the list of contents. Raises Unsound. Only `restored` reads it whole."""
    _run("pg_restore", "--list", str(file))


@contextlib.contextmanager
def restored(file: Path) -> Iterator[str]:
    """DATABASE_URL of the backup in a new database on the same server, dropped at the end; the role needs CREATEDB.

    Those of trials that were killed are dropped first: a copy must not outlive what is erased.
    """
    check(file)
    name = f"{trial_names()}{secrets.token_hex(6)}"
    with _server() as server:
        _drop_leftovers(server)
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            target = make_conninfo(**{**_place(), "dbname": name})
            _run("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", f"--dbname={target}", str(file))
            yield _url(name)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def trial_names() -> str:
    """What the names of the databases begin with that backups of this database are tried in."""
    return f"{connection.settings_dict['NAME'][:40]}_restore_"


def _drop_leftovers(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """Drop what killed trials left, unless another trial runs; then hold a share of the lock until the connection ends.

    Only a name as `restored` makes it is dropped, never one that somebody gave by hand.
    """
    lock = [trial_names()]
    alone = server.execute("SELECT pg_try_advisory_lock(hashtext(%s))", lock).fetchone() == (True,)
    if alone:
        made = "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND right(datname, -length(%s)) ~ '^[0-9a-f]{12}$'"
        found = server.execute(made, [*lock, *lock])
        for (name,) in found.fetchall():
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(name))))
    server.execute("SELECT pg_advisory_lock_shared(hashtext(%s))", lock)
    if alone:
        server.execute("SELECT pg_advisory_unlock(hashtext(%s))", lock)


def _place() -> dict[str, str]:
    """Where the database is, as libpq's words, without the password."""
    given = connection.get_connection_params()
    return {name: str(given[name]) for name in OPEN if given.get(name)}


def _password() -> str:
    return str(connection.get_connection_params().get("password") or "")


@contextlib.contextmanager
def _server() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection outside any transaction, in which databases can be made."""
    secret = {"password": _password()} if _password() else {}
    try:
        with psycopg.connect(make_conninfo(**_place(), **secret), autocommit=True) as server:
            yield server
    except psycopg.Error as error:
        raise Unsound(f"PostgreSQL refused: {str(error).strip()}.") from None


def _url(name: str) -> str:
    """DATABASE_URL of another database on this server, for the environment of a process of our own."""
    place = _place()
    account = quote(place.pop("user", ""), safe="") + (f":{quote(_password(), safe='')}" if _password() else "")
    place.pop("dbname", None)
    return f"postgres://{account}@/{name}?{urlencode(place)}"


def _run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's programs. Raises Unsound with the first line of its complaint."""
    folder = str(settings.ATLAS_POSTGRES_BIN)
    command = str(Path(folder) / program) if folder else program
    with _passfile() as environment:
        try:
            done = subprocess.run([command, *words], env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
        except OSError as error:
            raise Unsound(f"{program} could not be started: {error.strerror}. See ATLAS_POSTGRES_BIN.") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise Unsound(f"{program} failed: {said[0]}.")


@contextlib.contextmanager
def _passfile() -> Iterator[dict[str, str]]:
    password = _password().replace("\\", "\\\\").replace(":", "\\:")
    if not password:
        yield dict(os.environ)
        return
    with tempfile.NamedTemporaryFile("w", prefix="atlas-pass-", encoding="utf-8") as file:  # made with 0600
        file.write(f"*:*:*:*:{password}\n")
        file.flush()
        yield {**os.environ, "PGPASSFILE": file.name}
