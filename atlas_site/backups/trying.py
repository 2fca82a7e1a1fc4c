"""Try a backup: restore it into an empty place, erase again what was erased since, and check its whole history."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from atlas_site.backups.sqlite import Unsound
from atlas_site.backups.writing import ENGINES, checksum_holds

VENDORS = {".sqlite3": "sqlite", ".dump": "postgresql"}
# What a restore consists of, in this order; each is a command of manage.py on the restored database.
STEPS = (
    ("migrate", "--no-input", "--verbosity", "0"),
    ("replay_erasures",),
    ("replay_erasures", "--count"),
    ("verify_history",),
)


@dataclass(frozen=True)
class Step:
    """One step with what it said; `ok` is false where it failed, and it is the last one then."""

    name: str
    ok: bool
    said: str


def steps(file: Path) -> Iterator[Step]:
    """Go through all steps. The backup is only read; the place of the trial is removed. Raises Unsound."""
    vendor = VENDORS.get(file.suffix)
    if vendor is None or not file.is_file():
        raise Unsound("It is no backup: a file that ends in .sqlite3 or .dump is needed.")
    if not checksum_holds(file):
        raise Unsound("It is not what its checksum says.")
    with ENGINES[vendor].restored(file) as url:
        for words in STEPS:
            step = _manage(words, url)
            yield step
            if not step.ok:
                return


def _manage(words: tuple[str, ...], url: str) -> Step:
    """Run it in a process of its own, so that nothing of this one's database comes near."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "atlas_site.settings",
        "DATABASE_URL": url,
        "ATLAS_ERASURE_LEDGER": str(settings.ATLAS_ERASURE_LEDGER),
    }
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = (done.stdout if done.returncode == 0 else done.stderr or done.stdout).strip()
    return Step(" ".join(words), done.returncode == 0, said.splitlines()[-1] if said else "Done.")
