"""How much a source may give in one run: more than it can have is not taken, and nobody follows it in a circle. Pure.

The same place twice is no circle by itself: some services have one name for all places of a search. What tells a circle is that
nothing comes that had not come before in this run; that the atlas knows a paper already says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NoReturn

from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.sources.faults import Circle, Endless
from studies.sources.page import Page

IDLE = 20  # pages in a row without anything new: a circle, whatever the source calls its places
MOST_PAGES = 3_000  # of one run: more than anything that was ever written about the illness
SPARE = 1_000  # papers beyond twice what the source names; lists grow while they are read


class Bounds:
    """What came in one run. `number` is what the source calls a paper, `cursor` where the run began."""

    def __init__(self, label: str, number: Callable[[Incoming], str], *, cursor: str) -> None:
        self._label, self._number = label, number
        self._seen: set[int] = set()
        self._places = {cursor}
        self._pages = self._left_out = self._idle = self._named = 0
        self._total: int | None = None

    def count(self, page: Page) -> None:
        """Count a page that was taken in. Raises Circle, or Endless, where the next one shall not be asked for."""
        is_new = self._note(page.records)
        # Nobody knows whether papers without any phrase came before; syncing.BARREN ends a row of such pages.
        brings_nothing = not is_new and not (page.left_out and not page.records)
        self._pages += 1
        self._left_out += page.left_out
        self._idle = 0 if is_new else self._idle + brings_nothing
        self._add_total(page.total)
        if not page.cursor:
            return
        if (brings_nothing and page.cursor in self._places) or self._idle == IDLE:
            raise self._circle()
        self._refuse_too_much()
        self._places.add(page.cursor)

    def _note(self, records: Iterable[Incoming | Refusal]) -> bool:
        """Whether any of these had not come before."""
        before = len(self._seen)
        self._seen.update(hash(self._name(record)) for record in records)
        return len(self._seen) > before

    def _name(self, record: Incoming | Refusal) -> tuple[str, ...]:
        if isinstance(record, Refusal):
            return record.title, record.reason
        return (self._number(record) or record.record.title,)

    def _add_total(self, total: int | None) -> None:
        """A source that gives its papers in several lists names the number of each."""
        if total is not None and total != self._total:
            self._named += total
        self._total = total

    def _refuse_too_much(self) -> None:
        gave = len(self._seen) + self._left_out
        if self._total is not None and gave > 2 * self._named + SPARE:
            if self._idle:  # papers without a phrase may be the same ones again
                raise self._circle()
            self._stop(f"{gave:,} papers, although it says that it has {self._named:,}")
        if self._pages >= MOST_PAGES:
            self._stop(f"{self._pages:,} pages, and says that it has more")

    def _circle(self) -> Circle:
        return Circle(
            f"{self._label} leads round in a circle: its pages bring again what came before. The run was stopped; "
            "the next one asks again from its first day."
        )

    def _stop(self, gave: str) -> NoReturn:
        raise Endless(f"{self._label} gave {gave}. The run was stopped; the next one goes on from there.")
