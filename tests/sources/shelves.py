"""The papers that the stand-in for outside sources holds: real ones of the sample atlas, each with a day on which it came."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import chain, islice

from studies.records import Record, Relation
from studies.sample_files import coded_papers, listed_papers

FIRST_DAY = date(2025, 1, 1)
A_DAY = 10  # papers that come on one day


@dataclass
class Held:
    """One paper, and the sections of its abstract. `listed` is the day on which the sources learnt of it."""

    record: Record
    listed: date
    abstract: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        return self.record.doi or self.record.pmid


@dataclass
class Shelves:
    """Papers in the order in which they came, found by DOI or PubMed number; a test may change any of them."""

    papers: list[Held] = field(default_factory=list)

    @classmethod
    def filled(cls, number: int) -> "Shelves":
        """So many real papers with DOI and PubMed number, ten a day from the first of January 2025."""
        days = (FIRST_DAY + timedelta(days=place // A_DAY) for place in range(number))
        return cls([Held(record, day, abstract) for day, (record, abstract) in zip(days, _some(number), strict=False)])

    def add(self, record: Record, *, on: date, abstract: str = "") -> None:
        self.papers.append(Held(record, on, (("", abstract),) if abstract else ()))

    def find(self, identifier: str) -> Held | None:
        wanted = identifier.lower()
        numbers = lambda held: (held.record.doi, held.record.pmid, held.record.pmcid.lower())  # noqa: E731
        return next((held for held in self.papers if wanted in numbers(held)), None)

    def between(self, since: date, until: date) -> list[Held]:
        return [held for held in self.papers if since <= held.listed <= until]

    def change(self, identifier: str, **values: object) -> None:
        """Such as `journal="Another journal"`, or a title to which the DOI leads now."""
        held = self._known(identifier)
        held.record = replace(held.record, **values)

    def forget(self, identifier: str) -> None:
        self.papers.remove(self._known(identifier))

    def notice(self, identifier: str, *, kind: str, doi: str, pmid: str = "", on: date) -> None:
        """A notice about the paper: `kind` is retracted_by, concern_in or corrected_by."""
        held = self._known(identifier)
        relations = (*held.record.relations, Relation(kind, doi=doi, pmid=pmid, on=on))
        held.record = replace(held.record, relations=relations)

    def _known(self, identifier: str) -> Held:
        held = self.find(identifier)
        if held is None:
            raise LookupError(f"the stand-in holds no {identifier}")
        return held


@cache
def _some(number: int) -> list[tuple[Record, tuple[tuple[str, str], ...]]]:
    return list(islice(_distinct(), number))


def _distinct() -> Iterator[tuple[Record, tuple[tuple[str, str], ...]]]:
    """ME/CFS papers first, then long COVID; papers without both numbers, and repeated ones, are left out."""
    seen: set[str] = set()
    for paper in chain(coded_papers(), listed_papers(), listed_papers(everything=True)):
        numbers = {paper.record.doi, paper.record.pmid}
        if "" not in numbers and not numbers & seen:
            seen |= numbers
            yield paper.record, paper.abstract.sections if paper.abstract else ()
