"""How far a replica is behind its primary, from places in the primary's log of changes. Pure.

Each server says how far its log goes, in bytes. A replica has everything that the primary had at the last moment at which the
primary was not further than the replica is now. So no clock of another machine counts, a primary at rest makes nobody late,
and a replica that is cut off from a busy primary falls behind.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

SILENT = 5.0  # seconds without an answer after which a server counts as away
MOST = 4_000  # answers that are kept; an hour of a busy primary


@dataclass
class Track:
    """The places that one server named, with the seconds of this machine's steady clock; one entry for each place."""

    since: float
    places: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=MOST))
    failed: bool = False

    def note(self, at: float, place: int) -> None:
        """It answered."""
        if self.places and self.places[-1][1] == place:
            self.places.pop()
        self.places.append((at, place))
        self.failed = False

    def is_away(self, now: float) -> bool:
        """Whether it refused the last question, or has not answered for long."""
        last = self.places[-1][0] if self.places else self.since
        return self.failed or now - last > SILENT


def lag(primary: Track, replica: Track) -> float:
    """Seconds by which the replica was behind at most when it answered last; infinite where that is not known."""
    if not replica.places:
        return math.inf
    at, place = replica.places[-1]
    for noted, other in reversed(primary.places):
        if other <= place:
            return max(0.0, at - noted)
    return math.inf
