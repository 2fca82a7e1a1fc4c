"""Which acts need a second person. Pure; the constant is the whole rule (docs/moderators.md says it in words)."""

from collections.abc import Mapping, Sequence
from typing import Any

HIGH_IMPACT = {
    "kinds": frozenset({"revert", "withdraw", "restore", "merge", "definition", "redact"}),
    "fields": frozenset({"pem", "retraction_status", "author_responses"}),
    "flags": frozenset({"safety", "contested"}),
}


def is_high_impact(kind: str, changes: Mapping[str, Sequence[Any]]) -> bool:
    """Whether a proposal of this kind with these changes, {field: [old, new]}, needs a second person."""
    return kind in HIGH_IMPACT["kinds"] or not HIGH_IMPACT["fields"].isdisjoint(changes) or _moves_flag(changes)


def _moves_flag(changes: Mapping[str, Sequence[Any]]) -> bool:
    old, new = changes.get("flags", (None, None))
    return _grave(old) != _grave(new)


def _grave(flags: Sequence[Mapping[str, str]] | None) -> list[Mapping[str, str]]:
    return [flag for flag in flags or [] if flag["kind"] in HIGH_IMPACT["flags"]]
