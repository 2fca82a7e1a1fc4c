"""Counts of several processes as one: each keeps its own in a file, and whoever is asked adds them all up.

A file outlives its process, so a sum never goes back while the server runs; `forget` empties the folder before a start
(deploy/gunicorn.py). Counts reach the file every few seconds, with the next request of their process.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from functools import cache
from pathlib import Path

from atlas_site.watching.counting import Tally

logger = logging.getLogger(__name__)


@cache
def _own_name(pid: int) -> str:
    """Another one for each process, also where two containers give theirs the same number."""
    return f"{pid}-{secrets.token_hex(4)}.json"


def keep(tally: Tally, folder: Path) -> None:
    """Write what this process counted. A folder that cannot be written is logged and stops nothing."""
    target = folder / _own_name(os.getpid())
    draft = target.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(tally.as_data()))
        draft.replace(target)
    except OSError:
        logger.warning("The counts of requests could not be written into ATLAS_METRICS_DIR.")


def total(own: Tally, folder: Path) -> Tally:
    """What this process counted, with what the others kept last. A file that cannot be read is logged and left out."""
    found = Tally()
    found.add(own)
    for path in sorted(folder.glob("*.json")):
        if path.name == _own_name(os.getpid()):
            continue
        try:
            found.add(Tally.from_data(json.loads(path.read_text())))
        except (OSError, KeyError, TypeError, ValueError):
            logger.warning("A file of counts in ATLAS_METRICS_DIR could not be read.")
    return found


def forget(folder: Path) -> None:
    """Delete what processes of an earlier start kept."""
    for path in [*folder.glob("*.json"), *folder.glob("*.part")]:
        path.unlink(missing_ok=True)
