"""The studies that harvesters get, page after page: all that were ever published, those withdrawn or merged as deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db.models import Min, Prefetch, prefetch_related_objects

from studies.models import Revision, Study, StudyDefinition
from studies.oai import moments, sets
from studies.oai.identity import study_in
from studies.oai.questions import ProtocolError
from studies.oai.tokens import Place
from studies.querysets import StudyQuerySet
from studies.vocabulary import APPLIED

PAGE = 100
EMPTY_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
# For a header alone.
HEADER = ("state", "pem", "changed_at", "public_counter")
# What no format takes: long texts, and what only staff see.
UNREAD = (
    "summary", "significance", "limitations", "findings", "conclusions", "open_questions", "strengths",
    "pem_quote", "editor_notes", "withdrawal_reason",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """Studies of a list, from `place` on; `after` is where it goes on, None at its end."""

    studies: Sequence[Study]
    place: Place
    after: Place | None


def page(place: Place, *, with_metadata: bool) -> Page:
    """The next studies from a place. Nine queries at most, however many studies. Raises ProtocolError (noRecordsMatch)."""
    wanted = _wanted(place)
    rows = wanted.defer(*UNREAD) if with_metadata else wanted.only(*HEADER)
    found = _from(place, rows, PAGE + 1)
    if not found:
        raise ProtocolError("noRecordsMatch", "No study fits, or none is left.")
    if not place.given:
        place = replace(place, total=wanted.count() if len(found) > PAGE else len(found))
    more, studies = len(found) > PAGE, found[:PAGE]
    fetch(studies, with_metadata=with_metadata)
    last = studies[-1]
    after = replace(place, counter=last.public_counter, study=last.pk, given=place.given + len(studies))
    return Page(studies, place, after if more else None)


def one(identifier: str) -> Study:
    """The study with this identifier, withdrawn ones included. Raises ProtocolError (idDoesNotExist)."""
    found = Study.objects.filter(pk=study_in(identifier), version__gte=1).defer(*UNREAD).first()
    if found is None:
        raise ProtocolError("idDoesNotExist", "The atlas has no record with this identifier.")
    fetch([found], with_metadata=True)
    return found


def earliest() -> datetime:
    """No record ever has a datestamp before this. The first publication of all; a fixed day while there is none."""
    found: datetime | None = Revision.objects.aggregate(first=Min("made_at"))["first"]
    return found or EMPTY_SINCE


def fetch(studies: Sequence[Study], *, with_metadata: bool) -> None:
    """Fetch what a header, or a whole record, needs of other tables. Five queries at most."""
    applied = StudyDefinition.objects.filter(role__in=APPLIED).select_related("definition")
    more = ("authors", "flags") if with_metadata else ()
    prefetch_related_objects(studies, "topics", Prefetch("definitions", applied), *more)


def _wanted(place: Place) -> StudyQuerySet:
    """All of a list: public or once public, in the set and in the range of time, which holds both its ends."""
    found = Study.objects.filter(sets.members(place.set), version__gte=1)
    if place.begin:
        found = found.filter(changed_at__gte=moments.first(place.begin))
    if place.end:
        found = found.filter(changed_at__lte=moments.last(place.end))
    return found


def _from(place: Place, rows: StudyQuerySet, limit: int) -> list[Study]:
    """What comes after a place in the order of (public_counter, id), without an offset.

    Two queries, each of which walks an index that is there: the studies of one change by their ids, the later ones by counter.
    """
    same = rows.filter(public_counter=place.counter, pk__gt=place.study).order_by("pk")
    found = list(same[:limit]) if place.counter else []
    later = rows.filter(public_counter__gt=place.counter).order_by("public_counter", "pk")
    return found if len(found) == limit else [*found, *later[: limit - len(found)]]
