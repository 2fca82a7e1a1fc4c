"""The mix of list requests: rare, medium and common words, pairs, phrases, filters, browsing, deep pages. Pure.

Words are chosen by how many titles they stand in, so that the mix is alike at every size. No two requests ask for the
same words, because an answer that is remembered would not be a measurement.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

SEED = 7
# How many of each kind in 200 requests.
SHARES = {
    "rare word": 30, "medium word": 40, "common word": 20, "two words": 25, "phrase": 15, "word and filters": 30,
    "filters alone": 20, "browse": 10, "deep page": 10,
}  # fmt: skip
RARE, MEDIUM, COMMON = (1e-5, 3e-4), (1e-3, 1e-2), (2e-2, 1.0)  # shares of titles that hold the word

_WORD = re.compile(r"[a-z]{3,}")
_STOP = frozenset(
    "the and for with from into among between during after before under over are was were has have had not but its "
    "their this that these those than then when where which who how what does can may using based via per".split()
)

Filters = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ask:
    """One list request. `q` is as typed into the search box."""

    kind: str
    q: str = ""
    filters: Filters = ()
    page: int = 1

    @property
    def query(self) -> str:
        """The query string that every contender is asked with; synonyms are ours alone, so they are off."""
        pairs = [("q", self.q), ("synonyms", "off")] if self.q else []
        pairs += [*self.filters, *([("page", str(self.page))] if self.page > 1 else [])]
        return urlencode(pairs)


def make_mix(titles: Sequence[str], topics: Sequence[str], number: int = 200, seed: int = SEED) -> list[Ask]:
    """`number` different requests in a mixed order, the kinds in the proportions of SHARES."""
    chance = random.Random(seed)  # noqa: S311 - the point is that it repeats
    words = Words(titles, chance)
    asks: dict[str, Ask] = {}
    for kind, share in SHARES.items():
        wanted = len(asks) + max(1, round(share * number / sum(SHARES.values())))
        for _ in range(wanted * 50):
            if len(asks) >= wanted:
                break
            ask = _ask(kind, words, topics, chance)
            asks.setdefault(ask.query, ask)
    mixed = list(asks.values())
    chance.shuffle(mixed)
    return mixed


class Words:
    """Words and phrases of titles, by how common they are."""

    def __init__(self, titles: Sequence[str], chance: random.Random) -> None:
        self._titles, self._chance = titles, chance
        counts = Counter(word for title in titles for word in set(words_of(title)))
        ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        self.rare, self.medium, self.common = (
            _between(ranked, len(titles), *limits) or [word for word, _ in ranked] for limits in (RARE, MEDIUM, COMMON)
        )

    def phrase(self) -> str:
        """Two or three words as they stand next to each other in some title."""
        for _ in range(1000):
            words = re.findall(r"[A-Za-z]+", self._chance.choice(self._titles))
            length = self._chance.choice((2, 2, 3))
            start = self._chance.randrange(max(1, len(words) - length))
            phrase = words[start : start + length]
            if len(phrase) == length and all(word.lower() not in _STOP and len(word) > 2 for word in phrase):
                return " ".join(phrase)
        return str(self._chance.choice(self.medium))


def words_of(title: str) -> list[str]:
    return [word for word in _WORD.findall(title.lower()) if word not in _STOP]


def _between(ranked: Iterable[tuple[str, int]], titles: int, low: float, high: float) -> list[str]:
    return [word for word, count in ranked if max(1, low * titles) <= count <= max(1, high * titles)]


def _ask(kind: str, words: Words, topics: Sequence[str], chance: random.Random) -> Ask:
    match kind:
        case "rare word":
            return Ask(kind, chance.choice(words.rare))
        case "medium word":
            return Ask(kind, chance.choice(words.medium))
        case "common word":
            return Ask(kind, chance.choice(words.common))
        case "two words":
            return Ask(kind, f"{chance.choice(words.common)} {chance.choice([*words.medium, *words.common])}")
        case "phrase":
            return Ask(kind, f'"{words.phrase()}"')
        case "word and filters":
            return Ask(kind, chance.choice([*words.medium, *words.common]), _filters(topics, chance))
        case "filters alone":
            return Ask(kind, "", _filters(topics, chance))
        case "browse":
            return Ask(kind, page=chance.randint(1, 10))
    return Ask("deep page", page=chance.randint(20, 80))


def _filters(topics: Sequence[str], chance: random.Random) -> Filters:
    """One to three choices in one or two facets."""
    choices = [
        ("pem", ["required", "not_required", "unclear"]),
        ("design", ["case_control", "cross_sectional", "cohort", "systematic_review"]),
        ("topic", list(topics)),
        ("level", ["E2", "E3"]),
    ]
    chosen = []
    for facet, values in chance.sample(choices, chance.choice((1, 1, 2))):
        chosen += [(facet, value) for value in chance.sample(values, chance.choice((1, 1, 2)))]
    return tuple(chosen)
