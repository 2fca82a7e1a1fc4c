"""How the atlas stands, in a few sentences for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from atlas_site.replicas import following
from atlas_site.replicas.following import State
from atlas_site.watching import clock, queues, timers
from atlas_site.watching.timers import TimerState

LONG_DAYS = 14  # after so many days leads are reminded, too


@dataclass(frozen=True)
class Line:
    """One sentence, and whether somebody has to do something about it."""

    text: str
    is_overdue: bool = False


def lines(at: datetime) -> list[Line]:
    """The queue first, then each command of the timers, the backup and the history among them. Eleven small queries."""
    timed = [_timer(state, at) for state in timers.states(at).values()]
    return [*_clock(at), *_replicas(), _queue(at), *timed]


def _replicas() -> list[Line]:
    """A line for each replica."""
    return [_replica(state) for state in following.states()]


def _replica(state: State) -> Line:
    if state.is_away:
        return Line(f"{state.name} does not answer. Readers are sent to other databases.", True)
    if not state.is_late:
        return Line(f"{state.name} answers and is not behind.")
    behind = f"{round(state.lag)} seconds" if isfinite(state.lag) else "by an unknown time"
    return Line(f"{state.name} is behind, {behind}. Readers are sent to other databases.", True)


def _clock(at: datetime) -> list[Line]:
    """A line only where runs are noted for a time to come."""
    if not clock.is_behind(at):
        return []
    return [Line("The clock of this machine is behind what the database holds, or was ahead before.", True)]


def _queue(at: datetime) -> Line:
    count, days = queues.sizes()["contributions"], queues.oldest_days(at)
    if days is None:
        return Line("No contribution waits.")
    return Line(f"Contributions that wait: {count}, the oldest for {_days(days)}.", days >= LONG_DAYS)


def _timer(state: TimerState, at: datetime) -> Line:
    if state.last is None:
        return Line(f"{state.name}: has never run.", state.is_overdue)
    ended = (
        f"{state.name}: {'went well' if state.last.ok else 'did not do all its work'} {ago(at - state.last.ended_at)}"
    )
    good = "" if state.last.ok else _last_good(state, at)
    return Line(f"{ended}{good}.{' It is overdue.' if state.is_overdue else ''}", state.is_overdue or not state.last.ok)


def _last_good(state: TimerState, at: datetime) -> str:
    return f", last went well {ago(at - state.good_at)}" if state.good_at else ", and never did"


def ago(time: timedelta) -> str:
    """In the largest whole unit."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} minute{'' if minutes == 1 else 's'} ago"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} hour{'' if hours == 1 else 's'} ago"
    return f"{_days(hours // 24)} ago"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
