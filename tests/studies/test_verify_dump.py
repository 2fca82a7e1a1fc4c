"""The program that lies in each release finds whatever was changed in it, and needs Python alone."""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studies.dumping import writing
from studies.dumping.columns import STUDIES
from tests.studies.releasing import FIRST, GONE, SECOND, THIRD, check, lines


def test_release_passes_its_own_check_and_knows_an_earlier_hash(release: Path) -> None:
    anchor = lines(release / "revisions.jsonl.gz")[0]["hash"]
    code, said = check(release, "--anchor", anchor)
    assert (code, said.split(":")[0]) == (0, release.name)


def test_release_without_an_earlier_hash_is_refused(release: Path) -> None:
    assert check(release, "--anchor", "0" * 64) == (1, "the hash that you noted down is not in the chain\n")


def test_changed_missing_and_added_files_are_named(release: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(release, tmp_path / "copy")
    (copy / "csv" / "topics.csv").write_text("forged")
    (copy / "LICENSE.md").unlink()
    (copy / "more.txt").write_text("more")
    assert (check(copy)[0], check(copy)[1].splitlines()) == (
        1,
        [
            "LICENSE.md: the file is missing",
            "csv/topics.csv: the file is not the one whose sum was written down",
            "more.txt: the file has no sum",
            "csv/topics.csv: row 1 is not what atlas.sqlite says",
        ],
    )


@pytest.mark.parametrize("broken", ["datapackage.json", "atlas.sqlite", "revisions.jsonl.gz"])
def test_folder_that_is_no_release_is_said_to_be_none(release: Path, tmp_path: Path, broken: str) -> None:
    copy = shutil.copytree(release, tmp_path / "copy")
    (copy / broken).write_bytes(b"no such thing")
    assert check(copy)[0] == 2


# --- Tampering --------------------------------------------------------------------------------------------------------


def change_revision(number: int, change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        path = folder / "revisions.jsonl.gz"
        told = lines(path)
        change(told[number - 1])
        path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in told).encode()))

    return tamper


def drop_revision(folder: Path) -> None:
    path = folder / "revisions.jsonl.gz"
    told = [each for each in lines(path) if each["sequence"] != 2]
    path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in told).encode()))


def sql(statement: str) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        with sqlite3.connect(folder / "atlas.sqlite") as file:
            file.execute(statement)
        file.close()

    return tamper


def set_title(revision: dict[str, Any]) -> None:
    revision["contents"]["title"]["value"] = "Forged"


def change_line(change: Callable[[dict[str, Any]], object], number: int = 1) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        path = folder / "studies.jsonl.gz"
        told = lines(path)
        change(told[number - 1])
        path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in told).encode()))

    return tamper


def set_in_line(*keys: str | int, value: Any) -> Callable[[Path], None]:
    def change(study: dict[str, Any]) -> None:
        place: Any = study
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change_line(change)


def take_lines(choose: Callable[[list[Any]], list[Any]]) -> Callable[[Path], None]:
    def tamper(folder: Path) -> None:
        path = folder / "studies.jsonl.gz"
        path.write_bytes(gzip.compress("".join(json.dumps(each) + "\n" for each in choose(lines(path))).encode()))

    return tamper


def change_cell(folder: Path) -> None:
    path = folder / "csv" / "studies.csv"
    path.write_bytes(path.read_bytes().replace(b"not_required", b"required"))


IN_TABLE = f"atlas.sqlite: {{}} of study {FIRST} is not what its history says"
IN_LINE = f"studies.jsonl.gz: {{}} of study {FIRST} is not what its history says"
# Each with a fault that it must be answered with; other files may then disagree with it as well.
TAMPERINGS = {
    "cell": (change_cell, "csv/studies.csv: row 2 is not what atlas.sqlite says"),
    "value": (change_revision(1, set_title), "the value of title does not match its hash"),
    "note": (change_revision(1, lambda revision: revision.update(note="Forged.")), "its content does not match its hash"),
    "role": (change_revision(5, lambda each: each.update(approver_role="forged")), "its content does not match its hash"),
    "removed without a reason": (
        change_revision(1, lambda each: each["contents"].update(title={"removed_on": "2026-01-01", "reason": ""})),
        "the value of title does not match its hash",
    ),
    "missing value": (change_revision(1, lambda each: each["contents"].pop("title")), "the value of title is missing"),
    "missing revision": (drop_revision, "the number before it is 1"),
    # --- The database
    "name": (sql("UPDATE release SET newest_hash = 'forged'"), "atlas.sqlite: it names another release"),
    "revision": (sql("UPDATE revisions SET note = 'Forged.' WHERE sequence = 2"), "number 2 is not what the chain says"),
    "revision gone": (sql("DELETE FROM revisions WHERE sequence = 6"), "atlas.sqlite: number 6 is not what the chain says"),
    "study": (sql(f"UPDATE studies SET title = 'Forged' WHERE id = {FIRST}"), IN_TABLE.format("title")),
    "badge": (sql(f"UPDATE studies SET pem = 'required' WHERE id = {FIRST}"), IN_TABLE.format("pem")),
    "list": (sql(f"UPDATE studies SET findings = '[]' WHERE id = {FIRST}"), IN_TABLE.format("findings")),
    "sample": (sql(f"UPDATE studies SET is_sample = 1 WHERE id = {FIRST}"), IN_TABLE.format("is_sample")),
    "since when": (sql("UPDATE studies SET published_at = '2020-01-01T00:00:00Z'"), IN_TABLE.format("published_at")),
    "complete": (sql(f"UPDATE studies SET authors_complete = 0 WHERE id = {FIRST}"), IN_TABLE.format("authors_complete")),
    "author": (sql(f"UPDATE authors SET family = 'Forged' WHERE study = {FIRST}"), IN_TABLE.format("authors")),
    "order of authors": (sql(f"UPDATE authors SET position = -position WHERE study = {FIRST}"), IN_TABLE.format("authors")),
    "topic": (sql("DELETE FROM study_topics"), IN_TABLE.format("topics")),
    "definition": (sql("UPDATE study_definitions SET role = 'mentioned'"), IN_TABLE.format("definitions")),
    "notice": (sql("DELETE FROM flags"), IN_TABLE.format("flags")),
    "link": (sql("UPDATE links SET type = 'comments_on'"), IN_TABLE.format("links")),
    "answer": (sql("UPDATE author_responses SET verified_author = 0"), IN_TABLE.format("author_responses")),
    "by whom": (sql(f"UPDATE text_provenance SET drafter = 'machine' WHERE study = {FIRST}"), IN_TABLE.format("provenance")),
    "edited": (sql(f"UPDATE text_provenance SET edited = 1 WHERE study = {FIRST}"), IN_TABLE.format("provenance")),
    "approved by": (
        sql("UPDATE text_provenance SET approver_role = 'lead' WHERE field = 'summary'"),
        f"who approved summary of study {FIRST}, and when, is not what its history says",
    ),
    "approved when": (
        sql("UPDATE text_provenance SET approved_at = '2020-01-01T00:00:00Z' WHERE field = 'summary'"),
        f"who approved summary of study {FIRST}, and when, is not what its history says",
    ),
    "row of none": (sql("INSERT INTO flags VALUES (77, 'safety', 'Forged', '')"), "flags has rows of study 77"),
    "study added": (
        sql("INSERT INTO studies SELECT 9999, 'forged', version, published_at, changed_at, newest_hash"
            + "".join(f", {column.name}" for column in STUDIES[6:]) + " FROM studies WHERE slug = 'first'"),
        "atlas.sqlite: study 9999: it has no history",
    ),
    "study gone": (sql(f"DELETE FROM studies WHERE id = {SECOND}"), f"atlas.sqlite: study {SECOND} is missing"),
    "why withdrawn": (sql("UPDATE withdrawn SET reason = 'Forged'"), f"withdrawal_reason of study {GONE} is not what"),
    "withdrawn gone": (sql(f"DELETE FROM withdrawn WHERE id = {THIRD}"), f"atlas.sqlite: study {THIRD} is missing"),
    # --- The lines
    "line": (set_in_line("key_point", value="Cured."), IN_LINE.format("key_point")),
    "state": (set_in_line("state", value="withdrawn"), IN_LINE.format("state")),
    "sample in a line": (set_in_line("sample", value=True), IN_LINE.format("is_sample")),
    "date": (set_in_line("bibliography", "date", value="1999"), IN_LINE.format("date")),
    "author in a line": (set_in_line("bibliography", "authors", 0, "family", value="F"), IN_LINE.format("authors")),
    "topic in a line": (set_in_line("classification", "topics", value=[]), IN_LINE.format("topics")),
    "quote in a line": (set_in_line("definitions", 0, "quote", value="Forged."), IN_LINE.format("definitions")),
    "notice in a line": (set_in_line("flags", value=[]), IN_LINE.format("flags")),
    "answer in a line": (set_in_line("author_responses", 0, "text", value="F"), IN_LINE.format("author_responses")),
    "text in a line": (set_in_line("texts", "summary", "text", value="Forged."), IN_LINE.format("summary")),
    "hand in a line": (set_in_line("texts", "summary", "drafted_by", value="machine"), IN_LINE.format("hands")),
    "link in a line": (set_in_line("links", 0, "type", value="comments_on"), IN_LINE.format("links")),
    "title of a link": (set_in_line("links", 0, "title", value="F"), f"studies.jsonl.gz: title of study {SECOND} is not what"),
    "link from elsewhere": (
        change_line(lambda study: study["links"].clear(), 2), f"studies.jsonl.gz: links to it of study {SECOND} is not what"
    ),
    "line gone": (take_lines(lambda told: told[1:]), f"studies.jsonl.gz: study {FIRST} is missing"),
    "line twice": (take_lines(lambda told: [*told, told[0]]), f"studies.jsonl.gz: study {FIRST} stands twice"),
}  # fmt: skip


def with_new_sums(folder: Path) -> None:
    """A forger would write new sums as well."""
    (folder / "SHA256SUMS").unlink()
    writing._write_sums(folder)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampered_release_is_found_out_even_with_new_sums(release: Path, tmp_path: Path, name: str) -> None:
    tamper, expected = TAMPERINGS[name]
    copy = shutil.copytree(release, tmp_path / "copy")
    tamper(copy)
    with_new_sums(copy)
    code, said = check(copy)
    assert (code, expected in said) == (1, True), said
