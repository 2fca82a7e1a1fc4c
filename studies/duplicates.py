"""Studies that may be one paper: the list, and the two answers of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from studies import publishing
from studies.canonical import canonical, sha256_hex
from studies.draft_joining import join_drafts, join_into_published, obstacles
from studies.errors import Problems, Stale
from studies.locks import locked_all
from studies.models import PossibleDuplicate, Proposal, Study
from studies.roles import NotAllowed
from studies.snapshots import current, digest
from studies.vocabulary import ProposalKind, State
from studies.vocabulary_desk import PairState

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "studies.change_possibleduplicate"


def waiting() -> QuerySet[PossibleDuplicate]:
    """Pairs that nobody has decided; a study that leads to another one already is no question any more."""
    return PossibleDuplicate.objects.filter(
        state=PairState.OPEN, one__merged_into__isnull=True, other__merged_into__isnull=True
    )


def shown(pair: PossibleDuplicate) -> str:
    """One hash over everything of both studies that a decision rests on."""
    both = current([pair.one_id, pair.other_id])
    return sha256_hex(canonical([pair.version, *((both[pk]["state"], digest(both[pk])) for pk in sorted(both))]))


def why_not(pair: PossibleDuplicate) -> str:
    """Why the two cannot be joined now whoever asks, as a sentence, or nothing."""
    if pair.state != PairState.OPEN:
        return f"This was decided: {pair.get_state_display().lower()}."
    if State.WITHDRAWN in {pair.one.state, pair.other.state}:
        return "One of the two is withdrawn."
    if State.IN_REVIEW in {pair.one.state, pair.other.state}:
        return "One of the two is in review. Send it back or publish it first."
    if open_merge(pair):
        return "A proposal to merge them is open."
    if both_published(pair):
        return ""
    draft, other = (pair.one, pair.other) if pair.one.state == State.DRAFT else (pair.other, pair.one)
    return " ".join(obstacles(draft, other))


def both_published(pair: PossibleDuplicate) -> bool:
    return {pair.one.state, pair.other.state} == {State.PUBLISHED}


def may_stay(pair: PossibleDuplicate) -> list[Study]:
    """The studies into which the other one may go: never a draft beside a published study."""
    both = [pair.one, pair.other]
    published = [study for study in both if study.state == State.PUBLISHED]
    return published or both


def open_merge(pair: PossibleDuplicate) -> Proposal | None:
    """The proposal that would merge these two, if one is open."""
    merges = Proposal.objects.waiting().filter(kind=ProposalKind.MERGE, study__in=[pair.one_id, pair.other_id])
    ids = {pair.one_id, pair.other_id}
    return next((merge for merge in merges if {merge.study_id, merge.details.get("into")} == ids), None)


@transaction.atomic
def dismiss(*, pair: PossibleDuplicate, version: int, by: User) -> None:
    """Close a pair as two different papers; it is never offered again. Raises NotAllowed, Stale."""
    _require(by)
    _claim(pair, version, by, PairState.DIFFERENT)


@transaction.atomic
def join(*, pair: PossibleDuplicate, into: Study, version: int, note: str = "", by: User) -> Proposal | None:
    """Make the two one paper, which stays as `into`.

    Two published studies: a lead's proposal to merge, which a second person applies (`joining`); the pair stays open until
    then. A draft: it is joined at once and deleted (`draft_joining`), and the pair goes with it; what it knows more than a
    published study becomes a proposal. Returns the proposal, if there is one. Raises NotAllowed, Stale, Problems.
    """
    _require(by)
    studies = locked_all([pair.one_id, pair.other_id])
    fresh = PossibleDuplicate.objects.select_related("one", "other").get(pk=pair.pk)
    if into.pk not in {study.pk for study in may_stay(fresh)}:
        raise Problems(["Choose which of the two stays. A draft goes into a published study, never the other way."])
    if reason := why_not(fresh):
        raise Problems([reason])
    (gone,) = [study for study in studies.values() if study.pk != into.pk]
    stays = studies[into.pk]
    if both_published(fresh):
        _claim(fresh, version, by, PairState.OPEN)
        return publishing.merge(source=gone, target=stays, note=note, by=by)
    _claim(fresh, version, by, PairState.JOINED)
    if stays.state == State.PUBLISHED:
        return join_into_published(draft=gone, into=stays, note=note, by=by)
    join_drafts(draft=gone, into=stays)
    return None


def _require(by: User) -> None:
    if not by.has_perm(PERMISSION):
        raise NotAllowed("Your role does not include deciding whether two studies are one paper.")


def _claim(pair: PossibleDuplicate, version: int, by: User, becomes: PairState) -> None:
    """Take the pair for this transaction; whoever comes second gets Stale."""
    waits = PossibleDuplicate.objects.filter(pk=pair.pk, version=version, state=PairState.OPEN)
    decided = {} if becomes == PairState.OPEN else {"decided_by": by, "decided_at": timezone.now()}
    if not waits.update(version=F("version") + 1, state=becomes, **decided):
        raise Stale("Somebody else decided this pair, or it changed while you looked at it.")
    pair.refresh_from_db()
