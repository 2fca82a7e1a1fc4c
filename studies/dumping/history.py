"""The public history as lines: every revision with its hashes, values and salts (docs/history.md)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from studies.canonical import timestamp
from studies.models import Revision, RevisionValue

CHUNK = 500
# What the hash covers, under the names of docs/history.md.
COVERED = (
    "number",
    "sequence",
    "kind",
    "reason",
    "note",
    "evidence_url",
    "approver_role",
    "second_role",
    "previous_hash",
    "previous_global_hash",
)


def revision_lines() -> Iterator[dict[str, Any]]:
    """In order of sequence; no more than a chunk of them is in memory."""
    last = 0
    while chunk := list(_after(last)):
        contents = _contents(last, chunk[-1]["sequence"])
        for row in chunk:
            yield _line(row, contents[row["sequence"]])
        last = chunk[-1]["sequence"]


def _after(sequence: int) -> Any:
    rows = Revision.objects.filter(sequence__gt=sequence).order_by("sequence")
    return rows.values(*COVERED, "study_id", "made_at", "value_hashes", "hash")[:CHUNK]


def _contents(after: int, upto: int) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    rows = RevisionValue.objects.filter(revision__sequence__gt=after, revision__sequence__lte=upto).order_by("pk")
    for sequence, field, value, salt, removed_on, reason in rows.values_list(
        "revision__sequence", "field", "value", "salt", "redacted_on", "redaction_reason"
    ):
        if value is None:
            found[sequence][field] = {"removed_on": str(removed_on), "reason": reason}
        else:
            found[sequence][field] = {"salt": salt, "value": json.loads(value)}
    return found


def _line(row: dict[str, Any], contents: dict[str, Any]) -> dict[str, Any]:
    return {
        "study": row["study_id"],
        **{name: row[name] for name in COVERED},
        "made_at": timestamp(row["made_at"]),
        "values": row["value_hashes"],
        "hash": row["hash"],
        "contents": contents,
    }
