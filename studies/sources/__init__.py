"""Outside sources of bibliography. Each is one module with the same functions: `parse`, `find`, `fetch` and `number`.

Retraction Watch is no source of papers but of notices about them; see `retraction_watch`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

from studies.formats.readers.refusals import Refusal
from studies.incoming import Incoming
from studies.sources import crossref, europepmc, openalex, pubmed
from studies.sources.http import Client
from studies.sources.page import Page


class Source(Protocol):
    """What every module of a source offers.

    `parse` reads an answer of the service and asks nobody. `find` gives page after page, each with the cursor from which
    a later `find` of the same question goes on. `fetch` gives one paper by its identifier, normalised, or raises NotThere.
    `number` is what the service calls a paper.
    """

    NAME: str
    LABEL: str

    def parse(self, answer: bytes) -> Iterable[Incoming | Refusal]: ...

    def find(self, client: Client, *, query: str, since: date, until: date, cursor: str = "") -> Iterator[Page]: ...

    def fetch(self, client: Client, *, doi: str = "", pmid: str = "") -> Incoming: ...

    def number(self, paper: Incoming) -> str: ...


SOURCES: Mapping[str, Source] = {
    "pubmed": pubmed,
    "crossref": crossref,
    "europepmc": europepmc,
    "openalex": openalex,
}
