"""What the atlas holds, as matching needs it: loaded once, then kept up by `ingest` for what it adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from studies.matching.facts import Facts, facts_of, preprint_stem, with_numbers
from studies.matching.judging import YEARS_TO_PUBLICATION, Judgement, Verdict, conflicting_identifiers
from studies.matching.shelf import Shelf
from studies.models import Author, SlugRedirect, Study
from studies.records import Collective, Person, Record
from studies.vocabulary import State

IDENTIFIERS = {"doi": "DOI", "pmid": "PubMed number", "pmcid": "PubMed Central number"}
_COLUMNS = (
    "pk",
    "slug",
    "title",
    "published_on",
    "journal",
    "issn",
    "volume",
    "pages",
    *IDENTIFIERS,
    "preprint_doi",
    "state",
)


@dataclass(eq=False, slots=True)
class Held:
    """A study, or a paper of the present call that becomes one: then `pk` comes later and `number` is its record's.

    A draft takes in what further records say.
    """

    slug: str
    title: str
    pk: int | None = None
    is_draft: bool = True
    number: int = 0
    key: int = -1  # its place in the holdings


@dataclass(frozen=True)
class Place:
    """Where a record belongs: with `same`, or on its own, perhaps beside `possible` twins.

    With a `refusal` it belongs nowhere: `same` has its identifier, but is another paper. `twins` are two studies of which the
    record has an identifier each.
    """

    same: Held | None = None
    refusal: str = ""
    possible: tuple[tuple[Held, Judgement], ...] = ()
    twins: tuple[Held, Held] | None = None


@dataclass
class Holdings:
    """Every study in any state, or with `near` those that a few records could be: enough for these and loaded at once."""

    near: Sequence[Record] = ()
    held: list[Held] = field(init=False, default_factory=list)
    slugs: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.reload()

    def reload(self) -> None:
        """Forget everything and look again: somebody else wrote meanwhile, or a transaction was undone."""
        self.held, self._shelf = [], Shelf()
        self._facts: list[Facts] = []
        self._taken: dict[str, list[int]] = {}
        self.slugs = set(SlugRedirect.objects.values_list("slug", flat=True))
        self.slugs |= set(Study.objects.order_by().values_list("slug", flat=True))
        rows = _near(self.near) if self.near else Study.objects.all()
        first = _first_authors(rows if self.near else None)
        for row in rows.order_by("pk").values_list(*_COLUMNS).iterator():
            self._load(dict(zip(_COLUMNS, row, strict=True)), first)

    def add(self, held: Held, facts: Facts) -> None:
        """Take in a paper."""
        held.key = len(self.held)
        self.held.append(held)
        self._facts.append(facts)
        self.slugs.add(held.slug)
        self._learn(held.key, facts)

    def learn(self, held: Held, facts: Facts) -> None:
        """Take in another description of a paper that is held, with the identifiers that it adds."""
        self._facts[held.key] = with_numbers(self._facts[held.key], facts)
        self._learn(held.key, facts)

    def owner(self, *, doi: str = "", pmid: str = "") -> Held | None:
        """The study that has this identifier."""
        keys = self._taken.get(f"doi:{doi}", []) + self._taken.get(f"pmid:{pmid}", [])
        return self.held[keys[0]] if keys else None

    def place(self, facts: Facts, *, cautious: bool = False) -> Place:
        """Where a record belongs, by the rules of `matching.judging`, with identifiers before all else.

        With `cautious` nothing but identifiers joins two papers, unless nothing tells them apart.
        """
        owners = {key: name for number, name in reversed(_named(facts)) for key in self._taken.get(number, ())}
        own = {key for number, name in _named(facts)[: _own(facts)] for key in self._taken.get(number, ())}
        if len(own) > 1 or (not own and len(owners) > 1):
            return self._torn(owners)
        if own or owners:
            (key,) = own or owners
            twin = next((other for other in owners if other != key), None)
            return self._owned(key, owners[key], facts, twin)
        return self._unowned(facts, 100 if cautious else 0)

    def notice_of(self, title: str, links: Iterable[tuple[str, str]]) -> Held | None:
        """The study that a notice concerns: by the identifiers it names, else by the title that it repeats."""
        named = (self.owner(doi=doi, pmid=pmid) for doi, pmid in links)
        return next(filter(None, named), None) or self._titled(title)

    def _titled(self, title: str) -> Held | None:
        found = {match.key for match in self._shelf.find(facts_of(Record(title=title)))} if title else set()
        return self.held[found.pop()] if len(found) == 1 else None

    def _torn(self, owners: dict[int, str]) -> Place:
        one, other = [self.held[key] for key in sorted(owners)[:2]]
        said = " ".join(f"Its {name} is that of “{self.held[key].title}”." for key, name in sorted(owners.items()))
        return Place(same=one, refusal=said, twins=(one, other))

    def _owned(self, key: int, name: str, facts: Facts, twin: int | None) -> Place:
        held = self.held[key]
        if others := conflicting_identifiers(facts, self._facts[key]):
            said = f"Its {name} is that of “{held.title}”, which has another {' and another '.join(others)}."
            return Place(same=held, refusal=said)
        return Place(same=held, twins=(held, self.held[twin]) if twin is not None else None)

    def _unowned(self, facts: Facts, least: int) -> Place:
        found = self._shelf.find(facts)
        same = [it for it in found if it.judgement.verdict == Verdict.SAME and it.judgement.score >= least]
        clear = len(same) == 1 or (len(same) > 1 and same[0].judgement.score > same[1].judgement.score)
        if clear:
            return Place(same=self.held[same[0].key])
        return Place(possible=tuple((self.held[match.key], match.judgement) for match in found))

    def _learn(self, key: int, facts: Facts) -> None:
        self._shelf.add(key, facts)
        for number, _ in _named(facts):
            keys = self._taken.setdefault(number, [])
            if key not in keys:
                keys.append(key)

    def _load(self, row: dict[str, Any], first: dict[int, tuple[str, str, str]]) -> None:
        family, given, group = first.get(row["pk"], ("", "", ""))
        day = row["published_on"]
        alike = ("journal", "issn", "volume", "pages", *IDENTIFIERS, "preprint_doi")
        plain: dict[str, Any] = {name: row[name] or "" for name in alike}
        record = Record(
            title=row["title"],
            authors=(Collective(group) if group else Person(family, given),),
            year=day.year if day else None,
            **plain,
        )
        self.add(Held(row["slug"], row["title"], row["pk"], row["state"] == State.DRAFT), facts_of(record))


def _named(facts: Facts) -> list[tuple[str, str]]:
    """Identifiers with what they are called, the paper's own ones first. A preprint's stands without its version."""
    doi = preprint_stem(facts.doi) if facts.is_preprint else facts.doi
    pairs = [
        ("doi", doi, "DOI"),
        ("pmid", facts.pmid, "PubMed number"),
        ("pmcid", facts.pmcid, "PubMed Central number"),
    ]
    pairs.append(("doi", preprint_stem(facts.preprint_doi), "preprint's DOI"))
    return [(f"{kind}:{value}", name) for kind, value, name in pairs if value]


def _own(facts: Facts) -> int:
    return sum(map(bool, (facts.doi, facts.pmid, facts.pmcid)))


def _near(records: Sequence[Record]) -> QuerySet[Study]:
    wanted = Q(pk__in=[])
    for record in records:
        for kind in ("doi", "pmid", "pmcid", "preprint_doi"):
            if value := getattr(record, kind):
                wanted |= Q(doi=value) | Q(preprint_doi=value) if "doi" in kind else Q(**{kind: value})
        wanted |= Q(title__iexact=record.title) | (_in_reach(record) & Q(pk__in=_same_author(record).values("study")))
        if record.volume and record.year:
            wanted |= Q(volume=record.volume, published_on__year__range=(record.year - 1, record.year + 1))
    return Study.objects.filter(wanted)


def _in_reach(record: Record) -> Q:
    """Studies that are not too far away in years for another than the same title."""
    if record.year is None:
        return Q()
    years = (record.year - YEARS_TO_PUBLICATION, record.year + YEARS_TO_PUBLICATION)
    return Q(published_on=None) | Q(published_on__year__range=years)


def _same_author(record: Record) -> QuerySet[Author]:
    first = record.authors[0] if record.authors else Collective("")
    if isinstance(first, Collective):
        return Author.objects.filter(position=1, collective__iexact=first.name) if first.name else Author.objects.none()
    return Author.objects.filter(position=1, family__istartswith=first.family[:4])


def _first_authors(rows: QuerySet[Study] | None) -> dict[int, tuple[str, str, str]]:
    authors = Author.objects.filter(position=1).order_by()
    if rows is not None:
        authors = authors.filter(study__in=rows.values("pk"))
    return {pk: names for pk, *names in authors.values_list("study_id", "family", "given", "collective")}  # type: ignore[misc]
