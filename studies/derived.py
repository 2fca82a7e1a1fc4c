"""What follows from a study's other values: the PEM badge, and whose words its texts are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studies import pem
from studies.badges import badge_of, definitions_named_by
from studies.errors import Problems
from studies.provenance import TEXTS
from studies.snapshots import FIELDS, Snapshot
from studies.vocabulary import Drafter


def with_derived(before: Snapshot, values: Mapping[str, Any], *, restored: Mapping[str, Any] | None = None) -> Snapshot:
    """The snapshot after a change from `before` to `values`, with badge and provenance as they follow.

    A changed text is a person's, written from the study's basis; one that a machine drafted goes on saying so. A text that comes
    back to what it was keeps the provenance in `restored`. Raises Problems where the coding cannot be read.
    """
    after = {name: values[name] for name in FIELDS if values.get(name) not in (None, "", [], {})}
    after |= _badge(after)
    provenance = _provenance(before, after, restored or {})
    after.pop("provenance", None)
    if provenance:
        after["provenance"] = provenance
    return {name: after[name] for name in FIELDS if after.get(name) not in (None, "")}


def changed_texts(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [name for name in TEXTS if before.get(name) != after.get(name)]


def _badge(values: Snapshot) -> dict[str, str]:
    try:
        badge, rule = badge_of(values, definitions_named_by([values]))
    except pem.PemError as error:
        raise Problems([f"The PEM coding cannot be read: {error}."]) from error
    return {"pem": badge, "pem_rule": rule}


def _provenance(before: Snapshot, after: Snapshot, restored: Mapping[str, Any]) -> dict[str, Any]:
    by_a_person = {"basis": after.get("basis", "abstract"), "drafter": Drafter.PERSON.value}
    changed = changed_texts(before, after)
    known = before.get("provenance", {})
    found = {
        name: restored.get(name) or _rewritten(known.get(name), by_a_person) if name in changed else known.get(name)
        for name in TEXTS
        if after.get(name)
    }
    return {name: line for name, line in found.items() if line}


def _rewritten(before: Mapping[str, str] | None, by_a_person: dict[str, str]) -> dict[str, str]:
    """What a machine drafted stays a machine's draft that a person changed."""
    if before and before["drafter"] == Drafter.MACHINE:
        return {**before, "basis": by_a_person["basis"], "edited": "yes"}
    return by_a_person
