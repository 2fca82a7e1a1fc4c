"""What each study has of some facets, in a column by id: the quick way to count few studies among many. Pure."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

Pair = tuple[str, str | int]  # a facet and one of its values


class Column:
    """For each id the number of its set of pairs; most studies share one of few sets.

    Nothing in it changes after it is made.
    """

    def __init__(self, numbers: array[int] | None = None, sets: Mapping[tuple[Pair, ...], int] | None = None) -> None:
        self._numbers = array("I") if numbers is None else numbers
        self._sets: Mapping[tuple[Pair, ...], int] = {(): 0} if sets is None else sets
        self._by_number = list(self._sets)

    def updated(self, gone: Iterable[int], pairs: Mapping[int, Iterable[Pair]]) -> Column:
        """A new column without what the `gone` studies had and with these."""
        numbers, sets = array("I", self._numbers), dict(self._sets)
        highest = max((*gone, *pairs), default=-1)
        numbers.frombytes(bytes(numbers.itemsize * max(0, highest + 1 - len(numbers))))
        for each in gone:
            numbers[each] = 0
        for each, held in pairs.items():
            numbers[each] = sets.setdefault(tuple(held), len(sets))
        return Column(numbers, sets)

    def counts(self, ids: Sequence[int]) -> dict[Pair, int]:
        """How many of these studies have each pair. Every id must have been in an update."""
        found: dict[Pair, int] = {}
        for number, times in Counter(map(self._numbers.__getitem__, ids)).items():
            for pair in self._by_number[number]:
                found[pair] = found.get(pair, 0) + times
        return found
