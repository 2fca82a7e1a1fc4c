"""Three-way merge of a study, field by field. Pure.

Two people may change one study at the same time. What only one of them touched is taken; what both changed in the
same way is taken once; what both changed differently is a conflict, and a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Conflict:
    """One field that both sides changed, with all three values side by side."""

    field: str
    base: object
    current: object
    proposed: object


@dataclass(frozen=True)
class Merge:
    """`values` holds every field of `current` and `proposed`; a field in conflict keeps its current value."""

    values: dict[str, object]
    conflicts: tuple[Conflict, ...]

    @property
    def is_clean(self) -> bool:
        return not self.conflicts


def merge(base: Mapping[str, object], current: Mapping[str, object], proposed: Mapping[str, object]) -> Merge:
    """Bring `proposed` (written against `base`) onto `current`.

    `base` and `current` are snapshots; `proposed` may hold only the fields it touches. Lists count as one value.
    A field that a snapshot lacks has the value None.
    """
    values, conflicts = dict(current), []
    for field, wanted in proposed.items():
        before, now = base.get(field), current.get(field)
        if _same(wanted, before) or _same(wanted, now):
            values.setdefault(field, now)
        elif _same(now, before):
            values[field] = wanted
        else:
            conflicts.append(Conflict(field, before, now, wanted))
            values.setdefault(field, now)
    return Merge(values, tuple(conflicts))


def _same(one: object, other: object) -> bool:
    # 1, 1.0 and True are equal to Python, but not to a reader of the record.
    return type(one) is type(other) and one == other
