"""What the wording check is given: the texts of one study, and the facts that the rules weigh them against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

GLANCE = ("question", "key_point", "main_limitation")
SHORT = ("summary", "significance", "limitations")
LISTS = ("findings", "conclusions", "open_questions", "strengths")
FACTS = ("design", "pem", "population_label", "basis", "evidence_level")


@dataclass(frozen=True)
class Subject:
    """One study. Words are slugs of the vocabularies; `texts` by field, a list text as a tuple of its items.

    `definitions` are (slug, role, cohort), `cohorts` (name, badge) of each illness group of its own.
    """

    texts: Mapping[str, str | tuple[str, ...]]
    design: str = ""
    pem: str = ""
    cohorts: tuple[tuple[str, str], ...] = ()
    patients: int | None = None
    controls: int | None = None
    population_label: str = ""
    definitions: tuple[tuple[str, str, str], ...] = ()
    basis: str = ""
    evidence_level: str = ""
    method_flags: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        """Whether it is bibliography only: no text at all."""
        return not any(self.texts.values())


@dataclass(frozen=True)
class Passage:
    """One text, or one item of a list text (`item` counts from 0)."""

    field: str
    item: int | None
    text: str


def passages(subject: Subject) -> Iterator[Passage]:
    """Every text with words in it, in reading order."""
    for name in (*GLANCE, *SHORT, *LISTS):
        value = subject.texts.get(name) or ()
        if isinstance(value, str):
            yield Passage(name, None, value)
        else:
            yield from (Passage(name, number, item) for number, item in enumerate(value))


def from_values(values: Mapping[str, Any], *, cohorts: tuple[tuple[str, str], ...] = ()) -> Subject:
    """The subject that a snapshot of a study describes; `cohorts` as `pem.derive` gives them."""
    rows = values.get("definitions", [])
    return Subject(
        texts=_texts(values),
        cohorts=cohorts,
        patients=values.get("patients"),
        controls=values.get("controls"),
        definitions=tuple((row["definition"], row.get("role", ""), row.get("cohort", "")) for row in rows),
        method_flags=frozenset(values.get("method_flags", ())),
        **{name: values.get(name) or "" for name in FACTS},
    )


def _texts(values: Mapping[str, Any]) -> dict[str, str | tuple[str, ...]]:
    texts: dict[str, str | tuple[str, ...]] = {name: values.get(name) or "" for name in (*GLANCE, *SHORT)}
    return texts | {name: tuple(values.get(name) or ()) for name in LISTS}
