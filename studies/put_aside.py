"""What the atlas knows of papers, as a sync needs it: the studies, and the papers that editors put aside.

Both are held in memory for a run that may take an hour, while people go on working, so each page looks first whether
somebody else wrote meanwhile.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max

from studies.holdings import Holdings
from studies.matching.facts import facts_of
from studies.matching.judging import Verdict
from studies.matching.shelf import Shelf
from studies.models import Arrival, Study
from studies.records import Record
from studies.stored_papers import record_from
from studies.vocabulary_desk import ArrivalState

ASIDE = (ArrivalState.OUT_OF_SCOPE, ArrivalState.DUPLICATE)


class Known:
    """`holdings` for `ingest`; `is_put_aside` for papers that are not to come again, by whichever source."""

    def __init__(self) -> None:
        self._stamp: Any = None

    def refresh(self) -> None:
        """Look again where studies or decisions came or went since `note`; inside the transaction that then writes."""
        if self._stamp != _stamp():
            self.holdings = Holdings()
            self._aside = _aside()
            self.note()

    def note(self) -> None:
        """What stands now is what this object holds: call it after one's own writes."""
        self._stamp = _stamp()

    def is_put_aside(self, record: Record) -> bool:
        """Whether an editor found this very paper out of scope, or a duplicate, when a source named it before."""
        found = self._aside.find(facts_of(record))
        return any(match.judgement.verdict == Verdict.SAME for match in found)


def _stamp() -> tuple[Any, ...]:
    studies = Study.objects.order_by().aggregate(number=Count("pk"), newest=Max("pk"))
    aside = Arrival.objects.filter(state__in=ASIDE).order_by().aggregate(number=Count("pk"), last=Max("decided_at"))
    return (*studies.values(), *aside.values())


def _aside() -> Shelf:
    """Only bibliography is read: a key of the stored JSON, without the abstracts."""
    shelf = Shelf()
    rows = Arrival.objects.filter(state__in=ASIDE).order_by("pk").values_list("pk", "record__record")
    for pk, data in rows.iterator(chunk_size=1000):
        if data:
            shelf.add(pk, facts_of(record_from(data)))
    return shelf
