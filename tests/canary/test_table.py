"""The table of leaks in docs/privacy.md names what there is, and leaves nothing out."""

import re
from pathlib import Path

from tests.canary.channels import CHANNELS
from tests.canary.errors import FAULTS

ROOT = Path(__file__).resolve().parents[2]


def table() -> str:
    text = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    return text.split("## Where it could leak")[1].split("\n## ")[0]


def test_every_channel_of_the_sweep_is_in_the_table():
    cells = [line.rsplit("|", 2)[1] for line in table().splitlines() if line.startswith("| ")]
    named = {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)}
    assert named == set(CHANNELS)


def test_every_test_of_the_table_exists():
    paths = set(re.findall(r"`(tests/[\w/]+\.py)`", table()))
    assert len(paths) >= 8
    assert sorted(path for path in paths if not (ROOT / path).is_file()) == []


def test_every_status_of_the_table_is_forced():
    (statuses,) = re.findall(r"error pages \(([\d, ]+)\)", table())
    assert sorted(map(int, statuses.split(", "))) == sorted({status for status, _ in FAULTS.values()})
