"""What became of the records that were brought to the atlas: one line for each, in their order. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Fate(StrEnum):
    """What happened to a record; every record has exactly one."""

    CREATED = "created"  # a draft study of its own
    UPDATED = "updated"  # a draft that was there got something new from it
    DUPLICATE = "duplicate"  # the atlas, or this file further up, has the paper; nothing was written
    NOTICE = "notice"  # an erratum, a retraction or an expression of concern: no study, but it concerns one
    REFUSED = "refused"  # not taken in; `Line.reason` says why


@dataclass(frozen=True)
class Difference:
    """A field in which a record says something else than a study that may not be written."""

    field: str
    ours: str
    theirs: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record. `number` counts the records of the file from 1; `study` and `slug` name the study of this fate, if any.

    `changed` are the fields that an update wrote, `differs` is what was seen and not written, `remarks` are a reader's
    remarks about the record. `notice` is the kind of a notice: retraction, correction, concern.
    """

    number: int
    fate: Fate
    title: str
    slug: str = ""
    study: int | None = None
    reason: str = ""
    changed: tuple[str, ...] = ()
    differs: tuple[Difference, ...] = ()
    remarks: tuple[str, ...] = ()
    notice: str = ""


@dataclass(frozen=True)
class Pair:
    """A new draft beside a study that may be the same paper, with the reasons as sentences; nobody merged them.

    `score` runs from 0 to 1 and only serves to look at the likeliest first.
    """

    number: int
    title: str
    slug: str
    other_title: str
    other_slug: str
    reasons: tuple[str, ...]
    score: float


@dataclass
class Outcome:
    """The lines of a list of records, and the pairs that a person should look at."""

    lines: list[Line] = field(default_factory=list)
    possible: list[Pair] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def of(self, fate: Fate) -> list[Line]:
        return [line for line in self.lines if line.fate == fate]

    @property
    def created(self) -> list[int]:
        """Ids of the new studies, in the order of their records."""
        return [line.study for line in self.of(Fate.CREATED) if line.study is not None]

    @property
    def updated(self) -> list[Line]:
        return self.of(Fate.UPDATED)

    @property
    def duplicates(self) -> list[Line]:
        return self.of(Fate.DUPLICATE)

    @property
    def notices(self) -> list[Line]:
        return self.of(Fate.NOTICE)

    @property
    def refused(self) -> list[Line]:
        return self.of(Fate.REFUSED)

    @property
    def counts(self) -> dict[str, int]:
        """How many records each fate has, those with none included; and `possible_duplicates`."""
        seen = Counter(line.fate for line in self.lines)
        return {**{str(fate): seen[fate] for fate in Fate}, "possible_duplicates": len(self.possible)}

    def add(self, other: Outcome) -> None:
        """Take over what another outcome holds."""
        self.lines += other.lines
        self.possible += other.possible
        self.problems += other.problems


def total(outcomes: Iterable[Outcome]) -> Outcome:
    whole = Outcome()
    for outcome in outcomes:
        whole.add(outcome)
    return whole
