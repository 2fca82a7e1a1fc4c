"""Counts of answered requests, by view: how many, how long, how much of it in the database. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

# Upper ends in seconds; whatever took longer stands in one place more.
BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

Key = tuple[str, str, str]


@dataclass
class Tally:
    """`requests` by (view, method, class of status such as "2xx"); the rest by view, times in seconds."""

    requests: Counter[Key] = field(default_factory=Counter)
    durations: dict[str, list[int]] = field(default_factory=dict)
    seconds: Counter[str] = field(default_factory=Counter)
    database: Counter[str] = field(default_factory=Counter)
    slow: Counter[str] = field(default_factory=Counter)

    def count(self, *, view: str, method: str, status: int, seconds: float, database: float) -> None:
        """Enter one answer. An unusual method counts as "other", so that nobody can make up labels."""
        self.requests[view, method if method in METHODS else "other", f"{status // 100}xx"] += 1
        self._places(view)[bisect_left(BUCKETS, seconds)] += 1
        self.seconds[view] += seconds  # type: ignore[assignment] - a Counter adds any number
        self.database[view] += database  # type: ignore[assignment]

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        for mine, theirs in zip(self._counters(), other._counters(), strict=True):
            mine.update(theirs)
        for view, counts in other.durations.items():
            places = self._places(view)
            self.durations[view] = [a + b for a, b in zip(places, counts, strict=True)]

    def as_data(self) -> dict[str, Any]:
        """In shapes that JSON has."""
        return {
            "requests": [[*key, count] for key, count in self.requests.items()],
            "durations": self.durations,
            "seconds": self.seconds,
            "database": self.database,
            "slow": self.slow,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """What `as_data` gave. Raises KeyError, TypeError or ValueError where it is something else."""
        requests = {(view, method, status): count for view, method, status, count in data["requests"]}
        plain = {name: Counter(data[name]) for name in ("seconds", "database", "slow")}
        return cls(requests=Counter(requests), durations=dict(data["durations"]), **plain)

    def _places(self, view: str) -> list[int]:
        return self.durations.setdefault(view, [0] * (len(BUCKETS) + 1))

    def _counters(self) -> tuple[Counter[Any], ...]:
        return self.requests, self.seconds, self.database, self.slow
