"""Sets of studies as plain integers: bit k stands for the study with id k. Pure."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import compress, count, islice

_SET_BYTES = re.compile(rb"[^\x00]", re.DOTALL)
_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]
_AS_FLAGS = bytes.maketrans(b"01", b"\x00\x01")
_FEW = 32
_ONE = ord("1")
_ID_BITS = 30
# What it costs to sort a study of a subset, to look whether a study is in it, to flag every study beforehand, and to
# pick one by its flag; only their ratios matter.
SORTED, LOOKED_AT, FLAGGED, PICKED = 450, 85, 2, 35
_DENSE = 1 / 16  # above this share of set bits, walking over all bits is faster than looking for the set ones


def from_ids(ids: Iterable[int]) -> int:
    """The set of these ids, each zero or more."""
    ids = list(ids)
    if len(ids) <= _FEW:
        bitmap = 0
        for each in ids:
            bitmap |= 1 << each
        return bitmap
    highest = max(ids)
    return _from_dense(ids, highest) if len(ids) > highest * _DENSE else _from_sparse(ids, highest)


def _from_dense(ids: list[int], highest: int) -> int:
    """By writing the number down in binary, which takes half the time for each id and some for the places between."""
    digits = bytearray(b"0") * (highest + 1)
    for each in ids:
        digits[each] = _ONE
    digits.reverse()
    return int(digits, 2)


def _from_sparse(ids: list[int], highest: int) -> int:
    marks = bytearray((highest >> 3) + 1)
    for each in ids:
        marks[each >> 3] |= 1 << (each & 7)
    return int.from_bytes(marks, "little")


def to_ids(bitmap: int) -> list[int]:
    """The ids of a set in rising order."""
    if bitmap.bit_count() > bitmap.bit_length() * _DENSE:
        return list(compress(count(), flags(bitmap)))
    data = bitmap.to_bytes((bitmap.bit_length() + 7) // 8, "little")
    return [(at.start() << 3) + bit for at in _SET_BYTES.finditer(data) for bit in _BITS[at[0][0]]]


def flags(bitmap: int) -> bytes:
    """One byte for each id from 0 up to the highest in the set: 1 where the id is in it."""
    return bin(bitmap)[:1:-1].encode().translate(_AS_FLAGS) if bitmap else b""


def filled(column: array[int], numbers: Mapping[int, int]) -> array[int]:
    """A copy of a column (one number by id, 0 where there is none) with these numbers in it."""
    copy = array("q", column)
    copy.frombytes(bytes(8 * max(0, max(numbers, default=-1) + 1 - len(copy))))
    for each, number in numbers.items():
        copy[each] = number
    return copy


class Order:
    """All studies in a sequence, highest number first, then highest id; takes any slice of any subset.

    Nothing in it changes after it is made.
    """

    def __init__(self, ids: Iterable[int] = (), numbers: array[int] | None = None) -> None:
        """`numbers` is a column by id, each from 0 to 2**33; without it `ids` is the sequence itself."""
        self.ids = array("q", ids)
        self._numbers = numbers or array("q")
        self._everything = from_ids(self.ids)
        self._places = array("q", bytes(8 * self._everything.bit_length()))
        for place, each in enumerate(self.ids):
            self._places[each] = place

    def replaced(self, gone: set[int], numbers: Mapping[int, int]) -> Order:
        """A new order without the `gone` studies and with those of `numbers`.

        Sorting what is nearly sorted costs little more than walking over it.
        """
        column = filled(self._numbers, numbers)
        ids = [each for each in self.ids if each not in gone] if gone else list(self.ids)
        return Order(sorted([*ids, *numbers], key=lambda each: -(column[each] << _ID_BITS | each)), column)

    def take(self, bitmap: int, start: int, number: int) -> list[int]:
        """The studies of a subset from position `start` on, at most `number`.

        Ways with one answer: the whole sequence is sliced; a small subset is sorted; a large one is picked out of the
        sequence, of which only the beginning is looked at where the slice lies there. What is not in the order is left
        out.
        """
        bitmap &= self._everything
        hits, end = bitmap.bit_count(), start + number
        if hits == len(self.ids):
            return list(self.ids[start:end])
        if not hits:
            return []
        until = end * len(self.ids) // hits  # the slice ends about here where the subset is spread evenly
        sorting, picking = hits * SORTED, len(self.ids) * FLAGGED + until * PICKED
        if 2 * until * LOOKED_AT < min(sorting, picking):
            found = self._beginning(bitmap, 2 * until)
            if len(found) >= end:
                return found[start:end]
        if sorting < picking:
            return sorted(to_ids(bitmap), key=self._places.__getitem__)[start:end]
        marked = flags(bitmap).ljust(len(self._places), b"\x00")
        return list(islice(compress(self.ids, map(marked.__getitem__, self.ids)), start, end))

    def number(self, id_: int) -> int:
        """What a study of the order is sorted by, where the order was made of numbers."""
        return self._numbers[id_]

    def place_after(self, number: int, id_: int) -> int:
        """How many studies of the order come no later than this number and id, whether such a study is in it or not."""
        sought = -(number << _ID_BITS | id_)
        return bisect_right(self.ids, sought, key=lambda each: -(self._numbers[each] << _ID_BITS | each))

    def after(self, bitmap: int, place: int, number: int) -> list[int]:
        """The first studies of a subset, at most `number`, among those from this place of the whole sequence on."""
        bitmap &= self._everything
        hits = bitmap.bit_count()
        if hits * SORTED < len(self.ids) * PICKED:
            places = sorted(map(self._places.__getitem__, to_ids(bitmap)))
            return [self.ids[each] for each in places[bisect_left(places, place) :][:number]]
        data = bitmap.to_bytes((len(self._places) >> 3) + 1, "little")
        rest = islice(self.ids, place, None)
        return list(islice((each for each in rest if data[each >> 3] >> (each & 7) & 1), number))

    def _beginning(self, bitmap: int, places: int) -> list[int]:
        """Those of the subset among the first so many places."""
        data = bitmap.to_bytes((len(self._places) >> 3) + 1, "little")
        return [each for each in islice(self.ids, places) if data[each >> 3] >> (each & 7) & 1]
