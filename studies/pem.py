"""Derive the PEM badge of a study from its coding. Pure: knows no database.

"PEM required" means that every patient had to have post-exertional malaise to enter the study. The badge is
never typed in: `derive` works it out from the coded rows, in this order: papers without participants, the paper's
own statement, each cohort by its definitions, the least strict cohort. A study that nobody coded is `not_coded`
("not yet assessed"), which callers decide before they come here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

NO_PARTICIPANTS = frozenset({"guideline", "animal", "in_vitro", "narrative_review", "protocol", "commentary"})
WITH_PARTICIPANTS = frozenset(
    {
        "systematic_review",
        "evidence_map",
        "randomised_trial",
        "non_randomised_trial",
        "cohort",
        "case_control",
        "cross_sectional",
        "case_report",
        "qualitative",
        "laboratory_human",
    }
)
DESIGNS = NO_PARTICIPANTS | WITH_PARTICIPANTS
ROLES = frozenset({"inclusion", "alternative", "subgroup", "comparator", "mentioned"})
CLAIMS = {"compulsory": ("required", "stated_compulsory"), "loosened": ("unclear", "stated_loosened")}

# What a definition asks for (`CaseDefinition.pem`) and the badge it gives when it stands alone.
VALUE_OF = {
    "required": "required",
    "partial": "partial",
    "optional": "not_required",
    "not_mentioned": "not_required",
    "variable": "unclear",
}
LOOSE_TO_STRICT = ("not_required", "unclear", "mixed", "partial", "required")

# A trial wrote its own version of older criteria, so this definition is as young as the paper that used it.
YEAR_EXEMPT = frozenset({"london-v2-pace"})

# Slugs are permanent: they are shown, exported and stored in revisions.
RULES = {
    "no_participants": "This kind of paper takes in no patients, so it has no PEM badge.",
    "stated_compulsory": "The paper says that every patient had to have PEM.",
    "stated_loosened": "The paper names a definition that requires PEM but accepted only some of its symptoms.",
    "nothing_stated": "The paper does not say by which definition the patients were chosen.",
    "one_required": "Patients had to meet one definition, and it requires PEM.",
    "one_partial": "Patients had to meet one definition. It requires post-exertional fatigue, but not PEM itself.",
    "one_not_required": "Patients had to meet one definition, and it can be met without PEM.",
    "one_unclear": "The patients were chosen in a way that does not show whether PEM was needed.",
    "all_required": "Patients had to meet several definitions, and at least one of them requires PEM.",
    "all_unclear": "Patients had to meet several definitions. What at least one of them asks for is not known.",
    "all_mixed": "Patients had to meet several definitions. One part could be met with PEM or without it.",
    "all_partial": "Patients had to meet several definitions. The strictest requires post-exertional fatigue, not PEM.",
    "all_not_required": "Patients had to meet several definitions, and all of them can be met without PEM.",
    "any_required": "Patients could meet any one of several definitions, and all of them require PEM.",
    "any_partial": "Patients could meet any one of several definitions. All require post-exertional fatigue, not PEM.",
    "any_not_required": "Patients could meet any one of several definitions, and all can be met without PEM.",
    "any_required_or_partial": "Patients could meet any one of several definitions. "
    "Some require PEM, the others post-exertional fatigue.",
    "any_mixed": "Patients could meet any one of several definitions, and only some of them require PEM "
    "or post-exertional fatigue.",
    "any_unclear": "Patients could enter in any one of several ways. What at least one of them asks for is not known.",
    "any_unclear_not_required": "Patients could enter in any one of several ways. At least one needs no PEM, "
    "and none is known to require it.",
    "any_unclear_mixed": "Patients could enter in any one of several ways. At least one requires PEM or "
    "post-exertional fatigue, and at least one does not.",
    "least_strict_cohort": "The paper studies several patient groups. The badge is that of the least strict group.",
}


class PemError(ValueError):
    """The coding cannot be read: an unknown word, or a statement without its quoted sentence."""


@dataclass(frozen=True)
class Row:
    """One definition as coded for a study. `pem` is the definition's own value; `year` its year, if it has one."""

    definition: str
    pem: str
    role: str
    cohort: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Statement:
    """What the paper itself says about PEM: claim `compulsory` or `loosened`, with the quoted sentence."""

    claim: str
    quote: str


@dataclass(frozen=True)
class Badge:
    """The value with the rule that gave it. `cohorts` holds (name, badge) by name, when rows name cohorts.

    `subgroup_reported`: a subgroup was chosen by a definition that requires PEM, the whole sample was not.
    """

    value: str
    rule: str
    cohorts: tuple[tuple[str, "Badge"], ...] = ()
    subgroup_reported: bool = False

    @property
    def sentence(self) -> str:
        return RULES[self.rule]


@dataclass(frozen=True)
class Problem:
    definition: str
    message: str


def derive(*, design: str, rows: Sequence[Row], statement: Statement | None = None) -> Badge:
    """The badge of a coded study; raises PemError for unknown words and for a claim without a quote.

    A design that is not classified is refused too: nothing says yet whether there were participants.
    """
    _check_words(design, rows, statement)
    if design in NO_PARTICIPANTS:
        return Badge("not_applicable", "no_participants")
    badge = _from_statement(statement) if statement else _from_rows(rows)
    return _with_subgroup(badge, rows)


def check_years(*, rows: Sequence[Row], year: int | None) -> list[Problem]:
    """Definitions that are younger than the paper published in `year`: such a coding must not be saved."""
    if year is None:
        return []
    return [
        Problem(row.definition, f"{row.definition} is from {row.year}, but the paper was published in {year}")
        for row in rows
        if row.year is not None and row.year > year and row.definition not in YEAR_EXEMPT
    ]


def _check_words(design: str, rows: Sequence[Row], statement: Statement | None) -> None:
    if design not in DESIGNS:
        raise PemError(f"unknown design: {design!r}")
    for row in rows:
        if row.role not in ROLES:
            raise PemError(f"unknown role: {row.role!r} ({row.definition})")
        if row.pem not in VALUE_OF:
            raise PemError(f"unknown PEM value of a definition: {row.pem!r} ({row.definition})")
    if statement and statement.claim not in CLAIMS:
        raise PemError(f"unknown claim of a PEM statement: {statement.claim!r}")


def _from_statement(statement: Statement) -> Badge:
    if not statement.quote.strip():
        raise PemError(f"PEM stated as {statement.claim} needs the quoted sentence")
    return Badge(*CLAIMS[statement.claim])


def _from_rows(rows: Sequence[Row]) -> Badge:
    counted = [row for row in rows if row.role in ("inclusion", "alternative")]
    names = sorted({row.cohort.strip() for row in counted} - {""})
    if not names:
        return _of_cohort(counted)
    cohorts = tuple((name, _named_cohort(name, counted, rows)) for name in names)
    if len(cohorts) == 1:
        return replace(cohorts[0][1], cohorts=cohorts)
    loosest = min((badge.value for _, badge in cohorts), key=LOOSE_TO_STRICT.index)
    return Badge(loosest, "least_strict_cohort", cohorts)


def _named_cohort(name: str, counted: Sequence[Row], rows: Sequence[Row]) -> Badge:
    """The badge of one cohort; a row that names no cohort belongs to every one."""
    own = (name, "")
    badge = _of_cohort([row for row in counted if row.cohort.strip() in own])
    return _with_subgroup(badge, [row for row in rows if row.cohort.strip() in own])


def _of_cohort(rows: Sequence[Row]) -> Badge:
    if not rows:
        return Badge("unclear", "nothing_stated")
    if len(rows) == 1:
        value = VALUE_OF[rows[0].pem]
        return Badge(value, f"one_{value}")
    needed = [VALUE_OF[row.pem] for row in rows if row.role == "inclusion"]
    alternatives = {VALUE_OF[row.pem] for row in rows if row.role == "alternative"}
    if not needed:
        return _any_suffices(alternatives)
    if alternatives:
        needed.append(_any_suffices(alternatives).value)
    return _all_needed(set(needed))


def _any_suffices(values: set[str]) -> Badge:
    """One value for a set of alternatives.

    A way in that needs no PEM decides even beside an unknown one: whatever the unknown one asked for, not every
    patient had to have PEM. Partly required counts as a requirement there, as it does without an unknown one.
    """
    if "unclear" in values:
        if "not_required" not in values:
            return Badge("unclear", "any_unclear")
        if values & {"required", "partial"}:
            return Badge("mixed", "any_unclear_mixed")
        return Badge("not_required", "any_unclear_not_required")
    if len(values) == 1:
        (value,) = values
        return Badge(value, f"any_{value}")
    if values == {"required", "partial"}:
        return Badge("partial", "any_required_or_partial")
    return Badge("mixed", "any_mixed")


def _all_needed(values: set[str]) -> Badge:
    decisive = ("required", "unclear", "mixed", "partial", "not_required")
    value = next(value for value in decisive if value in values)
    return Badge(value, f"all_{value}")


def _with_subgroup(badge: Badge, rows: Sequence[Row]) -> Badge:
    requires = any(row.role == "subgroup" and row.pem == "required" for row in rows)
    return replace(badge, subgroup_reported=requires and badge.value != "required")
