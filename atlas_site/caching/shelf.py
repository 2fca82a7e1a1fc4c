"""The pages that this process keeps, within a bound of memory. Pure."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

Head = tuple[tuple[str, str], ...]  # names and values of headers

# Bytes that an entry takes beside its body: three lists of headers, the question, and half a page of memory lost to rounding.
OWN = 7_000


@dataclass(slots=True)
class Kept:
    """One page. `moment` is the public state that it shows; `made` and `current` are seconds of the clock.

    `current` is the last time at which the database was known to be at this state. `whole` and `unchanged` are the complete
    headers of the answers 200 and 304, known once such an answer has left the process.
    """

    moment: tuple[int | str, ...]
    tag: str
    head: Head
    body: bytes
    view: str
    made: float
    current: float
    whole: Head = ()
    unchanged: Head = ()

    @property
    def size(self) -> int:
        return len(self.body) + OWN


class Shelf:
    """Keeps what was asked for last; what was not asked for longest goes first. For many threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def __len__(self) -> int:
        return len(self._pages)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._pages

    def get(self, key: Hashable) -> Kept | None:
        """What is kept at this address, of whatever state."""
        with self._lock:
            found = self._pages.get(key)
            if found is not None:
                self._pages.move_to_end(key)
            return found

    def put(self, key: Hashable, page: Kept, *, room: int) -> None:
        """Keep it in place of an older one; pages go until all take `room` bytes at most."""
        with self._lock:
            self._drop(key)
            if page.size > room:
                return
            self._pages[key] = page
            self.size += page.size
            while self.size > room:
                self._drop(next(iter(self._pages)))

    def sweep(self, moment: Hashable, *, before: float) -> None:
        """Drop what shows another state than `moment` and was last current before this time."""
        with self._lock:
            old = [key for key, page in self._pages.items() if page.moment != moment and page.current < before]
            for key in old:
                self._drop(key)

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.size = 0

    def pages(self) -> list[Kept]:
        with self._lock:
            return list(self._pages.values())

    def _drop(self, key: Hashable) -> None:
        dropped = self._pages.pop(key, None)
        if dropped is not None:
            self.size -= dropped.size
