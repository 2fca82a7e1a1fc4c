"""What a reviewer reads beside the public content: the proof of the badge, and what changed since the draft was sent back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studies import quotes
from studies.admin.showing import Shown, differences
from studies.backing import Sections, sentence_about_pem, stored_abstract
from studies.models import Study, StudyDefinition
from studies.pem import RULES
from studies.snapshots import Snapshot, current


@dataclass(frozen=True)
class Proof:
    """One quoted sentence behind a badge. `found` says whether it stands in what the atlas holds of the paper."""

    name: str
    facts: list[str]
    quote: str
    found: str
    people: str


def review(study: Study) -> dict[str, Any]:
    """For the pages on which somebody decides whether a study is published."""
    last = study.submissions.exclude(sent_back_at=None).select_related("sent_back_by").first()
    return {
        "sent_back": last,
        "since": _since(last.values, current([study.pk])[study.pk]) if last else [],
        "badge": study.get_pem_display(),
        "rule": RULES.get(study.pem_rule, "Nobody has coded it."),
        "proofs": _proofs(study),
    }


def _since(old: Snapshot, new: Snapshot) -> list[Shown]:
    """What differs; that the study is in review now is no news."""
    return differences(*({name: value for name, value in values.items() if name != "state"} for values in (old, new)))


def _proofs(study: Study) -> list[Proof]:
    paper = quotes.Paper(study.title, stored_abstract(study.pk))
    rows = study.definitions.select_related("definition", "coded_by", "checked_by")
    found = [_of_row(row, paper) for row in rows]
    if study.pem_claim:
        sentence = sentence_about_pem(text=study.pem_quote, locator=study.pem_locator)
        facts = [study.get_pem_claim_display(), *filter(None, [study.get_pem_locator_display()])]
        where = _where(sentence, paper)
        found.insert(0, Proof("What the paper states about PEM", facts, study.pem_quote, where, ""))
    return found


def _of_row(row: StudyDefinition, paper: quotes.Paper) -> Proof:
    quote = quotes.Quote(row.definition.name, row.quote, row.locator, row.basis)
    facts = [
        f"PEM in this definition: {row.definition.get_pem_display()}",
        row.get_role_display(),
        f"group: {row.cohort}" if row.cohort else "",
        f"as the paper used it: {row.modification}" if row.modification else "",
        f"stands in: {row.get_locator_display()}" if row.locator else "",
        f"read in {row.get_basis_display()}",
    ]
    where = _where(quote, paper) if row.quote else "Nothing is quoted."
    return Proof(row.definition.name, [fact for fact in facts if fact], row.quote, where, _people(row))


def _where(quote: quotes.Quote, paper: quotes.Paper) -> str:
    if quotes.occurs(quote.text, _texts(paper.abstract)):
        return "It stands in the stored abstract."
    if quotes.occurs(quote.text, [paper.title]):
        return "It stands in the title."
    return quotes.fault(quote, paper) or "It does not stand in the stored abstract: look it up in the full text."


def _texts(sections: Sections) -> list[str]:
    return quotes.texts_of(sections) if sections else []


def _people(row: StudyDefinition) -> str:
    coded = f"Coded by {row.coded_by}." if row.coded_by else "Nobody is named as its coder."
    return f"{coded} {f'Checked by {row.checked_by}.' if row.checked_by else 'Nobody has checked it yet.'}"
