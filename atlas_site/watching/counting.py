"""Counts of answered requests, by view: how many, how long, how much of it in the database. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

# Upper ends in seconds; whatever took longer stands in one place more.
BUCKETS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
TOO_MANY = 429
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})

Key = tuple[str, str, str]


@dataclass
class Tally:
    """`requests` by (view, method, class of status such as "2xx"); `readers` by the database that answered readers of
    public pages, where there are replicas; `events` of accounts by their kind; the rest by view, times in seconds."""

    requests: Counter[Key] = field(default_factory=Counter)
    durations: dict[str, list[int]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    database: dict[str, float] = field(default_factory=dict)
    slow: Counter[str] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)

    def count(self, *, view: str, method: str, status: int, seconds: float, database: float) -> None:
        """Enter one answer. An unusual method counts as "other", so that nobody can make up labels."""
        self.requests[view, method if method in METHODS else "other", f"{status // 100}xx"] += 1
        if status == TOO_MANY:
            self.refused[view] += 1
        self._places(view)[bisect_left(BUCKETS, seconds)] += 1
        _add(self.seconds, {view: seconds})
        _add(self.database, {view: database})

    def add(self, other: Tally) -> None:
        """Add what another process counted."""
        self.requests.update(other.requests)
        self.slow.update(other.slow)
        self.readers.update(other.readers)
        self.refused.update(other.refused)
        self.events.update(other.events)
        _add(self.seconds, other.seconds)
        _add(self.database, other.database)
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
            "readers": self.readers,
            "refused": self.refused,
            "events": self.events,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """What `as_data` gave. Raises KeyError, TypeError or ValueError where it is something else."""
        requests = {(view, method, status): count for view, method, status, count in data["requests"]}
        return cls(
            requests=Counter(requests),
            durations=dict(data["durations"]),
            seconds=dict(data["seconds"]),
            database=dict(data["database"]),
            slow=Counter(data["slow"]),
            readers=Counter(data["readers"]),
            refused=Counter(data.get("refused", {})),  # a process of before an upgrade counted neither
            events=Counter(data.get("events", {})),
        )

    def _places(self, view: str) -> list[int]:
        return self.durations.setdefault(view, [0] * (len(BUCKETS) + 1))


def _add(sums: dict[str, float], more: Mapping[str, float]) -> None:
    for name, number in more.items():
        sums[name] = sums.get(name, 0.0) + number
