"""Whether two papers are the same one. Pure.

The rules, in order:

1. An identifier in common makes two papers the same, unless another identifier of theirs differs.
2. Papers of different kinds (notice, reply, protocol, article) are different papers, however alike their titles.
3. Papers whose DOI, PubMed or PubMed Central numbers differ are never the same by themselves. The exception is a preprint and
   its article, which have a DOI each: same title, same first author, at most four years apart.
4. Else they are the same when title, first author and year agree and so does the place: nothing of journal, volume and
   pages speaks against it, and the journal or volume and page together speak for it. The same volume and page, or the same
   range of pages, make up for a slip elsewhere: a title in another language, a name spelt otherwise, the year of the web edition.
5. What falls short of that is a possible duplicate when title and first author are alike, or the titles are the same and the
   first author is not known.
"""

from dataclasses import dataclass
from enum import StrEnum

from studies.matching import comparing as compare
from studies.matching.facts import Facts, preprint_stem
from studies.matching.words import similarity

YEARS_TO_PUBLICATION = 4  # a preprint and its journal article are rarely further apart
_TOLD = ("title", "family", "given", "year", "journal", "volume", "pages")
DISTINCTIVE = 6  # words of a title that will do without a place


class Verdict(StrEnum):
    SAME = "same"
    POSSIBLE = "possible"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`score` from 0 to 100 orders possible duplicates; `reasons` are sentences for a person."""

    verdict: Verdict
    score: int = 0
    reasons: tuple[str, ...] = ()


def suspicion(reason: str) -> Judgement:
    """A possible duplicate for a reason that no comparison gives."""
    return Judgement(Verdict.POSSIBLE, 95, (reason,))


OTHER = Judgement(Verdict.OTHER)


def judge(one: Facts, other: Facts) -> Judgement:
    """Compare two papers by the rules above; the order of the two does not matter."""
    if shared := shared_identifiers(one, other):
        if conflicts := conflicting_identifiers(one, other):
            return Judgement(
                Verdict.POSSIBLE, 95, (*_said("Both have the same", shared), *_said("Different:", conflicts))
            )
        return Judgement(Verdict.SAME, 100, _said("Both have the same", shared))
    if one.kind != other.kind:
        return OTHER
    if not _may_agree(one, other):
        return OTHER
    view = _View.of(one, other)
    if conflicts := conflicting_identifiers(one, other):
        if one.is_preprint != other.is_preprint and view.is_preprint_of_article:
            return Judgement(Verdict.SAME, 99, ("A preprint and its article: same title and first author.",))
        return view.possible(_said("Different:", conflicts))
    if view.is_same:
        return Judgement(Verdict.SAME, 100 if view.is_repeated else 99, view.reasons)
    return view.possible(())


def _may_agree(one: Facts, other: Facts) -> bool:
    """A cheap look that spares the full one: the titles are alike, or the place is the same."""
    if compare.same_title(one, other) or compare.near_title(one, other):
        return True
    return bool(compare.volumes_agree(one, other) and compare.share_a_range(one, other))


def shared_identifiers(one: Facts, other: Facts) -> tuple[str, ...]:
    """Types of identifiers that both have in common; a preprint's DOI counts wherever it stands."""
    found = ["DOI"] if _dois(one) & _dois(other) else []
    found += ["PubMed number"] if one.pmid and one.pmid == other.pmid else []
    found += ["PubMed Central number"] if one.pmcid and one.pmcid == other.pmcid else []
    return tuple(found)


def conflicting_identifiers(one: Facts, other: Facts) -> tuple[str, ...]:
    """Types of identifiers that both have and that differ; none where one is the preprint that the other names as its own."""
    if one.is_preprint != other.is_preprint and _dois(one) & _dois(other):
        return ()
    kinds = (
        ("DOI", _doi(one), _doi(other)),
        ("PubMed number", one.pmid, other.pmid),
        ("PubMed Central number", one.pmcid, other.pmcid),
    )
    return tuple(name for name, ours, theirs in kinds if ours and theirs and ours != theirs)


def _doi(facts: Facts) -> str:
    return preprint_stem(facts.doi) if facts.is_preprint else facts.doi


def _dois(facts: Facts) -> set[str]:
    return {_doi(facts), preprint_stem(facts.preprint_doi)} - {""}


def _numbers(facts: Facts) -> bool:
    return bool(facts.doi or facts.preprint_doi or facts.pmid or facts.pmcid)


def _said(lead: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return (f"{lead} {' and '.join(names)}.",)


@dataclass(frozen=True, slots=True)
class _View:
    """Two papers beside each other, each respect compared once."""

    one: Facts
    other: Facts
    same_title: bool
    author: bool | None
    apart: int | None  # years
    journal: bool | None
    volume: bool | None
    page: bool | None

    @classmethod
    def of(cls, one: Facts, other: Facts) -> "_View":
        return cls(
            one,
            other,
            compare.same_title(one, other),
            compare.authors_agree(one, other),
            compare.years_apart(one, other),
            compare.journals_agree(one, other),
            compare.volumes_agree(one, other),
            compare.pages_agree(one, other),
        )

    @property
    def is_same(self) -> bool:
        if self.is_repeated:
            return True
        if self.volume and self.page and self.apart in (0, 1):
            return self._same_by_place
        return self.same_title and self.author is True and self.apart == 0 and self._place_allows

    @property
    def is_repeated(self) -> bool:
        """One record twice, with nothing to tell them apart. Its author and year are known, or neither has an identifier."""
        if any(getattr(self.one, name) != getattr(self.other, name) for name in _TOLD):
            return False
        known = bool(self.one.family) and self.one.year is not None
        return known or not (_numbers(self.one) or _numbers(self.other))

    @property
    def _same_by_place(self) -> bool:
        """Volume and first page are the same: what else has to agree."""
        if self.same_title:
            return self.author is not False or self.journal is True
        if self.author is not True or (self.journal is False and self.apart != 0):
            return False
        whole = compare.share_a_range(self.one, self.other) and self.apart == 0
        return compare.near_title(self.one, self.other) or (
            whole and self._word_in_common and self.journal is not False
        )

    @property
    def _word_in_common(self) -> bool:
        return similarity(self.one.title, self.other.title) >= compare.TRANSLATED

    @property
    def _place_allows(self) -> bool:
        """Title, author and year are the same: whether the place is, too, or is not told of a distinctive title."""
        if self.volume is False or self.page is False:
            return False
        if self.one.has_place and self.other.has_place:
            return self.journal is True
        return len(self.one.title.split()) >= DISTINCTIVE

    @property
    def is_preprint_of_article(self) -> bool:
        near = self.apart is not None and self.apart <= YEARS_TO_PUBLICATION
        return self.same_title and self.author is True and near and len(self.one.title.split()) >= compare.FEWEST_WORDS

    def possible(self, conflicts: tuple[str, ...]) -> Judgement:
        """A possible duplicate with its reasons, or another paper."""
        near = self.same_title or compare.near_title(self.one, self.other)
        years = self.apart is None or self.apart <= (YEARS_TO_PUBLICATION if self.same_title else 1)
        if not near or not years or not self._author_allows(bool(conflicts)):
            return OTHER
        return Judgement(Verdict.POSSIBLE, self._score, (*self.reasons, *conflicts))

    def _author_allows(self, conflict: bool) -> bool:
        """Without the same first author it takes the same title, and a distinctive one where the authors differ."""
        if self.author:
            return True
        distinctive = len(self.one.title.split()) >= compare.FEWEST_WORDS
        return self.same_title and (self.author is None or (distinctive and not conflict))

    @property
    def _score(self) -> int:
        parts = (
            (40 if self.same_title else 25),
            (25 if self.author else 0 if self.author is None else -10),
            (10 if self.apart == 0 else 5 if self.apart == 1 else 0),
            *(5 if agrees else 0 if agrees is None else -5 for agrees in (self.journal, self.volume, self.page)),
        )
        return max(1, min(90, sum(parts)))

    @property
    def reasons(self) -> tuple[str, ...]:
        titles = "The titles are the same." if self.same_title else "The titles are alike."
        said = [titles] + (["The first author is the same."] if self.author else [])
        said += ["The year is the same."] if self.apart == 0 else []
        for name, agrees in (("journal", self.journal), ("volume", self.volume), ("first page", self.page)):
            said += [] if agrees is None else [f"The {name} is {'the same' if agrees else 'another'}."]
        return tuple(said)
