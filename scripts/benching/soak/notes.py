"""What all visitors of a soak note down together: times, statuses, faults, receipts, revisions. Pure, safe for threads."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field

GOOD = {200, 301, 302, 303, 304}
EXPECTED = {409: "somebody else was faster", 429: "too many"}  # right answers, counted apart
MADE_BY = ("message sent", "apply", "publish")  # what must have happened for a soak to be one
MOST_FAULTS = 200  # that are kept in words; all are counted


@dataclass(frozen=True)
class Receipt:
    """The six words that a contributor was shown, and a piece of what they wrote."""

    words: str
    text: str


@dataclass
class Notes:
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)  # what staff and contributors brought about
    faults: list[str] = field(default_factory=list)
    number_of_faults: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def answered(self, kind: str, status: int, milliseconds: float, path: str) -> None:
        """One answer. A status that is neither good nor expected is a fault."""
        with self._lock:
            self.statuses[status] += 1
            if status in GOOD:
                self.times[kind].append(milliseconds)
        if status not in GOOD and status not in EXPECTED:
            self.fault(f"{status} for {kind} {path}")

    def did(self, act: str) -> None:
        with self._lock:
            self.acts[act] += 1

    def are_of_a_soak(self) -> bool:
        """Whether each kind of act has happened that makes one."""
        with self._lock:
            return all(self.acts[act] for act in MADE_BY)

    def fault(self, words: str) -> None:
        with self._lock:
            self.number_of_faults += 1
            if len(self.faults) < MOST_FAULTS:
                self.faults.append(words)

    def received(self, receipt: Receipt) -> None:
        with self._lock:
            self.receipts.append(receipt)
            self.acts["message sent"] += 1

    def standing(self) -> str:
        """How it stands, in one line: answers, acts, and the newest fault where there is one."""
        with self._lock:
            acts = ", ".join(f"{act} {number}" for act, number in sorted(self.acts.items()))
            newest = f"; {self.number_of_faults} faults, the newest kept: {self.faults[-1]}" if self.faults else ""
            return f"{sum(self.statuses.values()):,} answers; {acts}{newest}"
