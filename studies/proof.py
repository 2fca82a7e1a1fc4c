"""The proof behind a study's PEM badge: the rule, the coded rows by illness group, who checked them."""

from collections.abc import Sequence
from dataclasses import dataclass

from studies import pem
from studies.models import Study, StudyDefinition
from studies.vocabulary import Pem


@dataclass(frozen=True)
class CohortRows:
    """The rows of one illness group. `name` is "" where no group is named; `badge` is "" where rows give none."""

    name: str
    badge: str
    rows: Sequence[StudyDefinition]


@dataclass(frozen=True)
class Proof:
    """`badge` is None where nobody coded the study."""

    badge: pem.Badge | None
    cohorts: Sequence[CohortRows]
    checked: str

    @property
    def several_badges(self) -> Sequence[tuple[str, pem.Badge]]:
        """Name and badge of each illness group, where the paper studies more than one."""
        cohorts = self.badge.cohorts if self.badge else ()
        return cohorts if len(cohorts) > 1 else ()


def proof_of(study: Study) -> Proof:
    """Wants the study's definition rows with their definitions fetched."""
    badge = derived(study)
    return Proof(badge, cohorts_of(study, badge), who_checked(study))


def derived(study: Study) -> pem.Badge | None:
    """What `pem.derive` says of the stored rows."""
    if study.pem == Pem.NOT_CODED:
        return None
    statement = pem.Statement(study.pem_claim, study.pem_quote) if study.pem_claim else None
    return pem.derive(design=study.design, rows=[_row(row) for row in study.definitions.all()], statement=statement)


def cohorts_of(study: Study, badge: pem.Badge | None) -> list[CohortRows]:
    """The coded rows by illness group, in the order of the coding."""
    badges = {name: found.value for name, found in badge.cohorts} if badge else {}
    grouped: dict[str, list[StudyDefinition]] = {}
    for row in study.definitions.all():
        grouped.setdefault(row.cohort.strip(), []).append(row)
    return [CohortRows(name, badges.get(name, ""), rows) for name, rows in grouped.items()]


def who_checked(study: Study) -> str:
    """One sentence on who stands behind the coding. It names no person."""
    if study.is_sample:
        return "Sample coding, not reviewed."
    rows = study.definitions.all()
    if not rows:
        return "No definition rows were coded."
    if not all(row.checked_by_id for row in rows):
        return "Not yet checked by a second person."
    second = all(row.checked_by_id != row.coded_by_id for row in rows)
    return "Coded by one person and checked by another." if second else "Coded and checked by one person."


def _row(row: StudyDefinition) -> pem.Row:
    known = row.definition
    return pem.Row(known.slug, known.pem, row.role, row.cohort, known.year)
