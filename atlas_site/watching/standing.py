"""How the atlas stands, in a few sentences for whoever looks after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite

from django.conf import settings

from atlas_site.replicas import following
from atlas_site.replicas.following import State
from atlas_site.watching import clock, queues, timers
from atlas_site.watching.duties import NONE_YET, TRIAL, named
from atlas_site.watching.timers import TimerState
from contributions import outbox

LONG_DAYS = 14  # after so many days leads are reminded, too
# One run of these that did not do its work is a reason to call somebody.
GRAVE = frozenset({"backup", "verify_history"})


@dataclass(frozen=True)
class Line:
    """One sentence, and whether somebody has to do something about it.

    `about` stays the same as long as the matter lasts. `may_wait`: no reason to call anybody, since it is tried again.
    """

    text: str
    is_overdue: bool = False
    about: str = ""
    may_wait: bool = False

    @property
    def calls(self) -> bool:
        return self.is_overdue and not self.may_wait


def lines(at: datetime) -> list[Line]:
    """The queue first, then each command of the timers, the backup and the history among them. Fourteen small queries."""
    return [*_clock(at), *_replicas(), _queue(at), *_mail(at), *_timers(at)]


def _replicas() -> list[Line]:
    """A line for each replica."""
    return [_replica(state) for state in following.states()]


def _replica(state: State) -> Line:
    if state.is_away:
        return Line(f"{state.name} does not answer. Readers are sent to other databases.", True, state.name)
    if not state.is_late:
        return Line(f"{state.name} answers and is not behind.")
    behind = f"{round(state.lag)} seconds" if isfinite(state.lag) else "by an unknown time"
    return Line(f"{state.name} is behind, {behind}. Readers are sent to other databases.", True, state.name)


def _clock(at: datetime) -> list[Line]:
    """A line only where runs are noted for a time to come."""
    if not clock.is_behind(at):
        return []
    return [Line("The clock of this machine is behind what the database holds, or was ahead before.", True, "clock")]


def _queue(at: datetime) -> Line:
    count, days = queues.sizes()["contributions"], queues.oldest_days(at)
    if days is None:
        return Line("No contribution waits.")
    return Line(f"Contributions that wait: {count}, the oldest for {_days(days)}.", days >= LONG_DAYS, "queue")


def _mail(at: datetime) -> list[Line]:
    """A line only where mails do not leave."""
    mail, found = outbox.standing(at), []
    if mail.since:
        late = f"Mails that could not be sent yet: {mail.late}, the oldest owed {ago(at - mail.since)}."
        found.append(Line(late, True, "mail late"))
    if mail.given_up:
        found.append(Line(f"Mails that were given up in the last days: {mail.given_up}.", True, "mail given up"))
    return found


def _timers(at: datetime) -> list[Line]:
    """A line for each command; in a trial only for those that somebody started, because nothing there starts by itself."""
    states = list(timers.states(at).values())
    have_run = [state for state in states if state.last]
    if settings.LOCAL:
        return [Line(TRIAL), *(_timer(replace(state, is_overdue=False), at) for state in have_run)]
    return [_timer(state, at) for state in states] if have_run else [Line(NONE_YET, True, "timers", may_wait=True)]


def _timer(state: TimerState, at: datetime) -> Line:
    name, is_overdue = named(state.name), state.is_overdue
    if state.last is None:
        told = (
            "has never run. Its timer seems to be off" if is_overdue else "has not run yet. Its hour is still to come"
        )
        return Line(f"{name}: {told}.", is_overdue, state.name)
    when = ago(at - state.last.ended_at)
    if state.last.ok:
        late = " It should have run since. Its timer seems to be off." if is_overdue else ""
        return Line(f"{name}: went well {when}.{late}", is_overdue, state.name)
    late = " It is overdue." if is_overdue else ""
    told = f"{name}: did not do all its work {when}{_last_good(state, at)}.{late} Its log says why."
    return Line(told, True, state.name, may_wait=not is_overdue and state.name not in GRAVE)


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
