"""Which databases may answer a reader, the best first.

Each process keeps to one replica as long as that is well, so that its index follows one history and not several in turn; another
process keeps to another, which spreads the readers. A replica that failed a reader is left out for some seconds.
"""

from __future__ import annotations

import os
import random
import time

from atlas_site.replicas import following
from atlas_site.replicas.naming import PRIMARY

PAUSE = 10.0  # seconds, give or take half of it, so that processes do not come back all at once

_until: dict[str, float] = {}


def for_reader() -> list[str]:
    """Replicas that answer and are not late, then the primary, then whatever may still answer if the primary is away."""
    order = _own_order()
    good = [name for name in order if _is_good(name)]
    others = [name for name in order if name not in good and not _is_left_out(name)]
    return [*good, *others, PRIMARY] if following.primary_is_away() else [*good, PRIMARY, *others]


def leave_out(name: str) -> float:
    """Send no reader to it for a while; the seconds."""
    pause = PAUSE * random.uniform(0.5, 1.5)  # noqa: S311
    _until[name] = time.monotonic() + pause
    return pause


def readers_are_served() -> bool:
    """Whether some replica answers readers, whatever the primary does."""
    return following.is_following() and any(_is_good(name) for name in following.replicas())


def _is_good(name: str) -> bool:
    if _is_left_out(name):
        return False
    state = following.state_of(name)
    # Without a primary nobody can say how late a replica is, and an old page is better than none.
    return not state.is_away and (not state.is_late or following.primary_is_away())


def _is_left_out(name: str) -> bool:
    return time.monotonic() < _until.get(name, 0.0)


def _own_order() -> list[str]:
    """The replicas in the order of this process."""
    order = following.replicas()
    random.Random(os.getpid()).shuffle(order)  # noqa: S311
    return order
