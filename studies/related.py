"""Studies to read next, chosen from the facet index with the reason for each. Deterministic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from studies.compiled import Compiled
from studies.models import Study
from studies.search import index as facet_index
from studies.search.facets import Index

MOST = 6

_named: Compiled[Study] = Compiled(lambda *ids: Study.objects.published().named().filter(pk__in=ids).order_by())


@dataclass(frozen=True)
class Near:
    """What a study has in common with others: definition and topic slugs with their names, ids with the same people.

    `linked` stand on the page already and are not chosen, except for having the same people.
    """

    definitions: dict[str, str]
    topics: dict[str, str]
    same_people: Sequence[int] = ()
    linked: Sequence[int] = ()


@dataclass(frozen=True)
class Related:
    study: Study
    reason: str


def related(study: Study, *, near: Near) -> list[Related]:
    """At most six published studies, the nearest first; two queries, none where there is nothing in common."""
    if not (near.definitions or near.topics or near.same_people):
        return []
    index = facet_index.current()
    ids = choose(index, own=study.pk, near=near)
    found = {other.pk: other for other in _named.among(ids)}
    return [Related(found[pk], reason_for(index, pk, near)) for pk in ids if pk in found]


def choose(index: Index, *, own: int, near: Near, most: int = MOST) -> list[int]:
    """Ids: first those with the same participants, then by shared topics and definitions, newest paper first."""
    chosen = [pk for pk in near.same_people if index.everything >> pk & 1][:most]
    taken = 1 << own
    for pk in (*chosen, *near.linked):
        taken |= 1 << pk
    for tier in tiers(index, near):
        if len(chosen) >= most:
            break
        for pk in index.newest.take(tier & ~taken, 0, most - len(chosen)):
            chosen.append(pk)
            taken |= 1 << pk
    return chosen


def tiers(index: Index, near: Near) -> Iterator[int]:
    """Sets of studies from the nearest to the farthest: more shared topics first, with the same definition before without."""
    definition = 0
    for bits in bitmaps(index, "definition", near.definitions):
        definition |= bits
    shared = at_least(bitmaps(index, "topic", near.topics))
    for bits in reversed(shared):
        yield bits & definition
        yield bits
    yield definition


def at_least(sets: Sequence[int]) -> list[int]:
    """Item n is the set of studies that are in n + 1 or more of `sets`."""
    counts = [0] * len(sets)
    for bits in sets:
        for place in range(len(sets) - 1, 0, -1):
            counts[place] |= counts[place - 1] & bits
        if counts:
            counts[0] |= bits
    return counts


def bitmaps(index: Index, facet: str, slugs: dict[str, str]) -> list[int]:
    return [index.values.get(facet, {}).get(slug, 0) for slug in slugs]


def reason_for(index: Index, pk: int, near: Near) -> str:
    """What the study with this id shares, in words."""
    parts = ["same participants"] if pk in near.same_people else []
    definitions = names_at(index, "definition", pk, near.definitions)
    topics = names_at(index, "topic", pk, near.topics)
    parts += [f"same case definition ({', '.join(definitions)})"] if definitions else []
    parts += [f"shared topics ({', '.join(topics)})"] if topics else []
    return "; ".join(parts)


def names_at(index: Index, facet: str, pk: int, names: dict[str, str]) -> list[str]:
    return [name for slug, name in names.items() if index.values.get(facet, {}).get(slug, 0) >> pk & 1]
