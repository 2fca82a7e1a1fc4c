"""Secrets in the folder that systemd gives to a service: they are read there, and the process does not show them."""

import subprocess
import sys

from scripts.trying import document
from tests.deploy.test_server import SETTINGS
from tests.running import ROOT, bare_environment

SEALED = ("SECRET_KEY", "ATLAS_ENCRYPTION_KEYS", "ATLAS_RECEIPT_KEYS", "EMAIL_URL")
LOOK = """
import json
from pathlib import Path
from atlas_site import settings
shown = Path("/proc/self/environ").read_text()
print(json.dumps([settings.SECRET_KEY, settings.EMAIL_HOST, settings.SECRET_KEY in shown, "t1:" in shown]))
"""


def looked(tmp_path, **variables: str) -> subprocess.CompletedProcess:
    environment = bare_environment() | {name: value for name, value in SETTINGS.items() if name not in SEALED}
    return subprocess.run(
        [sys.executable, "-c", LOOK],
        cwd=ROOT, env=environment | {"ATLAS_DATA_DIR": str(tmp_path)} | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_settings_are_read_from_the_credentials_and_shown_in_no_environment(tmp_path):
    (tmp_path / "secrets.env").write_text("".join(f"{name}={SETTINGS[name]}\n" for name in SEALED))
    found = looked(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path))
    assert (found.stdout, found.stderr) == (f'["{SETTINGS["SECRET_KEY"]}", "mail.example.org", false, false]\n', "")
    assert looked(tmp_path).returncode == 1
    assert looked(tmp_path, CREDENTIALS_DIRECTORY=str(tmp_path / "none")).returncode == 1


def test_what_is_sealed_in_the_document_is_what_is_secret():
    (block,) = document.blocks((ROOT / "docs" / "operations.md").read_text(), "Sealed keys")
    assert block.count(f"'^({'|'.join(SEALED)})='") == 1
    assert block.count(f"'/^({'|'.join(SEALED)})=/d'") == 1
