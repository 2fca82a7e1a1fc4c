"""The words of many texts, and which of them a misspelled one is nearest to. Pure and the same on every database."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator

from studies.search.words import fold, stem

SHORTEST = 4  # letters; of shorter words too many are near
ONE_MISTAKE_UP_TO = 5  # letters; longer words may have two
MOST_WORDS = 100_000
SLIP_BELOW = 20  # a word that papers use twenty times less often than its neighbour may be a slip, also of a paper

Key = int | str

_SPELLED = re.compile(f"[a-z]{{{SHORTEST - 1},}}")
_A = ord("a")
_LETTERS = 26


class Spellings:
    """The words of some texts, each with the number of texts it stands in.

    Never changed after it is made, so that threads may share it.
    """

    def __init__(
        self, texts: Iterable[tuple[Key, str]], held: Spellings | None = None, gone: Iterable[Key] = ()
    ) -> None:
        """`texts` by a key of each; with `held` its texts too, but for those that are `gone` or given anew."""
        self._texts: dict[Key, array[int]] = dict(held._texts) if held else {}
        self._numbers: dict[str, int] = dict(held._numbers) if held else {}
        self._counts: array[int] = array("l", held._counts if held else ())
        self._by_length: dict[int, list[str]] = {}
        self._signed: dict[int, list[tuple[str, int]]] = {}
        self._usual: dict[int, list[tuple[str, int]]] = {}
        if held:
            self._by_length = {length: words[:] for length, words in held._by_length.items()}
            self._signed = dict(held._signed)
        for key in gone:
            self._drop(key)
        for key, text in texts:
            self._drop(key)
            self._add(key, text)

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self._texts)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._texts)

    def _drop(self, key: Key) -> None:
        for number in self._texts.pop(key, ()):
            self._counts[number] -= 1

    def _add(self, key: Key, text: str) -> None:
        words = set(_SPELLED.findall(fold(text)))
        numbers = array("I", (number for number in map(self._number, words) if number is not None))
        self._texts[key] = numbers
        for number in numbers:
            self._counts[number] += 1

    def _number(self, word: str) -> int | None:
        """None for a new word where there are too many already."""
        number = self._numbers.get(word)
        if number is None and len(self._numbers) < MOST_WORDS:
            number = self._numbers[word] = len(self._numbers)
            self._counts.append(0)
            self._by_length.setdefault(len(word), []).append(word)
        return number

    def count(self, word: str) -> int:
        """In how many texts the word stands."""
        number = self._numbers.get(word)
        return 0 if number is None else self._counts[number]

    def nearest(self, word: str) -> str | None:
        """The word that differs in the fewest letters, then the one in most texts; None where none is near.

        A missing, added, wrong or swapped letter is one mistake. Words with the same stem are no correction.
        """
        word = fold(word)
        if not _can_be_wrong(word):
            return None
        by_mistakes = (
            self._best(word, self._alike(word, most, self._of_length), most) for most in range(1, _mistakes(word) + 1)
        )
        return next(filter(None, by_mistakes), None)

    def usual(self, word: str) -> str | None:
        """The nearest word where it stands in so many more texts that this one may be a slip; else None."""
        word = fold(word)
        if not _can_be_wrong(word):
            return None
        often = SLIP_BELOW * max(1, self.count(word))
        most = _mistakes(word)
        # Few words stand in so many texts; only where one of them is near are all words worth a look.
        usual = (other for other in self._alike(word, most, self._usual_of_length) if self.count(other) >= often)
        near = self.nearest(word) if self._best(word, usual, most) else None
        return near if near and self.count(near) >= often else None

    def _best(self, word: str, others: Iterable[str], most: int) -> str | None:
        """Of the others the one to prefer among those with at most so many mistakes."""
        near = [(far, other) for other in others if (far := distance(word, other, most)) <= most and self.count(other)]
        near = [(far, other) for far, other in near if stem(other) != stem(word)]
        return min(near, key=lambda each: self._preference(word, *each), default=(0, None))[1]

    def _preference(self, word: str, far: int, other: str) -> tuple[int, bool, int, str]:
        return (far, other[0] != word[0], -self.count(other), other)

    def _alike(self, word: str, mistakes: int, of_length: Callable[[int], list[tuple[str, int]]]) -> Iterable[str]:
        """Words of about the same length and letters.

        A missing or added letter changes the bag of letters by one, a wrong one by two, a swap by nothing.
        """
        letters = _letters(word)
        for length in range(len(word) - mistakes, len(word) + mistakes + 1):
            differing = 2 * mistakes - abs(length - len(word))
            yield from [other for other, bag in of_length(length) if (letters ^ bag).bit_count() <= differing]

    def _of_length(self, length: int) -> list[tuple[str, int]]:
        """Words with their letters, worked out when a reader first misspells one of about this length."""
        signed, words = self._signed.get(length, []), self._by_length.get(length, [])
        if len(signed) < len(words):
            signed = self._signed[length] = signed + [(word, _letters(word)) for word in words[len(signed) :]]
        return signed

    def _usual_of_length(self, length: int) -> list[tuple[str, int]]:
        """Those in so many texts that another word may be a slip for them."""
        if length not in self._usual:
            self._usual[length] = [each for each in self._of_length(length) if self.count(each[0]) >= SLIP_BELOW]
        return self._usual[length]


def distance(one: str, other: str, most: int) -> int:
    """Mistakes between two words, swapped neighbours counting once; `most` + 1 as soon as there are more."""
    one, other = _differing(one, other)
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


def _differing(one: str, other: str) -> tuple[str, str]:
    """Both without the letters that they share at the start and at the end."""
    shortest, start, end = min(len(one), len(other)), 0, 0
    while start < shortest and one[start] == other[start]:
        start += 1
    while end < shortest - start and one[-1 - end] == other[-1 - end]:
        end += 1
    return one[start : len(one) - end], other[start : len(other) - end]


def _mistakes(word: str) -> int:
    return 1 if len(word) <= ONE_MISTAKE_UP_TO else 2


def _can_be_wrong(word: str) -> bool:
    """Whether it is a folded word of letters, long enough to have few neighbours."""
    return len(word) >= SHORTEST and word.isascii() and word.isalpha()


def _letters(word: str) -> int:
    """The bag of letters of a word as a set of bits: a letter that comes again has a bit of its own."""
    bits = 0
    for letter in word:
        bit = 1 << (ord(letter) - _A)
        while bits & bit:
            bit <<= _LETTERS
        bits |= bit
    return bits
