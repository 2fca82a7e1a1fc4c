"""What a person should know before they apply a proposal: badge, rules, weight, consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contributions.models import Contribution, ProposalLink
from contributions.vocabulary import Use
from studies import phrasing, rules, wording
from studies.cleaning import PROPOSABLE
from studies.derived import with_derived
from studies.errors import Problems
from studies.models import Proposal
from studies.pem import RULES
from studies.roles import one_person
from studies.snapshots import Snapshot, current
from studies.vocabulary import Pem


@dataclass(frozen=True)
class Check:
    """One check in a sentence. `stops`: as it is, the proposal cannot be applied."""

    name: str
    said: str
    stops: bool = False


def of_proposal(contribution: Contribution, proposal: Proposal) -> list[Check]:
    """The checks against the study as it is now, in reading order."""
    live = current([proposal.study_id])[proposal.study_id]
    return [*_of_study(proposal, live), _weight(proposal), *_consent(contribution, proposal)]


def _of_study(proposal: Proposal, live: Snapshot) -> list[Check]:
    wanted = {name: new for name, (_, new) in proposal.changes.items() if name in PROPOSABLE}
    try:
        after = with_derived(live, live | wanted)
    except Problems as error:
        return [Check("Rules", str(error), stops=True)]
    new = rules.new_problems(proposal.study_id, live, after)
    broken = [Check("Rules", problem, stops=True) for problem in new]
    return [
        _badge(live, after),
        _wording(live, after),
        *(broken or [Check("Rules", "Numbers, texts and coding break no rule.")]),
    ]


def _badge(live: Snapshot, after: Snapshot) -> Check:
    before, now = (Pem(values.get("pem", Pem.NOT_CODED)).label for values in (live, after))
    rule = RULES.get(after.get("pem_rule", ""), "Nothing is coded yet.")
    return Check("PEM badge", f"{f'It stays “{now}”.' if before == now else f'“{before}” becomes “{now}”.'} {rule}")


def _wording(live: Snapshot, after: Snapshot) -> Check:
    """How much the wording check newly finds; what stops is among the rules, and the page shows all of it in place."""
    found = phrasing.new_findings(live, after)
    if not found:
        return Check("Wording", f"Nothing new to say about the words (rules, version {wording.VERSION}).")
    return Check(
        "Wording", f"New findings about the words: {len(found)} (rules, version {wording.VERSION}). See above."
    )


def _weight(proposal: Proposal) -> Check:
    if not proposal.high_impact:
        return Check("Weight", "One person may apply it.")
    if one_person():
        return Check("Weight", "It would need a second person. That rule is off, because one person runs this atlas.")
    return Check("Weight", "It needs a second person, who did not write it.")


def _consent(contribution: Contribution, proposal: Proposal) -> list[Check]:
    link: Any = ProposalLink.objects.filter(contribution=contribution, proposal=proposal).first()
    if link is None:
        return []
    found = [Check("The contributor's words", f"{Use(link.use).label}.")]
    if link.words_stand_in_paper:
        found.append(Check("Shared words", "Whoever wrote the proposal says that these words stand in the paper."))
    return found
