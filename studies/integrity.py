"""What sources say against published studies, as tasks: written down, proposed, dismissed, settled. Nothing here changes a study.

A change that a source suggests is a proposal like any other, and a retraction needs a second person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Case, F, OrderBy, QuerySet, Value, When
from django.utils import timezone

from studies import proposals
from studies.errors import Problems, Stale
from studies.locks import FINDINGS, locked_all, take_turn
from studies.models import Finding, Override, Proposal, Study
from studies.observing import Observation
from studies.roles import role_of
from studies.snapshots import current
from studies.vocabulary import ProposalKind, ProposalState, Reason, State
from studies.vocabulary_desk import FindingKind, FindingState, Source

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WAITING = (FindingState.OPEN, FindingState.PROPOSED)
NOTICES = {
    FindingKind.RETRACTED,
    FindingKind.WITHDRAWN,
    FindingKind.CONCERN,
    FindingKind.CORRECTED,
    FindingKind.REINSTATED,
}
# What staff can only look into: a number that leads to another paper says nothing about which of the two is wrong.
NOT_PROPOSED = {FindingKind.OTHER_TITLE, FindingKind.NOT_FOUND}
# In the order in which a person should look at them; what is not named here comes last.
MOST_URGENT_FIRST = (
    FindingKind.RETRACTED,
    FindingKind.WITHDRAWN,
    FindingKind.CONCERN,
    FindingKind.REINSTATED,
    FindingKind.CORRECTED,
    FindingKind.OTHER_TITLE,
    FindingKind.NOT_FOUND,
)
LONGEST_LINK = 500


@dataclass
class Tally:
    """What a comparison came to, in numbers of findings."""

    new: int = 0
    seen_again: int = 0
    settled: int = 0

    def add(self, other: Tally) -> None:
        self.new += other.new
        self.seen_again += other.seen_again
        self.settled += other.settled


def waiting() -> QuerySet[Finding]:
    """The tasks: what nobody decided yet, of studies that readers see. Those of a withdrawn study come back with it."""
    return Finding.objects.filter(state__in=WAITING, study__state=State.PUBLISHED)


def by_urgency() -> OrderBy:
    """Retractions come before typing errors."""
    places = [When(kind=kind, then=Value(place)) for place, kind in enumerate(MOST_URGENT_FIRST)]
    return Case(*places, default=Value(len(MOST_URGENT_FIRST))).asc()


def hold(*, study_id: int, source: Source) -> Study | None:
    """The study as it is now, for the rest of the transaction; None where readers do not see it any more.

    A source takes its time to answer, and the study may be changed meanwhile. Lock order: the turn, findings, study, overrides,
    as in a proposal that is applied.
    """
    take_turn(FINDINGS, study_id)
    list(_waiting(study_id, source))
    study = locked_all([study_id]).get(study_id)
    return study if study and study.state == State.PUBLISHED else None


@transaction.atomic
def take_down(
    *, study: Study, source: Source, observations: Sequence[Observation], evidence_url: str, at: datetime
) -> Tally:
    """Bring the findings of this source about this study to what it says now.

    Effects: a finding for each observation that is not there yet and was neither dismissed with these values nor set so by
    hand; those seen again carry the new values and time; those not seen any more are settled.
    """
    waiting = {(each.kind, each.field): each for each in _waiting(study.pk, source)}
    tally, evidence_url = Tally(), evidence_url if len(evidence_url) <= LONGEST_LINK else ""
    for observation in _unexplained(study, source, observations):
        known = waiting.pop((observation.kind, observation.field), None)
        if known:
            _see_again(known, observation, evidence_url, at)
            tally.seen_again += 1
        else:
            tally.new += _open(study, source, observation, evidence_url, at)
    gone = [finding.pk for finding in waiting.values() if finding.state == FindingState.OPEN]
    tally.settled = Finding.objects.filter(pk__in=gone, state=FindingState.OPEN).update(
        state=FindingState.SETTLED, decided_at=at, version=F("version") + 1
    )
    return tally


@transaction.atomic
def propose(*, finding: Finding, version: int, note: str, by: User) -> Proposal:
    """Write the proposal that brings the study to what the source says.

    Effects: a proposal with the source as its evidence; the finding waits for its fate. Raises NotAllowed, Stale, Problems.
    """
    if finding.kind in NOT_PROPOSED:
        raise Problems(["This cannot be proposed from here. Look into it and propose what you find out."])
    claimed = _claim(finding, version, FindingState.PROPOSED, by, states=(FindingState.OPEN,))
    proposal = proposals.propose(
        study=claimed.study,
        values=claimed.theirs or {},
        reason=Reason.RETRACTION if claimed.kind in NOTICES else Reason.BIBLIOGRAPHY,
        note=note,
        evidence_url=claimed.evidence_url,
        by=by,
    )
    Finding.objects.filter(pk=claimed.pk).update(proposal=proposal)
    return proposal


@transaction.atomic
def dismiss(*, finding: Finding, version: int, note: str, by: User) -> None:
    """Close a finding because the atlas is right; the same values do not come up again. Raises NotAllowed, Stale, Problems."""
    if not note.strip():
        raise Problems(["Say why the atlas is right."])
    role_of(by, "propose")
    claimed = _claim(finding, version, FindingState.DISMISSED, by, states=(FindingState.OPEN,))
    Finding.objects.filter(pk=claimed.pk).update(note=note.strip()[:300])


def follow(*, proposal: Proposal, becomes: ProposalState, by: User) -> None:
    """Bring the finding of this proposal, if it has one, along: applied settles it, anything else opens it again.

    What other sources say about the study is settled too where the applied values say the same.
    """
    if becomes == ProposalState.APPLIED and proposal.kind in {ProposalKind.CHANGE, ProposalKind.REVERT}:
        _settle_same(proposal)
    state = FindingState.SETTLED if becomes == ProposalState.APPLIED else FindingState.OPEN
    Finding.objects.filter(proposal=proposal, state=FindingState.PROPOSED).update(
        state=state, decided_at=timezone.now() if state == FindingState.SETTLED else None, version=F("version") + 1
    )


def values_now(finding: Finding) -> dict[str, Any]:
    """What the study says now in the fields that the finding is about."""
    snapshot = current([finding.study_id])[finding.study_id]
    return {name: snapshot.get(name) for name in finding.theirs or finding.ours or {}}


def _settle_same(proposal: Proposal) -> None:
    """Locks every waiting finding of the study, in turn with comparisons, which write new ones."""
    take_turn(FINDINGS, proposal.study_id or 0)
    found = Finding.objects.select_for_update().filter(study=proposal.study_id, state__in=WAITING)
    others = [each for each in found if each.state == FindingState.OPEN and each.theirs]
    if not others:
        return
    after = current([others[0].study_id])[others[0].study_id] | {
        name: new for name, (_, new) in proposal.changes.items()
    }
    same = [each.pk for each in others if _says_the_same(each.theirs or {}, after)]
    Finding.objects.filter(pk__in=same).update(
        state=FindingState.SETTLED, decided_at=timezone.now(), version=F("version") + 1
    )


def _says_the_same(theirs: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Sources often date one notice differently, and what a source does not know speaks against nothing."""
    return all(value in (None, after.get(name)) for name, value in theirs.items() if name != "retraction_on")


def _waiting(study_id: int, source: Source) -> Iterable[Finding]:
    return Finding.objects.select_for_update().filter(study=study_id, source=source, state__in=WAITING)


def _unexplained(study: Study, source: Source, observations: Sequence[Observation]) -> list[Observation]:
    """Without what a person decided already: dismissed with these very values, or set by hand against them."""
    dismissed = [
        _dismissed_as(each.kind, each.field, each.ours, each.theirs)
        for each in Finding.objects.filter(study=study, source=source, state=FindingState.DISMISSED)
    ]
    overrides = {each.field: each for each in Override.objects.select_for_update().filter(study=study)}
    _learn_agreement(overrides.values(), source, observations)
    return [
        each
        for each in observations
        if _dismissed_as(each.kind, each.field, each.ours, each.theirs) not in dismissed
        and not _is_meant(each, overrides, source)
    ]


def _dismissed_as(kind: str, field: str, ours: Any, theirs: Any) -> tuple[str, str, dict[str, Any]]:
    """What a dismissal is about: the words of the source, or the number that the source does not know."""
    return kind, field, dict((ours if kind == FindingKind.NOT_FOUND else theirs) or {})


def _is_meant(observation: Observation, overrides: Mapping[str, Override], source: Source) -> bool:
    """Whether staff set this field against what the source says. The first comparison after that learns what it is."""
    if observation.kind != FindingKind.DIFFERS:
        return False
    override = next((overrides[name] for name in observation.theirs if name in overrides), None)
    if override is None:
        return False
    known = (override.theirs or {}).get(source)
    if known is None:
        _learn(override, source, observation.theirs)
    return known is None or bool(known == dict(observation.theirs))


def _learn_agreement(overrides: Iterable[Override], source: Source, observations: Sequence[Observation]) -> None:
    """A source that says what was set by hand is known to: when it says something else later, that is news."""
    if source == Source.RETRACTION_WATCH or any(each.kind in NOT_PROPOSED for each in observations):
        return  # it said nothing about the fields of this paper
    spoken_of = {name for each in observations for name in each.theirs}
    for override in overrides:
        if override.field not in spoken_of and source not in (override.theirs or {}):
            _learn(override, source, {})


def _learn(override: Override, source: Source, theirs: Mapping[str, Any]) -> None:
    override.theirs = {**(override.theirs or {}), str(source): dict(theirs)}
    override.save(update_fields=["theirs"])


def _see_again(finding: Finding, observation: Observation, evidence_url: str, at: datetime) -> None:
    """An open finding takes the source's newest words; under a proposal they stay what was proposed."""
    finding.seen_at = at
    if finding.state == FindingState.OPEN and finding.theirs != dict(observation.theirs):
        finding.ours, finding.theirs = dict(observation.ours), dict(observation.theirs)
        finding.evidence_url, finding.version = evidence_url, finding.version + 1
    finding.save(update_fields=["seen_at", "ours", "theirs", "evidence_url", "version"])


def _open(study: Study, source: Source, observation: Observation, evidence_url: str, at: datetime) -> int:
    """1 for a new finding, 0 where another process has just written it."""
    try:
        with transaction.atomic():
            Finding.objects.create(
                study=study,
                source=source,
                kind=observation.kind,
                field=observation.field,
                ours=dict(observation.ours),
                theirs=dict(observation.theirs),
                evidence_url=evidence_url,
                found_at=at,
                seen_at=at,
            )
    except IntegrityError:
        return 0
    return 1


def _claim(finding: Finding, version: int, state: FindingState, by: User, *, states: Sequence[FindingState]) -> Finding:
    waiting = Finding.objects.filter(pk=finding.pk, version=version, state__in=states)
    if waiting.update(state=state, version=F("version") + 1, decided_by=by, decided_at=timezone.now()) != 1:
        raise Stale("Somebody else decided this meanwhile, or the source says something new.")
    return Finding.objects.select_related("study").get(pk=finding.pk)
