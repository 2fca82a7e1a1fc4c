"""The test vectors of docs/history.md are what the code computes."""

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from studies.canonical import salted_hash
from studies.chain import Link

HISTORY = Path(__file__).parents[2] / "docs" / "history.md"


@pytest.fixture(scope="module")
def vectors() -> dict[str, Any]:
    (block,) = re.findall(r"```json\n(.*?)```", HISTORY.read_text(encoding="utf-8"), re.DOTALL)
    return dict(json.loads(block))


def link(revision: dict[str, Any]) -> Link:
    return Link(**(revision | {"made_at": datetime.fromisoformat(revision["made_at"])}))


def test_values_have_the_documented_hashes(vectors: dict[str, Any]) -> None:
    assert len(vectors["values"]) == 4
    for line in vectors["values"]:
        assert salted_hash(line["salt"], line["value"]) == line["hash"]


def test_revisions_have_the_documented_hashes(vectors: dict[str, Any]) -> None:
    assert [link(revision).hash for revision in vectors["revisions"]] == vectors["hashes"]
    assert vectors["revisions"][1]["previous_hash"] == vectors["hashes"][0]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("study", 13),
        ("number", 3),
        ("sequence", 36),
        ("made_at", "2026-01-03T03:04:06Z"),
        ("kind", "revert"),
        ("reason", "other"),
        ("note", "Read again"),
        ("evidence_url", ""),
        ("approver_role", "lead"),
        ("second_role", ""),
        ("values", {}),
        ("previous_hash", ""),
        ("previous_global_hash", ""),
    ],
)
def test_hash_covers_every_key(vectors: dict[str, Any], key: str, value: object) -> None:
    assert link(vectors["revisions"][1] | {key: value}).hash != vectors["hashes"][1]
