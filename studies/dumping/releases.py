"""Releases in their folder: dated, complete, never changed afterwards."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from studies.models import RevisionValue

NAME = re.compile(r"atlas-(?:\d{4}-\d\d-\d\d|empty)-\d+", re.ASCII)
FILE = re.compile(r"(?:csv/)?[A-Za-z0-9_]+(?:\.[a-z0-9]+)*", re.ASCII)
DESCRIPTION = "datapackage.json"
SUMS = "SHA256SUMS"


class NoRelease(Exception):
    """There is no such release or file, or the release is held back."""


@dataclass(frozen=True)
class File:
    name: str
    size: int


@dataclass(frozen=True)
class Release:
    """One release as its own description tells it."""

    name: str
    changed_at: str
    counter: int
    revisions: int
    newest_hash: str
    removed_values: int
    studies: int
    folder: Path

    @property
    def day(self) -> str:
        return self.changed_at[:10]

    @property
    def held_back(self) -> bool:
        """Whether a value that stands in it was removed from the history since: then it is offered no more."""
        gone = RevisionValue.objects.filter(redacted_on__isnull=False, revision__sequence__lte=self.revisions)
        return gone.count() > self.removed_values

    @property
    def files(self) -> list[File]:
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return [File(path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in paths]

    @property
    def sums(self) -> str:
        """The text of its sums: one line with hash and name a file."""
        return (self.folder / SUMS).read_text()


def listed() -> list[Release]:
    """Every complete release, the newest state first."""
    folder = Path(settings.ATLAS_RELEASES_DIR)
    names = [path.name for path in folder.iterdir() if NAME.fullmatch(path.name)] if folder.is_dir() else []
    return sorted((read(folder / name) for name in names), key=lambda release: -release.counter)


def read(folder: Path) -> Release:
    """What the release's description says. Raises NoRelease where there is none."""
    try:
        told = json.loads((folder / DESCRIPTION).read_text())
        return Release(
            name=folder.name,
            changed_at=told["created"],
            counter=told["counter"],
            revisions=told["revisions"],
            newest_hash=told["newest_hash"],
            removed_values=told["removed_values"],
            studies=told["studies"],
            folder=folder,
        )
    except (OSError, ValueError, KeyError) as error:
        raise NoRelease(folder.name) from error


def file_of(name: str, file: str) -> Path:
    """Path of one file of one release that is offered. Raises NoRelease."""
    if not NAME.fullmatch(name) or not FILE.fullmatch(file):
        raise NoRelease(name)
    release = read(Path(settings.ATLAS_RELEASES_DIR) / name)
    path = release.folder / file
    if release.held_back or not path.is_file():
        raise NoRelease(name)
    return path
