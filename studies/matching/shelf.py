"""Papers already seen, laid out so that those worth comparing with a new one are found without looking at all. Pure.

A new paper is compared with those that share an identifier, the whole title, the year with volume and first page, or the
first author's name with one of the three longest words of the title.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from studies.matching.facts import Facts, preprint_stem
from studies.matching.judging import Judgement, Verdict, judge

LONGEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Match:
    """A paper on the shelf, by its caller's own name, and how it compares."""

    key: int
    judgement: Judgement


@dataclass
class Shelf:
    """Keys are the caller's numbers for papers; one key may stand for several descriptions of one paper."""

    _facts: list[tuple[int, Facts]] = field(default_factory=list)
    _places: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, key: int, facts: Facts) -> None:
        place = len(self._facts)
        self._facts.append((key, facts))
        for block in set(_blocks(facts)):
            self._places[block].append(place)

    def find(self, facts: Facts) -> list[Match]:
        """Papers that are the same or may be, the best match of each key, the same ones and the likeliest first."""
        best: dict[int, Judgement] = {}
        for key, other in self._neighbours(facts):
            found = judge(facts, other)
            if found.verdict != Verdict.OTHER and (key not in best or found.score > best[key].score):
                best[key] = found
        matches = [Match(key, found) for key, found in best.items()]
        return sorted(matches, key=lambda match: (-match.judgement.score, match.key))

    def _neighbours(self, facts: Facts) -> Iterator[tuple[int, Facts]]:
        near = {place for block in _blocks(facts) for place in self._places.get(block, ())}
        return (self._facts[place] for place in sorted(near))


def _blocks(facts: Facts) -> Iterator[int]:
    """Numbers of the compartments a paper stands in. A number that means two things costs a comparison, no more."""
    yield hash(facts.title.replace(" ", ""))
    for doi in (facts.doi, facts.preprint_doi):
        if doi:
            yield hash(("doi", preprint_stem(doi)))
    yield from (hash((kind, value)) for kind, value in (("pmid", facts.pmid), ("pmcid", facts.pmcid)) if value)
    if facts.volume and facts.year is not None:
        yield from (hash((facts.year + late, facts.volume, first)) for late in (0, 1) for first, _ in facts.pages)
    if facts.family:
        name = facts.family[:4]
        words = sorted(set(facts.title.split()), key=lambda word: (-len(word), word))
        yield from (hash((name, word)) for word in words[:LONGEST_WORDS])
