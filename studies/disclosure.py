"""Who drafted the texts of a study, from what, and who approved them: English sentences that name no person."""

from collections.abc import Iterable
from dataclasses import dataclass

from studies import languages
from studies.field_words import LABELS
from studies.models import TextProvenance
from studies.vocabulary import Drafter, StaffRole

day = languages.in_english(languages.day)


@dataclass(frozen=True)
class Disclosure:
    """`texts` names what the sentences are about; "" where they are about all texts of the study."""

    texts: str
    drafted: str
    approved: str


def disclosures(rows: Iterable[TextProvenance]) -> list[Disclosure]:
    """One disclosure for every group of texts with the same story, in the order of the rows."""
    groups: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        groups.setdefault((drafted(row), approved(row)), []).append(LABELS[row.field])
    one = len(groups) == 1
    return [Disclosure("" if one else ", ".join(names), *story) for story, names in groups.items()]


def drafted(row: TextProvenance) -> str:
    """Who wrote the text, and from what."""
    source = f"from {row.get_basis_display()} of the paper"
    if row.drafter == Drafter.MACHINE:
        version = f", version {row.model_version}" if row.model_version else ""
        edited = " A person changed it since." if row.edited else ""
        return f"Drafted by a machine ({row.model}{version}) {source}.{edited}"
    if row.drafter == Drafter.SAMPLE:
        return f"Sample text, written {source} for demonstration. No clinician has reviewed it."
    return f"Drafted by a person {source}."


def approved(row: TextProvenance) -> str:
    """Who let the text become public, and when."""
    if row.approver_role == StaffRole.SAMPLE_IMPORT:
        return "Loaded with the sample atlas, not reviewed."
    if not row.approver_role or row.approved_at is None:
        return "No approval is recorded."
    return f"Approved by a person in the role of {row.get_approver_role_display().lower()} on {day(row.approved_at)}."
