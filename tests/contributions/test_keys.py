"""Key lists: from the environment, or made once in the data folder of one's own machine."""

import base64
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from contributions import checks, keys
from tests.clock import PATIENCE
from tests.running import ROOT, bare_environment

NOT_SET = "ATLAS_ENCRYPTION_KEYS is not set. Contributions cannot be kept safe without it (docs/operations.md)."
ONE, TWO = base64.b64encode(bytes(32)).decode(), base64.b64encode(bytes([7] * 32)).decode()


def test_first_key_of_a_list_is_current() -> None:
    found = keys.parse("ATLAS_RECEIPT_KEYS", f" new:{TWO} , old:{ONE},")
    assert (found.current, dict(found.keys)) == ("new", {"new": bytes([7] * 32), "old": bytes(32)})


@pytest.mark.parametrize("text", [",", "k1", "k1:abc", f"k1:{ONE[:-4]}", f":{ONE}", "k1:" + "!" * 44])
def test_unreadable_list_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        keys.parse("ATLAS_RECEIPT_KEYS", text)
    assert str(caught.value) == (
        "ATLAS_RECEIPT_KEYS must be a list id:base64,… of 32-byte keys; make one with: openssl rand -base64 32"
    )


def test_missing_list_is_made_on_ones_own_machine_alone(settings, tmp_path: Path) -> None:
    settings.ATLAS_ENCRYPTION_KEYS = settings.ATLAS_RECEIPT_KEYS = ""
    settings.DATA_DIR = tmp_path
    with pytest.raises(ImproperlyConfigured, match="ATLAS_ENCRYPTION_KEYS is not set"):
        keys.require()
    assert [error.id for error in checks.check_keys(None)] == ["contributions.E001", "contributions.E002"]
    assert list(tmp_path.iterdir()) == []
    settings.LOCAL = True
    keys.require()
    (made,) = tmp_path.iterdir()
    assert (made.name, made.stat().st_mode & 0o777) == ("contribution-keys.json", 0o600)
    assert keys.encryption_keys() != keys.receipt_keys()
    assert checks.check_keys(None) == []


def test_keys_are_made_once_even_by_two_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: keys._write_once(tmp_path / keys.FILE_NAME), range(8)))
    (made,) = tmp_path.iterdir()
    first = made.read_text()
    keys._write_once(made)
    assert made.read_text() == first
    assert keys.local_keys(tmp_path) == json.loads(first)


def serve(data: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **bare_environment(),
        "SECRET_KEY": "long enough for a test of the start, and used for nothing else",
        "ATLAS_DATA_DIR": str(data),
        **variables,
    }
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_server_does_not_start_without_keys(tmp_path: Path) -> None:
    done = serve(tmp_path, "-c", "import atlas_site.wsgi")
    assert (done.returncode, done.stderr) == (
        3,
        f"The atlas cannot start: {NOT_SET}\n",
    )


def test_commands_that_need_no_keys_run_without_them(tmp_path: Path) -> None:
    done = serve(tmp_path, "manage.py", "check")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_first_start_on_ones_own_machine_makes_keys(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    done = serve(tmp_path, "-c", "import atlas_site.wsgi", ATLAS_LOCAL="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contribution-keys.json", "static"]


@pytest.mark.parametrize("address", ["carrier-pigeon://user:secret@host", "smtp://user:secret@host:port"])
def test_unreadable_mail_address_stops_the_start_and_is_not_shown(tmp_path: Path, address: str) -> None:
    done = serve(tmp_path, "manage.py", "check", EMAIL_URL=address)
    assert (done.returncode, done.stderr) == (
        1,
        "The atlas cannot start: EMAIL_URL cannot be read: write smtp+tls://user:password@host:587.\n",
    )


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "dummy.EmailBackend localhost 25 False"),
        ({"ATLAS_LOCAL": "1"}, "console.EmailBackend localhost 25 False"),
        ({"EMAIL_URL": "smtp+tls://me:p%40ss@mail.example.org:587"}, "smtp.EmailBackend mail.example.org 587 True"),
    ],
)
def test_mail_is_sent_only_where_an_address_is_set(tmp_path: Path, variables: dict[str, str], expected: str) -> None:
    show = "from atlas_site.settings import *; print(EMAIL_BACKEND[26:], EMAIL_HOST, EMAIL_PORT, EMAIL_USE_TLS)"
    assert serve(tmp_path, "-c", show, **variables).stdout.strip() == expected
