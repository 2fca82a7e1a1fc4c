"""How well the service works: days to the first reading and to the outcome, share used. Nothing below five is shown."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contributions.models import Contribution
from contributions.vocabulary import OPEN_STATES, Kind, State

SMALLEST = 5  # fewer could be told apart
PERIOD = timedelta(days=365)
# Neither read nor decided on their merits.
LEFT_OUT = frozenset({State.SPAM, State.TAKEN_BACK, State.QUARANTINED})


@dataclass(frozen=True)
class Fact:
    """What the figures know of one contribution: kind, outcome ("" while open), whole days, None where not yet."""

    kind: str
    outcome: str
    read_days: int | None
    end_days: int | None


@dataclass(frozen=True)
class Line:
    """One line of the table. A number that rests on fewer than five is None; `used` is a percentage of outcomes."""

    label: str
    count: int
    read_median: int | None
    read_most: int | None
    end_median: int | None
    end_most: int | None
    used: int | None


def service(at: datetime) -> list[Line]:
    """The lines for the last year, one query: each kind, the small kinds together, all. Empty below five altogether."""
    rows = (
        Contribution.objects.filter(received_at__gt=at - PERIOD)
        .exclude(state__in=LEFT_OUT)
        .exclude(outcome__in=LEFT_OUT)
    )
    return lines([Fact(*row) for row in rows.values_list("kind", "outcome", "read_days", "end_days")])


def lines(facts: Sequence[Fact]) -> list[Line]:
    """Lines from facts. A kind with fewer than five goes to "Other kinds"; what is still too few is left out of all,
    so that no difference between lines gives it away."""
    by_kind: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    shown = {kind.label: by_kind[kind] for kind in Kind if len(by_kind[kind]) >= SMALLEST}
    rest = [fact for kind in Kind if len(by_kind[kind]) < SMALLEST for fact in by_kind[kind]]
    if len(rest) >= SMALLEST:
        shown["Other kinds"] = rest
    every = [fact for group in shown.values() for fact in group]
    return [_line(label, group) for label, group in shown.items()] + ([_line("All", every)] if every else [])


def _line(label: str, facts: Sequence[Fact]) -> Line:
    read, end = _days(fact.read_days for fact in facts), _days(fact.end_days for fact in facts)
    return Line(
        label=label,
        count=len(facts),
        read_median=share_within(read, 0.5),
        read_most=share_within(read, 0.9),
        end_median=share_within(end, 0.5),
        end_most=share_within(end, 0.9),
        used=_used(facts),
    )


def _days(numbers: Iterable[int | None]) -> list[int]:
    return [number for number in numbers if number is not None]


def share_within(days: Sequence[int], share: float) -> int | None:
    """The number of days within which this share of them lies (nearest rank); None for fewer than five."""
    if len(days) < SMALLEST:
        return None
    return sorted(days)[math.ceil(share * len(days)) - 1]


def _used(facts: Sequence[Fact]) -> int | None:
    """Percentage of outcomes that changed the atlas; None where either side of it is fewer than five."""
    ended = [fact for fact in facts if fact.outcome]
    used = sum(fact.outcome == State.APPLIED for fact in ended)
    if used < SMALLEST or len(ended) - used < SMALLEST:
        return None
    return round(100 * used / len(ended))


def median_wait(at: datetime) -> int | None:
    """Days for which half of what now waits for staff has waited, at most; None for fewer than five. One query."""
    waiting = Contribution.objects.filter(state__in=OPEN_STATES - {State.ASKED})
    return share_within([(at - since).days for since in waiting.values_list("waiting_since", flat=True)], 0.5)
