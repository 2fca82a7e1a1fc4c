"""Which word of the atlas a reader may have meant. Pure and the same on every database."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from studies.search.words import WORD, fold, stem, surfaces

SHORTEST = 4  # letters; of shorter words too many are near
ONE_MISTAKE_UP_TO = 5  # letters; longer words may have two
MOST_WORDS = 100_000
SLIP_BELOW = 20  # a word that papers use twenty times less often than its neighbour may be a slip, also of a paper

ByLength = Mapping[int, list[tuple[str, int]]]

_A = ord("a")
_PHRASE = re.compile('"[^"]*"?')


class Spellings:
    """The words of some texts by length, each with the number of texts it stands in."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update({word for word in surfaces(text) if len(word) >= SHORTEST - 1})
        self._counts: Mapping[str, int] = dict(counts.most_common(MOST_WORDS))
        self._by_length: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self._usual_by_length: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for word, count in self._counts.items():
            self._by_length[len(word)].append((word, _letters(word)))
            if count >= SLIP_BELOW:
                self._usual_by_length[len(word)].append((word, _letters(word)))

    def nearest(self, word: str) -> str | None:
        """The word that differs in the fewest letters, then the one in most texts; None where none is near.

        A missing, added, wrong or swapped letter is one mistake. Words with the same stem are no correction.
        """
        word = fold(word)
        if not _can_be_wrong(word):
            return None
        mistakes = 1 if len(word) <= ONE_MISTAKE_UP_TO else 2
        near = [(distance(word, other, mistakes), other) for other in self._alike(word, mistakes)]
        near = [(far, other) for far, other in near if far <= mistakes and stem(other) != stem(word)]
        return min(near, key=lambda each: self._preference(word, *each), default=(0, None))[1]

    def usual(self, word: str) -> str | None:
        """The nearest word where it stands in so many more texts that this one may be a slip; else None."""
        word = fold(word)
        often = SLIP_BELOW * max(1, self._counts.get(word, 0))
        # Few words stand in so many texts; only where one of them is alike are all words worth a look.
        if not _can_be_wrong(word) or not any(
            self._counts[other] >= often for other in self._alike(word, 2, self._usual_by_length)
        ):
            return None
        near = self.nearest(word)
        return near if near and self._counts[near] >= often else None

    def _alike(self, word: str, mistakes: int, by_length: ByLength | None = None) -> Iterable[str]:
        """Words of about the same length and letters; a mistake changes the set of letters by two at most."""
        letters = _letters(word)
        by_length = self._by_length if by_length is None else by_length
        for length in range(len(word) - mistakes, len(word) + mistakes + 1):
            for other, others in by_length.get(length, ()):
                if (letters ^ others).bit_count() <= 2 * mistakes:
                    yield other

    def _preference(self, word: str, far: int, other: str) -> tuple[int, bool, int, str]:
        return (far, other[0] != word[0], -self._counts[other], other)


def corrected(text: str, *, unknown: Iterable[str], known: Iterable[str] = (), spellings: Spellings) -> str | None:
    """The search text with unknown words replaced by the nearest ones, and known words by much more usual ones.

    None where there is nothing to replace.
    """
    nearest = {word: spellings.usual(word) for word in known} | {word: spellings.nearest(word) for word in unknown}
    replaced = WORD.sub(lambda found: nearest.get(found[0]) or found[0], text)
    return replaced if replaced != text else None


def unquoted(text: str) -> str:
    """The search text without its phrases: those are meant as they stand."""
    return _PHRASE.sub(" ", text)


def words_of(text: str) -> list[str]:
    """The words of a search text that can be misspelled, each once."""
    return [word for word in dict.fromkeys(WORD.findall(text)) if re.fullmatch(r"[a-z]+", fold(word))]


def distance(one: str, other: str, most: int) -> int:
    """Mistakes between two words, swapped neighbours counting once; `most` + 1 as soon as there are more."""
    table = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, opposite in enumerate(other, start=1):
            best = min(row[-1] + 1, table[-1][j] + 1, table[-1][j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                best = min(best, table[-2][j - 2] + 1)
            row.append(best)
        table.append(row)
        if min(row) > most:
            return most + 1
    return min(table[-1][-1], most + 1)


def _can_be_wrong(word: str) -> bool:
    """Whether it is a folded word of letters, long enough to have few neighbours."""
    return len(word) >= SHORTEST and word.isascii() and word.isalpha()


def _letters(word: str) -> int:
    """The letters of a word as a set of bits."""
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) - _A)
    return bits
