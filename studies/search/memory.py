"""A small memory of answers, for all threads of the process. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")

OWN = 300  # bytes that an entry takes beside its value: its key, its place in the table and in the order


class Memory(Generic[Value]):
    """Keeps what was used last: at most `most` answers of together at most `largest` (in the unit of `size`).

    Where that unit is bytes, `size` counts the objects that the value is made of, and OWN for the entry.
    """

    def __init__(self, *, most: int, largest: int, size: Callable[[Value], int]) -> None:
        self._most, self._largest, self._size = most, largest, size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._total = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Hashable, value: Value) -> Value:
        """Remember the value under its key; returns it."""
        with self._lock:
            self._drop(key)
            self._kept[key] = value
            self._total += self._size(value)
            while len(self._kept) > self._most or self._total > self._largest:
                self._drop(next(iter(self._kept)))
        return value

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()
            self._total = 0

    def _drop(self, key: Hashable) -> None:
        if key in self._kept:
            self._total -= self._size(self._kept.pop(key))
