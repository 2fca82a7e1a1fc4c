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
from psycopg.conninfo import make_conninfo

from atlas_site.backups.sqlite import Unsound

SUFFIX = "dump"
# What may be told to a program openly.
OPEN = ("host", "port", "user", "dbname", "service", "passfile", "sslmode", "sslrootcert", "sslcert", "sslkey")


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
    """DATABASE_URL of the backup in a new database on the same server, dropped at the end; the role needs CREATEDB."""
    check(file)
    name = f"atlas_restore_{secrets.token_hex(6)}"
    with _server() as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            target = make_conninfo(**{**_place(), "dbname": name})
            _run("pg_restore", "--no-owner", "--no-acl", "--exit-on-error", f"--dbname={target}", str(file))
            yield _url(name)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


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
