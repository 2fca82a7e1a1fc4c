"""What of a study is or would be public, in words, for pages on which somebody decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from studies import versions
from studies.diff import Piece
from studies.merging import Conflict
from studies.models import Abstract, Study
from studies.snapshots import Snapshot, current


@dataclass(frozen=True)
class Side:
    """One field that two people changed: what stood there, what stands there now, what is proposed; in words."""

    label: str
    base: list[str]
    current: list[str]
    proposed: list[str]


@dataclass(frozen=True)
class Shown:
    """A difference as staff see it; `rest`: how many lines of a list stay as they are."""

    label: str
    pieces: list[Piece]
    is_list: bool
    rest: int


def public_content(study: Study) -> dict[str, Any]:
    """Every public field in words, in reading order, with the abstract, whose text no snapshot holds."""
    values = current([study.pk])[study.pk]
    return {"parts": versions.parts(_version(values)), "abstract": Abstract.objects.filter(study=study).first()}


def in_words(values: Snapshot) -> list[versions.Field]:
    return [field for part in versions.parts(_version(values)) for field in part.fields]


def differences(old: Snapshot, new: Snapshot) -> list[Shown]:
    """What differs, word by word, in reading order."""
    return shortened(versions.differences(_version(old), _version(new)))


def shortened(found: Iterable[versions.Difference]) -> list[Shown]:
    """Lists without the lines that stay: a decision is about the others."""
    return [
        Shown(
            each.label,
            [piece for piece in each.pieces if not each.is_list or piece.kind != "same"],
            each.is_list,
            sum(each.is_list and piece.kind == "same" for piece in each.pieces),
        )
        for each in found
    ]


def sides(conflicts: Iterable[Conflict]) -> list[Side]:
    conflicts = list(conflicts)
    columns = [
        {field.name: field for field in in_words({each.field: getattr(each, side) for each in conflicts})}
        for side in ("base", "current", "proposed")
    ]
    names = {field.name: field.label for column in columns for field in column.values()}
    return [
        Side(names[each.field], *(_words(column, each.field) for column in columns))
        for each in conflicts
        if each.field in names
    ]


def _words(column: dict[str, versions.Field], name: str) -> list[str]:
    words = column[name].words if name in column else []
    return [words] if isinstance(words, str) else words


def _version(values: Snapshot) -> versions.Version:
    return versions.Version(0, {name: value for name, value in values.items() if value is not None}, {})
