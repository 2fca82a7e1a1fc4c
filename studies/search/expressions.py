"""A query in the language of a full-text index. Pure.

Both languages build the same tree from the same words; only their signs differ. Tokens are plain letters and digits, so
nothing in them can be read as a sign.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from studies.search.query import Alternative, Part, Query
from studies.search.synonyms import Phrase

MOST_SPLIT = 2  # parts; each doubles the number of queries


@dataclass(frozen=True)
class Language:
    all_of: str
    any_of: str
    but_not: str
    phrase: Callable[[Phrase], str]

    def required(self, query: Query) -> str:
        """All required parts; the query must have one."""
        return self.all_of.join(f"({self.any_part([part])})" for part in query.required)

    def whole(self, query: Query) -> str:
        """All required parts and none of the excluded ones."""
        without = f"{self.but_not}({self.any_part(query.excluded)})" if query.excluded else ""
        return f"({self.required(query)}){without}"

    def any_part(self, parts: Iterable[Part]) -> str:
        """At least one of the parts."""
        return self.any_of.join(self._alternative(each) for part in parts for each in needed(part.alternatives))

    def _alternative(self, alternative: Alternative) -> str:
        return f"({self.all_of.join(self.phrase(phrase) for phrase in alternative)})"


def needed(alternatives: Sequence[Alternative]) -> list[Alternative]:
    """Without those that find nothing more than another one does: who has "ME/CFS" has "CFS"."""
    return [
        each
        for place, each in enumerate(alternatives)
        if not any(
            _implies(each, other) and not (_implies(other, each) and place < rank)
            for rank, other in enumerate(alternatives)
            if rank != place
        )
    ]


def _implies(one: Alternative, other: Alternative) -> bool:
    """Whether a text with all phrases of the one has all phrases of the other."""
    return all(any(_within(phrase, longer) for longer in one) for phrase in other)


def _within(phrase: Phrase, longer: Phrase) -> bool:
    size = len(phrase)
    return any(longer[start : start + size] == phrase for start in range(len(longer) - size + 1))


def has_phrase(parts: Iterable[Part]) -> bool:
    """Whether an index without positions has to look at the texts for any of these."""
    return any(len(phrase) > 1 for part in parts for each in part.alternatives for phrase in each)


def apart(query: Query) -> list[Query]:
    """Queries that together find what this one finds, with single words and phrases in different ones.

    For an index that holds no positions a phrase among the alternatives makes every hit of the others dear.
    """
    choices = [_split(part) for part in query.required]
    if sum(len(choice) > 1 for choice in choices) > MOST_SPLIT:
        return [query]
    return [replace(query, required=required) for required in product(*choices)]


def _split(part: Part) -> list[Part]:
    alternatives = needed(part.alternatives)
    phrases = tuple(each for each in alternatives if any(len(phrase) > 1 for phrase in each))
    words = tuple(each for each in alternatives if each not in phrases)
    return [replace(part, alternatives=each) for each in (words, phrases) if each]


FTS5 = Language(" AND ", " OR ", " NOT ", lambda phrase: f'"{" ".join(phrase)}"')
TSQUERY = Language(" & ", " | ", " & !", lambda phrase: f"({' <-> '.join(phrase)})")
