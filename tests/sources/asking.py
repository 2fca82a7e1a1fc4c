"""A client for the stand-in that never really waits between tries."""

import time
from pathlib import Path

from studies.sources.addresses import known_services
from studies.sources.http import Client
from studies.sources.kept import Shelf
from studies.sources.pacing import Clock
from studies.sources.wire import Limits
from tests.clock import PATIENCE
from tests.sources.stub import Stub

AGENT = "atlas (+https://atlas.example.org; mailto:editor@example.org)"
SECRET = "s3cret-key-0123456789"


class Rests(list[float]):
    """What the client slept, in seconds; it did not sleep."""


def client_for(
    stub: Stub, *, folder: Path | None = None, rests: Rests | None = None, keys: bool = False, **limits
) -> Client:
    """An answer may be small only, and take its time; limits that matter to a test are given."""
    rests = Rests() if rests is None else rests
    return Client(
        services=known_services(
            contact="editor@example.org",
            tool="atlas",
            addresses=stub.addresses,
            keys={"pubmed": SECRET, "openalex": SECRET} if keys else {},
        ),
        agent=AGENT,
        shelf=Shelf(folder) if folder else None,
        loopback=True,
        limits=Limits(**{"connect": PATIENCE, "read": PATIENCE, "total": PATIENCE, "most_bytes": 4_194_304} | limits),
        clock=Clock(now=time.monotonic, sleep=rests.append, chance=lambda: 1.0),
    )
