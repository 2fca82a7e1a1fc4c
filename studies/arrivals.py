"""What becomes of a paper in the inbox: taken, out of scope, a duplicate, or brought back. Each decision is one transaction.

Lock order: the turn of those who write drafts, studies, arrival.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, ProtectedError
from django.utils import timezone

from studies import completing
from studies.draft_joining import has_texts, is_coded, join_drafts, join_into_published
from studies.errors import Problems, Stale
from studies.holdings import Holdings
from studies.incoming import Incoming, Summary
from studies.ingest import ingest, take_turn
from studies.locks import locked_all
from studies.models import Abstract, Arrival, Proposal, Study
from studies.outcome import Fate
from studies.roles import role_of
from studies.stored_papers import from_data, to_data
from studies.updating import held_record
from studies.vocabulary import State
from studies.vocabulary_desk import ArrivalState, OutOfScope

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "change_arrival"
DECIDED = (ArrivalState.TAKEN, ArrivalState.OUT_OF_SCOPE, ArrivalState.DUPLICATE)
# What a draft's row holds of the record; all else of it is only in what the source said.
HELD = (
    *completing.PLAIN, *completing.NUMBERS, *completing.DATE, *completing.NOTICE, "authors", "authors_complete", "language",
)  # fmt: skip


@transaction.atomic
def take(*, arrival: Arrival, version: int, by: User) -> Study:
    """Make the draft of an arrival the draft of `by`; it leaves the inbox and stands among the drafts.

    Raises NotAllowed, Stale with who decided what.
    """
    role_of(by, PERMISSION)
    study = _locked(arrival).get(arrival.study_id or 0)
    _claim(arrival, version, by, ArrivalState.TAKEN)
    study = study or _drafted_again(arrival)
    if study.state == State.DRAFT:
        study.drafted_by = by
        study.save(update_fields=["drafted_by"])
    return study


@transaction.atomic
def set_aside(*, arrival: Arrival, version: int, reason: str, note: str = "", by: User) -> None:
    """Say that a paper is out of scope: its draft is deleted, and no source brings it again.

    Effects: the arrival keeps reason, note and all that the draft held. Raises NotAllowed, Stale with who decided what,
    Problems where somebody has begun to work on the draft.
    """
    role_of(by, PERMISSION)
    if reason not in OutOfScope.values:
        raise Problems(["Choose why the paper is out of scope."])
    study = _locked(arrival).get(arrival.study_id or 0)
    _claim(arrival, version, by, ArrivalState.OUT_OF_SCOPE, reason=reason, note=note.strip()[:300])
    if study:
        _delete(study, arrival)


@transaction.atomic
def mark_duplicate(*, arrival: Arrival, version: int, of: Study, note: str = "", by: User) -> Proposal | None:
    """Say that a paper is the one of another study: its draft goes into that one and is deleted.

    Effects: another draft takes over identifiers and what else it lacks; for a published study they become a proposal, which
    is returned. Raises NotAllowed, Stale with who decided what, Problems.
    """
    role_of(by, PERMISSION)
    studies = _locked(arrival, of.pk)
    study, into = studies.get(arrival.study_id or 0), studies.get(of.pk)
    if into is None or into.pk == arrival.study_id or into.state not in (State.DRAFT, State.PUBLISHED):
        raise Problems([_why_not_into(into, arrival)])
    _claim(arrival, version, by, ArrivalState.DUPLICATE, note=note.strip()[:300])
    if study is None:
        Arrival.objects.filter(pk=arrival.pk).update(study=into)
        return None
    _keep_record(study, arrival)
    if into.state == State.PUBLISHED:
        return join_into_published(draft=study, into=into, note=note, by=by)
    join_drafts(draft=study, into=into)
    return None


@transaction.atomic
def bring_back(*, arrival: Arrival, version: int, by: User) -> Study:
    """Undo a decision: the arrival waits again, with its draft as it was.

    Raises NotAllowed, Stale, and Problems where the atlas has the paper meanwhile, or the taken draft holds somebody's work.
    """
    role_of(by, PERMISSION)
    study = _locked(arrival).get(arrival.study_id or 0) if arrival.state == ArrivalState.TAKEN else None
    if study:
        _refuse_work(study, but_by=by)
        study.drafted_by = None
        study.save(update_fields=["drafted_by"])
    decided = {"decided_by": None, "decided_at": None, "reason": "", "note": ""}
    _move(arrival, version, DECIDED, state=ArrivalState.WAITING, **decided)
    return study or _drafted_again(arrival)


def decision(arrival: Arrival) -> str:
    """Who decided what about an arrival, as sentences; nothing where it waits."""
    if arrival.state == ArrivalState.WAITING:
        return ""
    who = str(arrival.decided_by) if arrival.decided_by else "Somebody"
    when = f" on {arrival.decided_at:%-d %B %Y at %H:%M} UTC" if arrival.decided_at else ""
    words = {
        ArrivalState.TAKEN: f"{who} took this paper{when}.",
        ArrivalState.OUT_OF_SCOPE: f"{who} found this paper out of scope{when}: {arrival.get_reason_display()}.",
        ArrivalState.DUPLICATE: f"{who} marked this paper as a duplicate{when}.",
    }
    return " ".join(filter(None, [words[ArrivalState(arrival.state)], arrival.note]))


def _locked(arrival: Arrival, *others: int) -> dict[int, Study]:
    take_turn()
    return locked_all(pk for pk in (arrival.study_id, *others) if pk)


def _claim(arrival: Arrival, version: int, by: User, state: ArrivalState, **columns: Any) -> None:
    """Decide a waiting arrival, once."""
    _move(
        arrival,
        version,
        (ArrivalState.WAITING,),
        state=state,
        decided_by=by,
        decided_at=timezone.now(),
        **columns,
    )


def _move(arrival: Arrival, version: int, states: Iterable[ArrivalState], **columns: Any) -> None:
    rows = Arrival.objects.filter(pk=arrival.pk, version=version, state__in=list(states), study=arrival.study_id)
    moved = rows.update(version=F("version") + 1, **columns)
    fresh = Arrival.objects.select_related("decided_by").get(pk=arrival.pk)
    if not moved:
        raise Stale(decision(fresh) or "It was brought back to the inbox, or changed, after this page was shown.")
    arrival.refresh_from_db()


def _delete(study: Study, arrival: Arrival) -> None:
    """The draft of an arrival that nobody has worked on; it comes back from the arrival's record."""
    _refuse_work(study)
    _keep_record(study, arrival)
    try:
        study.delete()
    except ProtectedError as error:
        raise Problems(["Something else in the atlas speaks of this draft, so it cannot be put aside."]) from error


def _refuse_work(study: Study, but_by: User | None = None) -> None:
    """Deleting or giving back a draft must not cost anybody's work."""
    if study.state != State.DRAFT or study.version:
        raise Problems([f"The study is {study.get_state_display().lower()} now, so it stays."])
    if study.drafted_by and study.drafted_by != but_by:
        raise Problems([f"{study.drafted_by} has begun to work on this draft, so it stays."])
    if has_texts(study) or is_coded(study) or study.editor_notes or study.topics.exists():
        raise Problems(["Somebody has written or coded something in this draft, so it stays."])


def _keep_record(study: Study, arrival: Arrival) -> None:
    """Other sources may have added to the draft since it came: all of that is kept, so that nothing is lost with it."""
    said, ours = _paper(arrival), held_record(study)
    record = replace(said.record, **{name: getattr(ours, name) for name in HELD})
    abstract = Abstract.objects.filter(study=study).first()
    paper = replace(
        said,
        record=record,
        source=study.bibliography_source,
        license_url=study.license_url,
        abstract=_summary(abstract) if abstract else said.abstract,
    )
    Arrival.objects.filter(pk=arrival.pk).update(record=to_data(paper))


def _summary(abstract: Abstract) -> Summary:
    sections = tuple((part["label"], part["text"]) for part in abstract.sections)
    return Summary(sections, abstract.license, abstract.license_url, abstract.source)


def _paper(arrival: Arrival) -> Incoming:
    return from_data(arrival.record)


def _drafted_again(arrival: Arrival) -> Study:
    paper = _paper(arrival)
    outcome = ingest([paper], holdings=Holdings(near=[paper.record]), cautious=True)
    (line,) = outcome.lines
    if line.fate != Fate.CREATED:
        said = f"The atlas has this paper meanwhile: {line.slug}." if line.study else line.reason or line.notice
        raise Problems([said])
    Arrival.objects.filter(pk=arrival.pk).update(study=line.study)
    return Study.objects.get(pk=line.study or 0)


def _why_not_into(into: Study | None, arrival: Arrival) -> str:
    if into is None:
        return "There is no such study any more."
    if into.pk == arrival.study_id:
        return "This is its own draft. Choose the study that the atlas has already."
    return (
        f"That study is {into.get_state_display().lower()}. Only a draft or a published study can take in a duplicate."
    )
