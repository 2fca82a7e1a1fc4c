"""docs/security.md and docs/asvs.md promise nothing that is not there: tests, files, settings, requirements."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.security.requirements import LEVEL_2

ROOT = Path(__file__).resolve().parent.parent.parent
KINDS = {"spoofing", "tampering", "repudiation", "disclosure", "denial", "elevation"}
STATUSES = {"met", "not applicable", "open"}
QUOTED = re.compile(r"`([^`]+)`")
SETTING = re.compile(r"[A-Z][A-Z0-9_]+")


def rows(document: str, columns: int) -> list[list[str]]:
    """The cells of every row of the document's tables that have so many columns, without their headings."""
    found, lines = [], (ROOT / "docs" / document).read_text().splitlines()
    for number, line in enumerate(lines):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        is_row = line.startswith("|") and len(cells) == columns and not set(line) <= set("|- ")
        is_heading = number + 1 < len(lines) and set(lines[number + 1]) <= set("|- ") and lines[number + 1] != ""
        if is_row and not is_heading:
            found.append(cells)
    return found


@cache
def names_in(path: str) -> frozenset[str]:
    """The names of the tests that pytest collects from this file."""
    body = ast.parse((ROOT / path).read_text()).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"))


@cache
def settings() -> frozenset[str]:
    return frozenset(
        SETTING.findall((ROOT / ".env.example").read_text() + (ROOT / "atlas_site/settings.py").read_text())
    )


def is_test(name: str) -> bool:
    path, _, test = name.partition("::")
    file = ROOT / path
    return file.name.startswith("test_") and file.is_file() and (not test or test in names_in(path))


def exists(name: str) -> bool:
    """A test, a file, a folder or a setting."""
    if "::" in name or Path(name).name.startswith("test_"):
        return is_test(name)
    return name in settings() if SETTING.fullmatch(name) else (ROOT / name).exists()


THREATS = rows("security.md", 5)


def test_there_are_threats():
    assert len(THREATS) >= 60
    assert {kind for _, kind, *_ in THREATS} == KINDS


@pytest.mark.parametrize("row", THREATS, ids=[row[0] for row in THREATS])
def test_threat_names_its_control_and_its_test_and_both_exist(row):
    _, _, control, where, tests = row
    assert control != ""
    places, named = QUOTED.findall(where), QUOTED.findall(tests)
    assert (places == [], [name for name in places if not exists(name)]) == (False, [])
    assert (named == [], [name for name in named if "::" not in name or not is_test(name)]) == (False, [])


def test_a_test_that_is_not_there_is_noticed():
    assert [
        exists(name) for name in ("tests/test_house.py::test_nothing", "atlas_site/none.py", "NO_SUCH_SETTING")
    ] == [
        False,
        False,
        False,
    ]


# --- ASVS ------------------------------------------------------------------------------------------------------------------

REQUIREMENTS = rows("asvs.md", 4)


def test_every_requirement_of_level_2_has_one_row_in_order():
    assert [number for number, *_ in REQUIREMENTS] == LEVEL_2
    assert len(LEVEL_2) == 259


@pytest.mark.parametrize("row", REQUIREMENTS, ids=[row[0] for row in REQUIREMENTS])
def test_row_of_a_requirement_is_filled_and_what_it_names_exists(row):
    _, asked, status, told = row
    named = [name for name in QUOTED.findall(told) if "/" in name and not name.startswith("/") and " " not in name]
    assert (asked != "", status in STATUSES, told != "") == (True, True, True)
    assert [name for name in named if not exists(name)] == []
    if status == "met":
        assert QUOTED.findall(told) != []


def test_sums_of_the_document_are_those_of_its_table():
    counted = {status: sum(row[2] == status for row in REQUIREMENTS) for status in STATUSES}
    text = (ROOT / "docs" / "asvs.md").read_text()
    told = re.search(r"\*\*(\d+) met, (\d+) not applicable, (\d+) open\*\*", text)
    assert told is not None
    assert tuple(map(int, told.groups())) == (counted["met"], counted["not applicable"], counted["open"])
