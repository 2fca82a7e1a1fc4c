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
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"
COVERED = (
    "study", "number", "sequence", "made_at", "kind", "reason", "note", "evidence_url", "approver_role", "second_role",
    "values", "previous_hash", "previous_global_hash",
)  # fmt: skip
# Where a line of studies.jsonl.gz holds exactly what the history recorded last, under the name that the history has for it.
IN_LINES: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("slug", "state", "version", "published_at", "changed_at", "key_point", "main_limitation")},
    **{name: ("bibliography", name) for name in ("title", "journal", "journal_abbreviation", "issn", "volume", "issue", "pages")},
    **{name: ("bibliography", name) for name in ("date", "language")},
    **{name: ("identifiers", name) for name in ("doi", "pmid", "pmcid", "preprint_doi")},
    **{name: ("classification", name) for name in ("patients", "controls")},
    **{name: ("classification", name, "value") for name in ("design", "peer_review", "evidence_level")},
    "license_url": ("bibliography", "licence_of_paper"), "bibliography_source": ("bibliography", "source"),
    "population_label": ("classification", "population"), "retraction_status": ("retraction", "status"),
    "retraction_notice_doi": ("retraction", "notice_doi"), "retraction_on": ("retraction", "on"),
    "pem": ("pem", "value"), "pem_rule": ("pem", "rule"), "pem_claim": ("pem", "claim", "value"),
    "pem_quote": ("pem", "claim", "quote"), "pem_locator": ("pem", "claim", "found_in"),
}  # fmt: skip
# The same for the columns of the table of studies.
IN_TABLE = (
    *(name for name in IN_LINES if name not in ("state", "date", "bibliography_source")),
    "newest_hash", "published_on", "published_precision", "question", "summary", "significance", "limitations", "basis",
)  # fmt: skip
LISTS = ("method_flags", "pem_measured_by", "findings", "conclusions", "open_questions", "strengths")
# What stands in tables of their own, under the names that the history has for it: table, columns, order.
ROWS = {
    "authors": ("authors", "family, given, collective, orcid", "position"),
    "topics": ("study_topics", "topic", "topic"),
    "definitions": ("study_definitions", "definition, role, cohort, modification, quote, locator, basis", "definition"),
    "flags": ("flags", "kind, reason, link", "kind"),
    "links": ("links", "other_study AS study, type", "type"),
    "author_responses": ("author_responses", "text, iif(verified_author, 'yes', 'no') AS verified", "position"),
    "provenance": ("text_provenance", "field, basis, drafter, model, model_version, iif(edited, 'yes', '') AS edited", "field"),
}  # fmt: skip
APPROVED_OTHERWISE = """SELECT text.study, text.field FROM text_provenance text
    LEFT JOIN revisions made ON made.study = text.study AND made.number = text.revision_number
    WHERE text.approved_at IS NOT made.made_at
    OR text.approver_role NOT IN (coalesce(made.approver_role, ''), coalesce(made.second_role, ''))"""
# The history sorts these by the bytes of their canonical JSON; the others have an order of their own.
SORTED = ("topics", "definitions", "flags", "links", "links to it", "method_flags", "pem_measured_by")
YES_OR_NO = {0: "no", 1: "yes"}

TEXTS = ("question", "summary", "significance", "limitations", "findings", "conclusions", "open_questions", "strengths")

Prints = dict[str, bytes]


def main() -> int:
    parser = argparse.ArgumentParser(description="Check a release of the ME/CFS Study Atlas.")
    parser.add_argument("folder", nargs="?", default=".", type=Path)
    parser.add_argument("--anchor", default="", help="a hash that you noted down earlier; the chain must hold it")
    options = parser.parse_args()
    try:
        told = json.loads((options.folder / "datapackage.json").read_text(encoding="utf-8"))
        faults = list(check(options.folder, told, options.anchor))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, csv.Error, sqlite3.Error) as error:
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
    with closing(sqlite3.connect(f"file:{(folder / 'atlas.sqlite').resolve()}?mode=ro", uri=True)) as file:
        for path in sorted((folder / "csv").glob("*.csv")):
            yield from differing_rows(file, path)
        file.row_factory = sqlite3.Row
        yield from check_name(file, told)
        yield from check_revisions(file, folder / "revisions.jsonl.gz")
        yield from check_studies(file, history)
        yield from check_rows(file)
    yield from check_lines(folder / "studies.jsonl.gz", history)


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

    `newest` holds of each study a fingerprint of every value that was recorded last, so that a large atlas fits in memory;
    `whole` the few values from which others follow.
    """

    def __init__(self, anchor: str) -> None:
        self.anchor = anchor
        self.anchored = False
        self.count = 0
        self.end = ""
        self.last: dict[int, tuple[int, str]] = {}
        self.newest: dict[int, Prints] = {}
        self.whole: dict[int, dict[str, Any]] = {}
        self.by_slug: dict[str, int] = {}  # of published studies alone

    def read(self, path: Path) -> Iterator[str]:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                revision = json.loads(line)
                for message in self._faults(revision):
                    yield f"number {revision['sequence']} (study {revision['study']}, revision {revision['number']}): {message}"
                self._take(revision)
        self._conclude()

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
        values = self.newest.setdefault(revision["study"], {"published_at": fingerprint(revision["made_at"])})
        values |= {
            "version": fingerprint(revision["number"]),
            "newest_hash": fingerprint(revision["hash"]),
            "changed_at": fingerprint(revision["made_at"]),
        }
        for field, content in revision["contents"].items():
            self._remember(revision["study"], field, REMOVED if "removed_on" in content else content["value"])

    def _remember(self, study: int, field: str, value: Any) -> None:
        values = self.newest[study]
        values[field] = fingerprint(value)
        if field in ("slug", "links", "published_on", "published_precision"):
            self.whole.setdefault(study, {})[field] = None if value == REMOVED else value
        elif field == "provenance" and isinstance(value, dict):
            values["hands"] = fingerprint({text: unedited(how) for text, how in value.items()})

    def _conclude(self) -> None:
        """What follows of the values: the links that show, at both ends, and each date as exact as it is known."""
        shown = set(self.of_state("published"))
        incoming: dict[int, list[dict[str, Any]]] = {study: [] for study in shown}
        for study in shown:
            whole, values = self.whole.get(study, {}), self.newest[study]
            self.by_slug[whole.get("slug", "")] = study
            length = {"year": 4, "month": 7}.get(whole.get("published_precision") or "", 10)
            values["date"] = fingerprint((whole.get("published_on") or "")[:length])
            links = [link for link in whole.get("links") or [] if link["study"] in shown]
            values["links"] = fingerprint(links)
            for link in links:
                incoming[link["study"]].append({"study": study, "type": link["type"]})
        for study in shown:
            self.newest[study]["links to it"] = fingerprint(in_order("links", incoming[study]))

    def of_state(self, state: str) -> Iterator[int]:
        return (study for study, values in self.newest.items() if values.get("state") == fingerprint(state))

    def faults(self, place: str, study: int, told: dict[str, Any]) -> Iterator[str]:
        """What a place tells of a study against what was recorded last, which is never a removed value."""
        if study not in self.newest:
            yield f"{place}: study {study}: it has no history"
            return
        for field, value in told.items():
            if fingerprint(in_order(field, value)) != self.newest[study].get(field, EMPTY):
                yield f"{place}: {field} of study {study} is not what its history says"

    def missing(self, place: str, state: str, seen: Iterable[int]) -> Iterator[str]:
        for study in sorted(set(self.of_state(state)) - set(seen)):
            yield f"{place}: study {study} is missing; its history says that it is {state}"

    def compare(self, told: dict[str, Any]) -> Iterator[str]:
        """The end of the chain against what the release says, and the anchor."""
        if (self.count, self.end) != (told["revisions"], told["newest_hash"]):
            yield f"the chain ends at number {self.count}, which is not the end that the release names"
        if self.anchor and not self.anchored:
            yield "the hash that you noted down is not in the chain"


def check_name(file: sqlite3.Connection, told: dict[str, Any]) -> Iterator[str]:
    row = file.execute("SELECT name, counter, newest_hash FROM release").fetchone()
    if row is None or tuple(row) != (told["version"], told["counter"], told["newest_hash"]):
        yield "atlas.sqlite: it names another release"


def check_revisions(file: sqlite3.Connection, path: Path) -> Iterator[str]:
    """The first row in which the table of revisions is not what the chain says."""
    rows = file.execute("SELECT * FROM revisions ORDER BY sequence")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row, line in zip_longest(rows, lines):
            revision = json.loads(line) if line else {}
            if row is None or any(row[name] != revision.get(name) for name in row.keys()):  # noqa: SIM118 - of a Row, `in` is about values
                yield f"atlas.sqlite: number {(revision or row)['sequence']} is not what the chain says"
                return


def check_studies(file: sqlite3.Connection, history: History) -> Iterator[str]:
    """Each study of the tables against its history: published ones whole, of the others what is left."""
    for state, table, told in (("published", "studies", told_by_tables), ("withdrawn", "withdrawn", told_of_withdrawn)):
        seen = set()
        for row in file.execute(f"SELECT * FROM {table} ORDER BY id"):  # noqa: S608 - names of our own
            seen.add(row["id"])
            yield from history.faults("atlas.sqlite", row["id"], {"state": state, **told(file, row)})
        yield from history.missing("atlas.sqlite", state, seen)


def told_by_tables(file: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """A published study under the names and in the forms of the history."""
    told: dict[str, Any] = {name: row[name] for name in IN_TABLE}
    told["is_sample"] = "yes" if row["is_sample"] else ""
    told["authors_complete"] = YES_OR_NO[row["authors_complete"]]
    told |= {name: json.loads(row[name] or "[]") for name in LISTS}
    for name, (table, columns, order) in ROWS.items():
        rows = file.execute(f"SELECT {columns} FROM {table} WHERE study = ? ORDER BY {order}", (row["id"],))  # noqa: S608 - our names
        told[name] = [filled(dict(each)) for each in rows]
    told["topics"] = [each["topic"] for each in told["topics"]]
    told["provenance"] = {each.pop("field"): each for each in told["provenance"] if told.get(each["field"])}
    return told


def told_of_withdrawn(file: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("slug", "version", "changed_at", "newest_hash", "merged_into")}
    return told | {"withdrawal_reason": row["reason"]}


def check_rows(file: sqlite3.Connection) -> Iterator[str]:
    """Rows of studies that are not published, and texts approved by somebody else than their revision says."""
    for table, _, _ in ROWS.values():
        others = f"SELECT DISTINCT study FROM {table} WHERE study NOT IN (SELECT id FROM studies)"  # noqa: S608 - our names
        for (study,) in file.execute(others):
            yield f"atlas.sqlite: {table} has rows of study {study}, which is not published"
    for study, field in file.execute(APPROVED_OTHERWISE):
        yield f"atlas.sqlite: who approved {field} of study {study}, and when, is not what its history says"


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


def check_lines(path: Path, history: History) -> Iterator[str]:
    """Each study as JSON against its history, and what it says of those it is linked with."""
    seen: set[int] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            study = json.loads(line)
            if study["id"] in seen:
                yield f"{path.name}: study {study['id']} stands twice"
            seen.add(study["id"])
            yield from history.faults(path.name, study["id"], told_by_line(study, history))
            for link in study["links"]:
                other = {"title": link["title"], "pem": link["pem"], "retraction_status": link["retraction"]}
                yield from history.faults(path.name, history.by_slug.get(link["slug"], 0), other)
    yield from history.missing(path.name, "published", seen)


def told_by_line(study: dict[str, Any], history: History) -> dict[str, Any]:
    """The same of a study as JSON. What labels and addresses say, the history does not record."""
    told = {name: value_at(study, keys) for name, keys in IN_LINES.items()}
    if not told["pem_claim"]:
        del told["pem_quote"], told["pem_locator"]
    told["is_sample"] = "yes" if study["sample"] else ""
    told["authors_complete"] = YES_OR_NO[study["bibliography"]["authors_complete"]]
    told["authors"] = [filled(each) for each in study["bibliography"]["authors"]]
    told["topics"] = [each["slug"] for each in study["classification"]["topics"]]
    told["method_flags"] = [each["value"] for each in study["classification"]["method_flags"]]
    told["pem_measured_by"] = [each["value"] for each in study["pem"]["measured_by"]]
    told["flags"] = [filled(each, "kind", "reason", "link") for each in study["flags"]]
    rows = [each | {"definition": each["slug"], "locator": each["found_in"]} for each in study["definitions"]]
    names = ("definition", "role", "cohort", "modification", "quote", "locator", "basis")
    told["definitions"] = [filled(each, *names) for each in rows]
    told["author_responses"] = [
        {"text": each["text"], "verified": YES_OR_NO[each["verified_author"]]} for each in study["author_responses"]
    ]
    for field, direction in (("links", "from"), ("links to it", "to")):
        links = [each for each in study["links"] if each["direction"] == direction]
        told[field] = [{"study": history.by_slug.get(each["slug"], 0), "type": each["type"]} for each in links]
    return told | told_texts(study["texts"])


def told_texts(texts: dict[str, Any] | None) -> dict[str, Any]:
    """The texts with whose hands made them; a study without a summary shows none."""
    if texts is None:
        return {"summary": None}
    told = {"basis": texts["basis"], **{name: value_at(texts, (name, "text")) for name in TEXTS}}
    by_hand = {name: text | {"drafter": text["drafted_by"]} for name, text in texts.items() if "drafted_by" in text}
    return told | {"hands": {name: unedited(text) for name, text in by_hand.items()}}


def value_at(study: dict[str, Any], keys: tuple[str, ...]) -> Any:
    found: Any = study
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def filled(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """These parts of a row, or all of them, without the empty ones: so the history records rows."""
    return {name: row[name] for name in names or row if row[name] not in (None, "")}


def in_order(field: str, value: Any) -> Any:
    return sorted(value, key=canonical) if field in SORTED else value


def unedited(row: dict[str, Any]) -> dict[str, Any]:
    """How a text was made, without whether a person edited it: the lines say that of the texts of machines alone."""
    return {name: row[name] for name in ("basis", "drafter", "model", "model_version") if row.get(name)}


def fingerprint(value: Any) -> bytes:
    """The same for empty values, however they are written."""
    return hashlib.sha256(canonical(None if value in ("", [], {}) else value)).digest()


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


REMOVED = "\0removed"  # no value of the history holds a zero byte
EMPTY = fingerprint(None)


if __name__ == "__main__":
    sys.exit(main())
