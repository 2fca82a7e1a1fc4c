"""The environment of the test suite, made before Django's settings are read (loaded by `-p` in pyproject.toml).

ATLAS_TEST_DATABASE says which database: `sqlite` (default) or `postgres`. For the second, TEST_DATABASE_URL names a server to
use; without it one is started here and stopped at the end. Every process of a parallel run has its own data folder.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from scripts.postgres import Server

FOLDER = "ATLAS_TEST_FOLDER"
ENGINES = ("sqlite", "postgres")

_server: Server | None = None
_is_worker = "PYTEST_XDIST_WORKER" in os.environ


def engine() -> str:
    """The engine this run is about."""
    name = os.environ.get("ATLAS_TEST_DATABASE", "sqlite")
    if name not in ENGINES:
        raise pytest.UsageError(f"ATLAS_TEST_DATABASE is {name!r}: write sqlite or postgres.")
    return name


def _database_url(data: Path) -> str:
    global _server
    if engine() == "sqlite":
        return f"sqlite:///{data / 'atlas.sqlite3'}"
    if "TEST_DATABASE_URL" not in os.environ:
        _server = Server(options=["max_connections=300"])  # tests open many at once, from two processes
        os.environ["TEST_DATABASE_URL"] = _server.url  # the workers of a parallel run share it
    return os.environ["TEST_DATABASE_URL"]


def _prepare() -> None:
    if not _is_worker:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="atlas-test-")
        atexit.register(_clear)
    data = Path(os.environ[FOLDER]) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    (data / "static").mkdir(parents=True)
    os.environ.update(
        DEBUG="0",
        ATLAS_LOCAL="0",
        ATLAS_ONE_PERSON="0",
        ATLAS_ENCRYPTION_KEYS="t1:" + "A" * 43 + "=",
        ATLAS_RECEIPT_KEYS="t1:" + "B" * 42 + "A=",
        ATLAS_ERASURE_LEDGER=str(data / "erasures.log"),
        EMAIL_URL="memorymail://",
        SECRET_KEY="a-key-for-tests-alone-which-guards-nothing-at-all-0123456789",
        ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
        ATLAS_URL="http://testserver",
        ADMIN_PATH="admin/",
        ATLAS_DATA_DIR=str(data),
        ATLAS_STATIC_ROOT=str(data / "static"),
        DATABASE_URL=_database_url(data),
        CACHE_URL="locmemcache://",
        ATLAS_PAGE_CACHE="0",  # states of the database come back when a test is undone; tests/caching turns it on
        ATLAS_CONTACT="",
        ATLAS_SOURCES_LOOPBACK="0",
    )


def _clear() -> None:
    """Stop what this process started; called twice does no harm."""
    global _server
    if _server is not None:
        _server.stop()
        _server = None
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)


_prepare()


def pytest_report_header() -> str:
    return f"database: {engine()}"


def pytest_unconfigure() -> None:
    if not _is_worker:
        _clear()
