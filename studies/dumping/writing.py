"""Write a release: one folder that holds the whole public atlas at one state, with everything to check it by."""

from __future__ import annotations

import csv
import fcntl
import gzip
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings

from studies.dumping import clearing, database, package, reading_matter, states
from studies.dumping.history import revision_lines
from studies.dumping.releases import DESCRIPTION, SUMS, Release, read
from studies.dumping.studies import study_lines
from studies.dumping.tables import TABLES, Table
from studies.formats.cells import defused

PART = ".part"
CHECKER = Path(settings.BASE_DIR) / "scripts" / "verify_dump.py"


class Busy(Exception):
    """Another export is writing into this folder."""


def export(folder: Path) -> tuple[Release, bool]:
    """Write the release of the present state into `folder`, under its own name; True where it is new.

    A release that is there already is left as it is. What an interrupted export left is removed. Until everything is
    written nothing stands under the release's name. Raises Busy; OSError where the disk refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), states.held() as state:
        if (folder / state.name).is_dir():
            return read(folder / state.name), False
        part = folder / PART
        shutil.rmtree(part, ignore_errors=True)
        (part / "csv").mkdir(parents=True)
        try:
            _fill(part, state)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)  # a full disk gets its room back
            raise
        part.rename(folder / state.name)
    return read(folder / state.name), True


def clear(folder: Path) -> list[str]:
    """Empty the releases in `folder` that hold a value removed since, and name them. Raises Busy, OSError."""
    with _alone(folder):
        return clearing.empty_held_back(folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(str(folder)) from error
        yield


def _fill(part: Path, state: states.AtlasState) -> None:
    for table in TABLES:
        _write_table(part / "csv" / f"{table.name}.csv", table)
    studies = _write_lines(part / "studies.jsonl.gz", study_lines(state))
    _write_lines(part / "revisions.jsonl.gz", revision_lines())
    database.write(part / "atlas.sqlite", state)
    _write_json(part / "metadata.json", reading_matter.datasette(state))
    (part / "README.md").write_text(reading_matter.readme(state, studies))
    (part / "LICENSE.md").write_text(reading_matter.LICENCE)
    shutil.copyfile(CHECKER, part / CHECKER.name)
    described = package.described(part, state, settings.ATLAS_URL)
    _write_json(part / DESCRIPTION, described | {"studies": studies})
    _write_sums(part)


def _write_table(path: Path, table: Table) -> None:
    """RFC 4180: UTF-8, a line of names, CRLF. A cell that a spreadsheet would run as a formula is defused."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.names)
        writer.writerows(map(defused, row) for row in table.rows())


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> int:
    """JSON Lines, compressed without a name and a time, so that the same lines give the same bytes; the number of lines."""
    count = 0
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
    return count


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _write_sums(part: Path) -> None:
    """In the form that `sha256sum --check` reads."""
    paths = sorted(path for path in part.rglob("*") if path.is_file())
    lines = [f"{package.sha256_of(path)}  {path.relative_to(part).as_posix()}\n" for path in paths]
    (part / SUMS).write_text("".join(lines))
