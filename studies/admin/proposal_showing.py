"""What the page of a proposal says: its content in words, and in words too why somebody may not decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studies import versions
from studies.admin import wording
from studies.admin.showing import differences
from studies.field_words import label
from studies.models import Proposal, RevisionValue, Study
from studies.roles import one_person
from studies.vocabulary import DefinitionPem, Pem, ProposalKind


def shown_content(proposal: Proposal) -> dict[str, Any]:
    """The differences or the act in sentences, and how far the study has moved on since."""
    study, of_study = proposal.study, proposal.definition_id is None
    before = {name: old for name, (old, _) in proposal.changes.items()}
    after = {name: new for name, (_, new) in proposal.changes.items()}
    return {
        "sentences": _SENTENCES.get(proposal.kind, lambda proposal: [])(proposal),
        "differences": differences(before, after) if of_study and proposal.changes else [],
        "wording": wording.of_proposal(proposal) if proposal.is_open else None,
        "behind": study.version - proposal.base_number if study and proposal.is_open else 0,
    }


def _change(proposal: Proposal) -> list[str]:
    """The words of a draft's abstract; all else of a change stands among the differences."""
    abstract = proposal.details.get("abstract")
    return of_abstract(abstract) if abstract else []


def of_abstract(abstract: dict[str, Any]) -> list[str]:
    words = (": ".join(filter(None, (part.get("label", ""), part["text"]))) for part in abstract["sections"])
    return ["The abstract, from a draft of the same paper:", *words]


def _withdraw(proposal: Proposal) -> list[str]:
    return ["The study is taken out. Its page says so and gives the note above. Old versions stay readable."]


def _restore(proposal: Proposal) -> list[str]:
    return ["The study becomes public again as it stood."]


def _merge(proposal: Proposal) -> list[str]:
    target = Study.objects.get(pk=proposal.details["into"])
    return [
        f"The page of this study will lead to “{target.title}” ({target.get_absolute_url()}). Links to other studies move there.",
    ]


def _revert(proposal: Proposal) -> list[str]:
    return [f"What version {proposal.details['number']} replaced is restored."]


def _redact(proposal: Proposal) -> list[str]:
    number, name = proposal.details["number"], proposal.details["field"]
    value = RevisionValue.objects.filter(revision__study=proposal.study, revision__number=number, field=name).first()
    held = value_in_words(versions.read(proposal.study, number), name)
    return [
        f"From version {number} the value of “{label(name)}” is deleted for good. The note above stands in its place.",
        f"The value: {held}" if value and value.value is not None else "The value is gone.",
    ]


def value_in_words(version: versions.Version, name: str) -> str:
    words = next((field.words for part in versions.parts(version) for field in part.fields if field.name == name), "")
    return "; ".join(words) if isinstance(words, list) else words


def _definition(proposal: Proposal) -> list[str]:
    """Old and new value, and what becomes of the badges of the studies that name the definition."""
    old, new = (DefinitionPem(value).label for value in proposal.changes["pem"])
    lines = [f"What the definition says about PEM: “{old}” becomes “{new}”."]
    if proposal.is_open:
        moved = _moved(proposal)
        lines.append(f"Studies that get another badge: {len(moved)}.")
        lines += [f"{study.title}: {before} becomes {after}." for study, before, after in moved[:SHOWN]]
        lines += [f"And {len(moved) - SHOWN} more."] if len(moved) > SHOWN else []
    return lines


def _moved(proposal: Proposal) -> list[tuple[Study, str, str]]:
    """Each study whose badge the proposal changes, with the labels before and after."""
    badges = proposal.details.get("badges", {})
    studies = Study.objects.filter(pk__in=list(map(int, badges))).order_by("pk")
    return [(study, study.get_pem_display(), Pem(badges[str(study.pk)]).label) for study in studies]


SHOWN = 50
_SENTENCES: dict[str, Callable[[Proposal], list[str]]] = {
    ProposalKind.CHANGE: _change,
    ProposalKind.WITHDRAW: _withdraw,
    ProposalKind.RESTORE: _restore,
    ProposalKind.MERGE: _merge,
    ProposalKind.REVERT: _revert,
    ProposalKind.REDACT: _redact,
    ProposalKind.DEFINITION: _definition,
}


def why_not_apply(proposal: Proposal, user: Any) -> str:
    """Why this person may not apply it, in words; nothing where they may."""
    if not proposal.is_open:
        return f"This proposal is closed: {proposal.get_state_display().lower()}."
    if not user.has_perm("studies.second" if proposal.high_impact else "studies.approve"):
        return "Your role does not include applying this."
    if proposal.high_impact and proposal.proposer_id == user.pk and not one_person():
        return "You made this proposal. A change of this weight needs a second person, so somebody else must apply it."
    return ""


def why_not_refuse(proposal: Proposal, user: Any) -> str:
    if not proposal.is_open:
        return "It is closed."
    return "" if user.has_perm("studies.approve") else "Your role does not include refusing this."


def why_not_recall(proposal: Proposal, user: Any) -> str:
    if not proposal.is_open:
        return "It is closed."
    if proposal.proposer_id == user.pk or user.has_perm("studies.lead"):
        return ""
    return "Only its proposer or a lead can recall it."
