"""Releases: complete, the same bytes for the same state, checkable by anyone, and without anything private."""

import gzip
import hashlib
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection

from studies import proposals, publishing
from studies.dumping import states, writing
from studies.dumping.releases import Release
from studies.dumping.studies import study_lines
from studies.dumping.tables import TABLES
from studies.models import Study
from tests.clock import PATIENCE
from tests.studies.factories import make_user, published_study
from tests.studies.releasing import SECRETS, bytes_of, carry_out, check, lines

pytestmark = pytest.mark.django_db


def test_release_of_the_same_state_is_the_same_byte_by_byte(atlas: dict[str, Study], tmp_path: Path) -> None:
    first, again = (writing.export(tmp_path / name)[0] for name in ("first", "again"))
    assert bytes_of(again.folder) == bytes_of(first.folder)


def test_release_holds_every_published_study_and_says_which_are_gone(release: Path) -> None:
    with sqlite3.connect(release / "atlas.sqlite") as file:
        tables = {
            table: [row[0] for row in file.execute(f"SELECT slug FROM {table} ORDER BY slug")]
            for table in ("studies", "withdrawn")
        }
    file.close()
    told = [study["slug"] for study in lines(release / "studies.jsonl.gz")]
    assert (tables, told) == ({"studies": ["first", "second"], "withdrawn": ["gone", "third"]}, ["first", "second"])


def test_table_in_csv_and_in_sqlite_hold_the_same_columns(release: Path) -> None:
    heads = {table.name: (release / "csv" / f"{table.name}.csv").read_text().split("\n")[0] for table in TABLES}
    with sqlite3.connect(release / "atlas.sqlite") as file:
        columns = {table.name: [row[1] for row in file.execute(f"PRAGMA table_info({table.name})")] for table in TABLES}
    file.close()
    assert {name: head.strip().split(",") for name, head in heads.items()} == columns


def test_release_describes_each_of_its_files(release: Path) -> None:
    described = json.loads((release / "datapackage.json").read_text())
    due = set(bytes_of(release)) - {"datapackage.json", "SHA256SUMS"}
    assert {resource["path"] for resource in described["resources"]} == due
    sums = {resource["path"]: resource["hash"] for resource in described["resources"]}
    assert sums == {name: f"sha256:{hashlib.sha256(bytes_of(release)[name]).hexdigest()}" for name in due}


def test_every_column_of_the_release_has_a_meaning() -> None:
    assert [f"{table.name}.{column.name}" for table in TABLES for column in table.columns if not column.meaning] == []


def test_release_holds_nothing_private(release: Path) -> None:
    held = bytes_of(release)
    held |= {name: gzip.decompress(content) for name, content in held.items() if name.endswith(".gz")}
    found = {
        (what, name) for name, content in held.items() for what, secret in SECRETS.items() if secret.encode() in content
    }
    assert found == set()


def test_database_alone_names_its_release(release: Path) -> None:
    with sqlite3.connect(release / "atlas.sqlite") as file:
        told = file.execute("SELECT name, newest_hash, address FROM release").fetchall()
    file.close()
    described = json.loads((release / "datapackage.json").read_text())
    assert told == [(release.name, described["newest_hash"], f"{configured.ATLAS_URL}/")]


def test_export_that_the_disk_refuses_leaves_nothing(
    atlas: dict[str, Study], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "CHECKER", tmp_path / "missing")
    with pytest.raises(OSError, match="missing"):
        writing.export(tmp_path / "releases")
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [".lock"]


@pytest.fixture
def superseded(atlas: dict[str, Study], settings, tmp_path: Path) -> Release:
    """A release with a title that was removed from the history since."""
    settings.ATLAS_RELEASES_DIR = tmp_path
    found, _ = writing.export(tmp_path)
    study, by = atlas["second"], make_user("lead")
    carry_out(proposals.propose(study=study, values={"title": "Better"}, reason="correction", note="Why.", by=by))
    first = study.revisions.get(number=1)
    carry_out(publishing.redact(revision=first, field="title", note="names a patient", by=by))
    return found


def test_removed_value_is_accepted_and_older_releases_are_held_back(
    superseded: Release, client, tmp_path: Path
) -> None:
    newer, _ = writing.export(tmp_path)
    assert check(newer.folder)[0] == 0
    answers = [client.get(f"/data/{name}/").status_code for name in (superseded.name, newer.name)]
    files = [client.head(f"/data/{name}/atlas.sqlite") for name in (superseded.name, newer.name)]
    for answer in files:
        answer.close()
    assert (answers, [answer.status_code for answer in files]) == ([410, 200], [404, 200])


def test_export_leaves_no_removed_value_on_the_disk(superseded: Release, client, tmp_path: Path, capsys) -> None:
    title = lines(superseded.folder / "studies.jsonl.gz")[1]["bibliography"]["title"]
    for _ in range(2):
        call_command("export_atlas", tmp_path)
    said = capsys.readouterr().out
    (newer,) = [path for path in tmp_path.iterdir() if path.is_dir() and path.name != superseded.name]
    held = {path: gzip.decompress(path.read_bytes()) for path in tmp_path.rglob("*.gz")}
    held |= {path: path.read_bytes() for path in tmp_path.rglob("*.*") if path.is_file() and path not in held}
    assert [path for path, content in held.items() if title.encode() in content] == []
    assert list(bytes_of(superseded.folder)) == ["datapackage.json"]
    assert (check(newer)[0], said.count(f"{superseded.name}: emptied")) == (0, 1)
    assert client.get(f"/data/{superseded.name}/").status_code == 410


def test_emptying_that_was_interrupted_is_ended_by_the_next_export(superseded: Release, tmp_path: Path) -> None:
    (superseded.folder / "SHA256SUMS").unlink()
    assert writing.clear(tmp_path) == [superseded.name]
    assert list(bytes_of(superseded.folder)) == ["datapackage.json"]


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_release_that_is_there_is_left_as_it_is(atlas: dict[str, Study], tmp_path: Path, capsys) -> None:
    found, _ = writing.export(tmp_path)
    before = bytes_of(found.folder)
    call_command("export_atlas", tmp_path)
    assert (bytes_of(found.folder), "is there already" in capsys.readouterr().out) == (before, True)


def test_what_an_interrupted_export_left_is_no_release_and_goes_away(atlas, tmp_path: Path, settings, client) -> None:
    settings.ATLAS_RELEASES_DIR = tmp_path
    (tmp_path / ".part").mkdir()
    (tmp_path / ".part" / "half").write_text("half")
    assert client.get("/data/").status_code == 200
    found, _ = writing.export(tmp_path)
    assert (sorted(path.name for path in tmp_path.iterdir()), "half" in bytes_of(found.folder)) == (
        [".lock", found.name], False,
    )  # fmt: skip


def test_second_export_at_the_same_time_is_told(tmp_path: Path) -> None:
    with writing._alone(tmp_path), pytest.raises(CommandError, match="Another export"):
        call_command("export_atlas", tmp_path)


def test_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="The release was not written"):
        call_command("export_atlas", tmp_path / "file" / "folder")


def test_empty_atlas_makes_a_release_that_passes_its_check(tmp_path: Path) -> None:
    found, _ = writing.export(tmp_path)
    assert (found.studies, found.revisions, check(found.folder)[0]) == (0, 0, 0)


@pytest.mark.postgres
@pytest.mark.usefixtures("committing")
def test_export_sees_one_state_while_others_publish() -> None:
    """On a connection of its own each, as in production; what is published meanwhile is of the next release."""
    published_study(slug="before")

    def publish_meanwhile() -> None:
        published_study(slug="meanwhile")
        connection.close()

    with states.held() as state:
        thread = Thread(target=publish_meanwhile)
        thread.start()
        thread.join(PATIENCE)
        told = [line["slug"] for line in study_lines(state)]
    assert (told, states.present().counter > state.counter) == (["before"], True)


# --- What is read ------------------------------------------------------------------------------------------------------
# The public tables, and of each the columns that a release may read. deploy/dump_role.sql grants PostgreSQL's role the same.

GRANTS = configured.BASE_DIR / "deploy" / "dump_role.sql"


@pytest.mark.postgres
def test_export_needs_no_more_than_the_rights_of_its_role(atlas, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'atlas_dump'")
        assert cursor.fetchone() is None
        cursor.execute(GRANTS.read_text().replace("%", "%%"))
        cursor.execute("SET LOCAL ROLE atlas_dump")
        found, _ = writing.export(tmp_path)
        cursor.execute("RESET ROLE")
    assert check(found.folder)[0] == 0


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM contributions_contribution",
        "SELECT * FROM auth_user",
        "SELECT sections FROM studies_abstract",
        "SELECT editor_notes FROM studies_study",
        "SELECT drafted_by_id FROM studies_textprovenance",
        "SELECT * FROM studies_revisionapproval",
        "DELETE FROM studies_topic",
    ],
)
def test_role_of_the_export_may_read_nothing_private(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(GRANTS.read_text().replace("%", "%%"))
        cursor.execute("SET LOCAL ROLE atlas_dump")
        with pytest.raises(Exception, match="permission denied"):
            cursor.execute(statement)


@pytest.mark.sqlite
def test_export_reads_no_private_column(atlas, tmp_path: Path) -> None:
    read: set[tuple[str, str]] = set()

    def note(action: int, table: str | None, column: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and table and column and not table.startswith("sqlite_"):
            read.add((table, column))
        return sqlite3.SQLITE_OK

    connection.ensure_connection()
    connection.connection.set_authorizer(note)
    try:
        writing.export(tmp_path)
    finally:
        connection.connection.set_authorizer(None)
    assert {f"{table}.{column}" for table, column in read} - granted() == set()


def granted() -> set[str]:
    """What deploy/dump_role.sql grants, as `table.column`."""
    found = set()
    for statement in GRANTS.read_text().split(";"):
        if told := re.fullmatch(r"\s*GRANT SELECT \(([^)]*)\) ON (\w+) TO atlas_dump", statement):
            found |= {f"{told[2]}.{column.strip()}" for column in told[1].split(",")}
    return found


# --- Others' software ---------------------------------------------------------------------------------------------------


def test_database_opens_in_datasette_and_answers_a_facet_query(release: Path) -> None:
    words = ["atlas.sqlite", "--metadata", "metadata.json", "--get", "/atlas/studies.json?_facet=pem&_shape=objects"]
    done = subprocess.run(
        [Path(sys.executable).parent / "datasette", *words], cwd=release, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    (facet,) = [
        found for name, found in told["facet_results"].get("results", told["facet_results"]).items() if name == "pem"
    ]
    assert {each["value"]: each["count"] for each in facet["results"]} == {"not_required": 1, "not_coded": 1}


def test_database_searches_the_texts_with_stemming(release: Path) -> None:
    with sqlite3.connect(release / "atlas.sqlite") as file:
        found = file.execute(
            "SELECT slug FROM studies JOIN studies_fts ON studies.id = studies_fts.rowid WHERE studies_fts MATCH 'doctor'"
        ).fetchall()
    file.close()
    assert found == [("first",)]


# --- Pages -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shown(release: Path, settings) -> str:
    settings.ATLAS_RELEASES_DIR = release.parent
    return release.name


def test_data_page_lists_releases_and_says_how_to_cite_one(client, shown: str) -> None:
    page = client.get("/data/").content.decode()
    assert (f'href="/data/{shown}/"' in page, f"Release {shown} [data set]." in page) == (True, True)


def test_data_page_without_a_release_says_so(client, settings, tmp_path: Path) -> None:
    settings.ATLAS_RELEASES_DIR = tmp_path / "none"
    assert "There is no release yet." in client.get("/data/").content.decode()


def test_every_file_of_a_release_can_be_taken_and_kept_for_ever(client, shown: str, release: Path) -> None:
    for name, content in bytes_of(release).items():
        answer = client.get(f"/data/{shown}/{name}")
        assert (b"".join(answer.streaming_content), answer["Cache-Control"]) == (
            content, "public, max-age=31536000, immutable",
        )  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [
        "atlas-2020-01-01-1/",
        "..%2f/",
        "{name}/none.csv",
        "{name}/../.lock",
        "{name}/csv/",
        "{name}/csv/../../.lock",
        ".part/x",
    ],
)
def test_what_is_no_file_of_a_release_is_not_found(client, shown: str, path: str) -> None:
    assert client.get(f"/data/{path.format(name=shown)}").status_code == 404
