"""What a coding gives before anything is saved: the badge with its rule in words, and what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studies import pem, rules
from studies.backing import Sections
from studies.badges import badge_of, definitions_named_by, rows_of
from studies.snapshots import Snapshot
from studies.vocabulary import Design, Pem

NOTHING_CODED = (
    "Nothing is coded yet. Add a case definition (there is one for papers that state none), "
    "or what the paper says of PEM."
)
NO_DESIGN = "Choose the design first: it says whether the paper took in patients at all."


@dataclass(frozen=True)
class Assessment:
    """`value` and `sentence`: the badge and the rule that gave it, or why there is none. `cohorts`: name, value, sentence.

    `problems` stand in the way of publication. `second_look`: the badge needs a check by another person than the coder.
    """

    value: Pem
    sentence: str
    cohorts: Sequence[tuple[str, Pem, str]]
    subgroup_reported: bool
    problems: Sequence[str]

    @property
    def second_look(self) -> bool:
        return self.value == Pem.REQUIRED


def assess(*, study_id: int, values: Snapshot, abstract: Sections | None = None) -> Assessment:
    """Assess this content of a study (0 for one that is not stored yet) as it would be if it were saved.

    `abstract` are the sections to look for quotes in; without them those that are stored. Reads only.
    """
    definitions = definitions_named_by([values])
    try:
        value, rule = badge_of(values, definitions)
    except pem.PemError as error:
        problems = rules.problems(study_id, values, abstract=abstract)
        return Assessment(Pem.NOT_CODED, f"The coding cannot be read: {error}.", (), False, problems)
    derived = values | {"pem": value, "pem_rule": rule}
    problems = rules.problems(study_id, derived, abstract=abstract)
    if value == Pem.NOT_CODED:
        return Assessment(Pem.NOT_CODED, _why_not_coded(values), (), False, problems)
    statement = pem.Statement(values["pem_claim"], values.get("pem_quote", "")) if values.get("pem_claim") else None
    badge = pem.derive(design=values["design"], rows=rows_of(values, definitions), statement=statement)
    cohorts = [(name, Pem(own.value), own.sentence) for name, own in badge.cohorts]
    return Assessment(Pem(value), badge.sentence, cohorts, badge.subgroup_reported, problems)


def _why_not_coded(values: Snapshot) -> str:
    coded = values.get("definitions") or values.get("pem_claim")
    return NO_DESIGN if coded and values.get("design") == Design.NOT_CLASSIFIED else NOTHING_CODED
