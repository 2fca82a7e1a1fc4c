"""One paper from the outside sources, by its identifier: the source that is believed most first."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from django.db.models import Q

from studies.identifiers import Identifier
from studies.incoming import Incoming
from studies.models import Study
from studies.sources import SOURCES, europepmc
from studies.sources.faults import NotConfigured, NotThere, SourceFault
from studies.sources.http import Client

# Who is asked for which kind of identifier. Crossref knows DOIs alone, and a PubMed Central number only Europe PMC.
ASKED = {
    "doi": ("pubmed", "crossref", "europepmc", "openalex"),
    "pmid": ("pubmed", "europepmc", "openalex"),
    "pmcid": ("europepmc",),
}
# Somebody waits for the page, and a thread of the web process with them.
TRIES, AGAIN_WITHIN = 2, 3.0  # seconds; who was slow once is not asked again
LONGEST = 20.0  # seconds, after which no further source is asked
AT_ONCE = 2  # look-ups of one web process; its other threads are for readers
BUSY = "Other people are looking papers up at this moment. Press the button again in half a minute."
_turns = threading.BoundedSemaphore(AT_ONCE)


class NotFetched(Exception):
    """No source gave the paper; `faults` are sentences, one for each that was asked."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Fetched:
    """`faults`: what sources said that come before the one that answered and should have known the paper."""

    paper: Incoming
    faults: tuple[str, ...] = ()


def held(identifier: Identifier) -> Study | None:
    """The study, in any state, that has this identifier."""
    own = Q(**{identifier.kind: identifier.value})
    either = own | Q(preprint_doi=identifier.value) if identifier.kind == "doi" else own
    return Study.objects.filter(either).first()


def fetch(identifier: Identifier, *, client: Client) -> Fetched:
    """The paper as the first source that knows it has it. Asks the network, writes nothing. Raises NotFetched.

    At most AT_ONCE people of a process wait for sources; who comes then is told so at once.
    """
    if not _turns.acquire(blocking=False):
        raise NotFetched([BUSY])
    try:
        return _fetch(identifier, client)
    finally:
        _turns.release()


def _fetch(identifier: Identifier, client: Client) -> Fetched:
    client.tries, client.again_within = min(client.tries, TRIES), AGAIN_WITHIN
    faults: list[str] = []
    latest = client.clock.now() + LONGEST
    for name in ASKED[identifier.kind]:
        if client.clock.now() > latest:
            faults.append(f"{SOURCES[name].LABEL} was not asked: the others took too long.")
            continue
        try:
            return Fetched(_ask(client, name, identifier), tuple(faults))
        except NotConfigured as fault:
            raise NotFetched([str(fault)]) from fault
        except NotThere:
            continue
        except SourceFault as fault:
            faults.append(str(fault))
    raise NotFetched(faults or [f"No source knows a paper with this number ({identifier.value})."])


def _ask(client: Client, name: str, identifier: Identifier) -> Incoming:
    if identifier.kind == "pmcid":
        return europepmc.fetch(client, pmcid=identifier.value)
    return SOURCES[name].fetch(client, **{identifier.kind: identifier.value})
