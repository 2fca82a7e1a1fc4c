"""Which code answers: the version number, and an identifier that is another one whenever the code is."""

import hashlib
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

PARTS = {
    "atlas_site": "**/*.py",
    "studies": "**/*.py",
    "studies/api": "*.json",
    "docs/examples": "*",  # shown on the page about the API
    "templates": "**/*",
}


@cache
def version() -> str:
    """The version in pyproject.toml."""
    with (settings.BASE_DIR / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@cache
def release_id() -> str:
    """Twelve characters that stand for the code and templates of this process; read once, about 5 MB of files.

    Answers that are kept under it are asked for anew after an update, also where no study changed.
    """
    digest = hashlib.sha256()
    for path in _files():
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _files() -> Iterator[Path]:
    for folder, pattern in PARTS.items():
        yield from sorted(path for path in (settings.BASE_DIR / folder).glob(pattern) if path.is_file())
