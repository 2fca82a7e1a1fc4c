"""The one client that asks outside services: polite, patient for a while, and hard to lead astray. Knows no Django.

Every question names the atlas and a mail address. It goes over HTTPS to a host on the list, keeps the host's pace, is
asked again after faults that pass, and ends with the whole answer or with a `SourceFault`.
"""

import json
import logging
import math
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlencode, urljoin

from studies.sources.addresses import Service
from studies.sources.faults import Busy, NotConfigured, OffLimits, SourceFault, Unintelligible, Unreachable
from studies.sources.kept import Kept, Shelf, key_of, write_whole
from studies.sources.pacing import LONGEST_WAIT, Clock, Pace, wait_before
from studies.sources.whereabouts import Lookup, Place, look_up, place_of
from studies.sources.wire import Limits, Reply, Wire

JSON = ("application/json",)
XML = ("text/xml", "application/xml")
CSV = ("text/csv", "text/plain", "application/csv", "application/octet-stream", "application/vnd.ms-excel")
MOST_REDIRECTS = 5

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """`kind` is the media type in lower case, without parameters."""

    body: bytes
    kind: str


@dataclass(kw_only=True)
class Client:
    """`agent` is what the atlas calls itself, with its contact. `loopback` lets this machine stand in for a service.

    `shelf` keeps answers that the services mark with an ETag or a date; None keeps nothing. A question is asked again at most
    `tries` times, and only while `again_within` seconds of it have not passed.
    """

    services: Mapping[str, Service]
    agent: str
    shelf: Shelf | None = None
    loopback: bool = False
    tries: int = 4
    again_within: float = math.inf
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    lookup: Lookup = look_up

    def __post_init__(self) -> None:
        self._pace = Pace(self.clock)
        self._wire = Wire(agent=self.agent, limits=self.limits, clock=self.clock)
        self._hosts = frozenset(service.host for service in self.services.values())

    def get(
        self, name: str, path: str = "", parameters: Mapping[str, str] | None = None, *, kinds: Iterable[str]
    ) -> Answer:
        """The answer of service `name` to this question; it has one of these media types and is not empty.

        Effects: waits for the service's pace and between tries; keeps the answer on the shelf where the service marks it.
        Raises SourceFault; the message is a sentence that begins with the service's name.
        """
        service, public = self._service(name), dict(parameters or {})
        key = key_of(name, path, public)
        kept = self.shelf.find(key) if self.shelf else None
        sink = BytesIO()
        reply = self._patiently(service, path, public, kinds, kept.conditions if kept else {}, sink)
        if reply.status == 304:
            if not kept:
                raise Unintelligible(f"{service.label} says that nothing changed, though nothing was known before.")
            return Answer(kept.body, kept.kind)
        body = sink.getvalue()
        self._keep(key, reply, body)
        return Answer(body, reply.kind)

    def download(self, name: str, target: Path, *, kinds: Iterable[str]) -> bool:
        """The one file of service `name`; False where it did not change since `target` was written.

        Effects: `target` is replaced once the whole file has come, and stays as it was after a fault. Beside it a file
        with the ending `.mark` remembers how the service marks this version. Raises SourceFault.
        """
        service, mark = self._service(name), target.with_name(target.name + ".mark")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                reply = self._patiently(service, "", {}, kinds, _conditions(target, mark), file)
            if reply.status == 304:
                return False
            Path(part).replace(target)
            write_whole(mark, json.dumps({"etag": reply.etag, "modified": reply.modified}).encode())
            return True
        finally:
            Path(part).unlink(missing_ok=True)

    def _service(self, name: str) -> Service:
        if "@" not in self.agent:
            raise NotConfigured("ATLAS_CONTACT is not set. The services want a mail address that they can write to.")
        return self.services[name]

    def _patiently(
        self,
        service: Service,
        path: str,
        public: dict[str, str],
        kinds: Iterable[str],
        conditions: dict[str, str],
        sink: BinaryIO,
    ) -> Reply:
        """Ask until there is an answer, a fault that does not pass, or no time or try left."""
        address, latest = _address(service, path, public), self.clock.now() + self.again_within
        for attempt in range(1, self.tries + 1):
            try:
                sink.seek(0)
                sink.truncate()
                return self._follow(service, address, tuple(kinds), conditions, sink)
            except SourceFault as fault:
                rest = _rest_after(fault, attempt, self.clock)
                if (
                    not fault.is_passing
                    or attempt == self.tries
                    or rest > LONGEST_WAIT
                    or self.clock.now() + rest > latest
                ):
                    raise
                logger.info("%s Asking again in %.0f seconds.", fault, rest)
                self.clock.sleep(rest)
        raise AssertionError("a client tries at least once")

    def _follow(
        self, service: Service, address: str, kinds: tuple[str, ...], conditions: dict[str, str], sink: BinaryIO
    ) -> Reply:
        """One try, with redirects to hosts on the list."""
        for _ in range(MOST_REDIRECTS + 1):
            place = self._place(service, address)
            self._pace.wait(place.host, service.per_second)
            reply = self._wire.ask(service, place, kinds, conditions, sink)
            if not reply.location:
                return reply
            address = urljoin(address, reply.location)
        raise Unintelligible(f"{service.label} sends the question from one address to the next.")

    def _place(self, service: Service, address: str) -> Place:
        try:
            return place_of(address, hosts=self._hosts, loopback=self.loopback, lookup=self.lookup)
        except (OffLimits, Unreachable) as fault:
            raise type(fault)(f"{service.label} cannot be asked. {fault}") from None

    def _keep(self, key: str, reply: Reply, body: bytes) -> None:
        if self.shelf is None or not (reply.etag or reply.modified) or not reply.may_be_kept:
            return
        try:
            self.shelf.keep(key, Kept(reply.kind, reply.etag, reply.modified, body))
        except OSError as error:
            logger.warning("An answer could not be kept: %s.", error.strerror)


def _address(service: Service, path: str, public: Mapping[str, str]) -> str:
    everything = {**public, **service.parameters, **service.secret}
    query = urlencode(everything, errors="replace")  # a service's own words may hold half a pair, which has no bytes
    return service.address + path + ("?" + query if everything else "")


def _rest_after(fault: SourceFault, attempt: int, clock: Clock) -> float:
    named = fault.after if isinstance(fault, Busy) else None
    return named if named is not None else wait_before(attempt, chance=clock.chance())


def _conditions(target: Path, mark: Path) -> dict[str, str]:
    try:
        facts = json.loads(mark.read_bytes()) if target.exists() else {}
        return Kept("", facts["etag"], facts["modified"], b"").conditions
    except (OSError, ValueError, KeyError, TypeError):
        return {}
