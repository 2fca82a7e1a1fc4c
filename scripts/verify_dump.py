#!/usr/bin/env python3
"""Check a release of the atlas with the standard library alone: sums, history, and that the studies agree with it.

Usage: python3 verify_dump.py [FOLDER] [--anchor HASH]

Reads the folder and changes nothing. Prints one line for each fault, the earliest number of the chain first, and exits
with 1; exits with 0 where all is well, and with 2 where the folder is no release. How the hashes are made is described in
the atlas's docs/history.md; this file needs nothing else of the atlas.
"""

import argparse
import csv
import gzip
import hashlib
import json
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"
COVERED = (
    "study", "number", "sequence", "made_at", "kind", "reason", "note", "evidence_url", "approver_role", "second_role",
    "values", "previous_hash", "previous_global_hash",
)  # fmt: skip
# Columns of the table of studies that hold exactly what the history recorded last.
SAME = (
    "slug", "title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages", "published_on",
    "published_precision", "doi", "pmid", "pmcid", "preprint_doi", "language", "license_url", "retraction_status",
    "retraction_notice_doi", "retraction_on", "design", "peer_review", "patients", "controls", "population_label",
    "evidence_level", "pem", "pem_rule", "pem_claim", "pem_quote", "pem_locator", "question", "key_point",
    "main_limitation", "summary", "significance", "limitations", "basis",
)  # fmt: skip
LISTS = ("method_flags", "pem_measured_by", "findings", "conclusions", "open_questions", "strengths")

# Where the same value stands in a line of studies.jsonl.gz.
IN_LINES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("slug", "version", "published_at", "changed_at", "key_point", "main_limitation")},
    **{name: ("bibliography", name) for name in ("title", "journal", "issn", "volume", "issue", "pages", "language")},
    **{name: ("identifiers", name) for name in ("doi", "pmid", "pmcid", "preprint_doi")},
    **{name: ("classification", name) for name in ("patients", "controls")},
    **{name: ("classification", name, "value") for name in ("design", "peer_review", "evidence_level")},
    **{name: ("texts", name, "text") for name in ("question", "summary", "significance", "limitations")},
    "population_label": ("classification", "population"),
    "retraction_status": ("retraction", "status"), "retraction_notice_doi": ("retraction", "notice_doi"),
    "retraction_on": ("retraction", "on"), "pem": ("pem", "value"), "pem_rule": ("pem", "rule"), "basis": ("texts", "basis"),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a release of the ME/CFS Study Atlas.")
    parser.add_argument("folder", nargs="?", default=".", type=Path)
    parser.add_argument(
        "--anchor", default="", help="a newest hash that you noted down earlier; it must be in the chain"
    )
    options = parser.parse_args()
    try:
        told = json.loads((options.folder / "datapackage.json").read_text(encoding="utf-8"))
        faults = list(check(options.folder, told, options.anchor))
    except (OSError, ValueError, KeyError, EOFError, csv.Error, sqlite3.Error) as error:
        print(f"{options.folder} cannot be read as a release: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print("\n".join(faults) or f"{told['version']}: all is well. Newest hash {told['newest_hash']}")
    return 1 if faults else 0


def check(folder: Path, told: dict[str, Any], anchor: str) -> Iterator[str]:
    """Every fault in one sentence."""
    yield from check_sums(folder)
    history = History(anchor)
    yield from history.read(folder / "revisions.jsonl.gz")
    yield from history.compare(told)
    yield from check_studies(folder / "atlas.sqlite", history.newest)
    yield from check_copies(folder)


def check_sums(folder: Path) -> Iterator[str]:
    """Each file against its sum, and no file without one."""
    due = dict(line.split("  ", 1)[::-1] for line in (folder / SUMS).read_text(encoding="utf-8").splitlines())
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {SUMS}
    for name in sorted(due.keys() | there):
        if name not in there:
            yield f"{name}: the file is missing"
        elif name not in due:
            yield f"{name}: the file has no sum"
        elif file_sum(folder / name) != due[name]:
            yield f"{name}: the file is not the one whose sum was written down"


class History:
    """The chain, read once from front to end.

    `newest` holds of each study a fingerprint of every value that was recorded last, so that a large atlas fits in memory.
    """

    def __init__(self, anchor: str) -> None:
        self.anchor = anchor
        self.anchored = False
        self.count = 0
        self.end = ""
        self.last: dict[int, tuple[int, str]] = {}
        self.newest: dict[int, dict[str, Any]] = {}

    def read(self, path: Path) -> Iterator[str]:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                revision = json.loads(line)
                for message in self._faults(revision):
                    yield f"number {revision['sequence']} (study {revision['study']}, revision {revision['number']}): {message}"
                self._take(revision)

    def _faults(self, revision: dict[str, Any]) -> Iterator[str]:
        number, before = self.last.get(revision["study"], (0, ""))
        if revision["sequence"] != self.count + 1:
            yield f"the number before it is {self.count}"
        if hash_of(revision) != revision["hash"]:
            yield "its content does not match its hash"
        if revision["previous_global_hash"] != self.end:
            yield "it does not follow the number before it"
        if revision["number"] != number + 1 or revision["previous_hash"] != before:
            yield "it does not follow the study's revision before it"
        yield from self._values(revision)

    def _values(self, revision: dict[str, Any]) -> Iterator[str]:
        contents, hashes = revision["contents"], revision["values"]
        for field in sorted(contents.keys() ^ hashes.keys()):
            yield f"the value of {field} is {'not covered' if field in contents else 'missing'}"
        for field in sorted(contents.keys() & hashes.keys()):
            if not holds(contents[field], hashes[field]):
                yield f"the value of {field} does not match its hash"

    def _take(self, revision: dict[str, Any]) -> None:
        self.count, self.end = revision["sequence"], revision["hash"]
        self.anchored |= self.anchor == self.end
        self.last[revision["study"]] = (revision["number"], revision["hash"])
        values = self.newest.setdefault(revision["study"], {})
        values["version"], values["newest_hash"] = revision["number"], revision["hash"]
        for field, content in revision["contents"].items():
            values[field] = REMOVED if "removed_on" in content else fingerprint(content["value"])

    def compare(self, told: dict[str, Any]) -> Iterator[str]:
        """The end of the chain against what the release says, and the anchor."""
        if (self.count, self.end) != (told["revisions"], told["newest_hash"]):
            yield f"the chain ends at number {self.count}, which is not the end that the release names"
        if self.anchor and not self.anchored:
            yield "the hash that you noted down is not in the chain"


def check_studies(path: Path, newest: dict[int, dict[str, Any]]) -> Iterator[str]:
    """Each published study of the table against its history; a removed value is compared no more."""
    with sqlite3.connect(f"file:{path.resolve()}?mode=ro", uri=True) as file:
        file.row_factory = sqlite3.Row
        seen = set()
        for row in file.execute("SELECT * FROM studies ORDER BY id"):
            seen.add(row["id"])
            values = newest.get(row["id"])
            if values is None:
                yield f"study {row['id']}: it has no history"
                continue
            for field in disagreeing(row, values):
                yield f"study {row['id']} ({row['slug']}): {field} is not what its history says"
        published = {study for study, values in newest.items() if values.get("state") == PUBLISHED}
        for study in sorted(published - seen):
            yield f"study {study}: its history says that it is published, but it is not in the table"
    file.close()


def disagreeing(row: sqlite3.Row, values: dict[str, Any]) -> Iterator[str]:
    if (row["version"], row["newest_hash"]) != (values["version"], values["newest_hash"]):
        yield "version"
    if values.get("state") != PUBLISHED:
        yield "state"
    for field in (*SAME, *LISTS):
        shown = json.loads(row[field] or "[]") if field in LISTS else row[field]
        shown = sorted(shown) if field in ("method_flags", "pem_measured_by") else shown
        if values.get(field, EMPTY) not in (REMOVED, fingerprint(shown)):
            yield field


def check_copies(folder: Path) -> Iterator[str]:
    """The tables as CSV and the studies as JSON Lines against the SQLite file, which was compared with the history."""
    with sqlite3.connect(f"file:{(folder / 'atlas.sqlite').resolve()}?mode=ro", uri=True) as file:
        for path in sorted((folder / "csv").glob("*.csv")):
            yield from differing_rows(file, path)
        file.row_factory = sqlite3.Row
        yield from differing_lines(file, folder / "studies.jsonl.gz")
    file.close()


def differing_rows(file: sqlite3.Connection, path: Path) -> Iterator[str]:
    """The first row in which a table as CSV is another than in the SQLite file."""
    table = file.execute(f'SELECT * FROM "{path.stem}" ORDER BY rowid')  # noqa: S608 - read only; a name that is no table is no release
    due = chain([[column[0] for column in table.description]], table)
    with path.open(encoding="utf-8", newline="") as lines:
        for number, (row, cells) in enumerate(zip_longest(due, csv.reader(lines)), 1):
            shown = None if cells is None else [cell.removeprefix("'") for cell in cells]
            if row is None or shown != ["" if cell is None else str(cell).removeprefix("'") for cell in row]:
                yield f"csv/{path.name}: row {number} is not what atlas.sqlite says"
                return


def differing_lines(file: sqlite3.Connection, path: Path) -> Iterator[str]:
    """Each study as JSON whose value of `IN_LINES` is another than in its row, and each one that only one of both has."""
    rows = {row["id"]: row for row in file.execute("SELECT * FROM studies")}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            study = json.loads(line)
            row = rows.pop(study["id"], None)
            if row is None:
                yield f"studies.jsonl.gz: study {study['id']} is not in the table"
                continue
            for column, keys in IN_LINES.items():
                if (value_at(study, keys) or None) != (row[column] or None):
                    yield f"studies.jsonl.gz: {column} of study {study['id']} is not what atlas.sqlite says"
    for left in rows:
        yield f"studies.jsonl.gz: study {left} is missing"


def value_at(study: dict[str, Any], keys: tuple[str, ...]) -> Any:
    found: Any = study
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def fingerprint(value: Any) -> bytes:
    """Equal for equal values; empty is empty, however it is written."""
    return hashlib.sha256(canonical(None if value in ("", []) else value)).digest()


def holds(content: dict[str, Any], recorded: str) -> bool:
    """The value as it was hashed, or a removed one with its date and reason."""
    if "removed_on" in content:
        return bool(content["removed_on"]) and bool(content["reason"]) and "value" not in content
    salt = bytes.fromhex(content["salt"])
    return len(salt) == 16 and sha256(salt + canonical(content["value"])) == recorded


def hash_of(revision: dict[str, Any]) -> str:
    return sha256(canonical({name: revision[name] for name in COVERED}))


def canonical(value: Any) -> bytes:
    """Canonical JSON of docs/history.md. A release holds only text, whole numbers, lists, objects and null."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return unicodedata.normalize("NFC", text).encode("utf-8")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file_sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


REMOVED = b"removed"
EMPTY, PUBLISHED = fingerprint(None), fingerprint("published")


if __name__ == "__main__":
    sys.exit(main())
