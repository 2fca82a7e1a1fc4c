"""One question over one connection, and its whole answer, within limits of time and size. Knows no Django.

The connection goes to the address that was checked, and the certificate must be that of the host. Redirects are given back,
not followed. Bodies are unpacked here, so that a small packed answer cannot become a huge one.
"""

import logging
import re
import ssl
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from studies.sources.addresses import Service
from studies.sources.deadline import Deadline, PlainPool, SecurePool
from studies.sources.faults import Busy, Declined, NotThere, SourceFault, TooLarge, Unintelligible, Unreachable
from studies.sources.pacing import Clock, read_retry_after
from studies.sources.whereabouts import Place

CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REASON = 2_000
_TAG = re.compile("<[^>]*>")

# urllib3 writes whole addresses into its log, keys included, so it writes none.
logging.getLogger("urllib3").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two pieces of an answer, and for all of it; bytes of an answer, unpacked."""

    connect: float = 10.0
    read: float = 30.0
    total: float = 300.0
    most_bytes: int = 200 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """What came beside the body. `location` is where a redirect points."""

    status: int
    kind: str = ""
    etag: str = ""
    modified: str = ""
    location: str = ""
    may_be_kept: bool = False


@dataclass(kw_only=True)
class Wire:
    agent: str
    limits: Limits
    clock: Clock
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context
    _pools: dict[tuple[str, str, int, str], urllib3.HTTPConnectionPool] = field(default_factory=dict)

    def ask(
        self,
        service: Service,
        place: Place,
        kinds: tuple[str, ...],
        conditions: Mapping[str, str],
        sink: BinaryIO,
    ) -> Reply:
        """Effect: the unpacked body of an answer with status 200 goes to `sink`. Raises SourceFault.

        What breaks off because the time is over may look like a whole answer, or like a fault of another kind.
        """
        with Deadline(self.limits.total) as deadline:
            try:
                reply = self._ask(service, place, {**self._headers(place, kinds), **conditions}, kinds, sink)
            except (HTTPError, OSError, SourceFault) as error:
                fault = error if isinstance(error, SourceFault) else _fault_of(error, service, self.limits)
                raise (_too_slow(service, self.limits) if deadline.is_over else fault) from None
            if deadline.is_over:
                raise _too_slow(service, self.limits)
            return reply

    def _ask(
        self, service: Service, place: Place, headers: Mapping[str, str], kinds: tuple[str, ...], sink: BinaryIO
    ) -> Reply:
        response = self._pool(place).urlopen(
            "GET",
            place.target,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        is_whole = False
        try:
            reply = self._judge(service, response, kinds)
            if reply.status == 200:
                self._take(service, response, sink)
            is_whole = True
            return reply
        finally:
            if is_whole and response.status in (200, 304):
                response.release_conn()
            else:
                response.close()

    def _pool(self, place: Place) -> urllib3.HTTPConnectionPool:
        key = (place.host, place.ip, place.port, place.scheme)
        if key not in self._pools:
            timeout = urllib3.Timeout(connect=self.limits.connect, read=self.limits.read)
            if place.scheme == "http":
                self._pools[key] = PlainPool(place.ip, place.port, timeout=timeout)
            else:
                self._pools[key] = SecurePool(
                    place.ip,
                    place.port,
                    timeout=timeout,
                    ssl_context=self.trust(),
                    server_hostname=place.host,
                    assert_hostname=place.host,
                )
        return self._pools[key]

    def _headers(self, place: Place, kinds: tuple[str, ...]) -> dict[str, str]:
        usual = 443 if place.scheme == "https" else 80
        return {
            "Host": place.host if place.port == usual else f"{place.host}:{place.port}",
            "User-Agent": self.agent,
            "Accept": ", ".join(kinds),
            "Accept-Encoding": "gzip",
        }

    def _judge(self, service: Service, response: urllib3.BaseHTTPResponse, kinds: tuple[str, ...]) -> Reply:
        """What the head of an answer says; raises where the body is not what was asked for."""
        heads, status = response.headers, response.status
        if status in _REDIRECTS and heads.get("Location"):
            return Reply(status, location=heads["Location"])
        if status == 304:
            return Reply(status)
        if status != 200:
            raise self._refusal(service, response)
        kind = (heads.get("Content-Type") or "").partition(";")[0].strip().lower()
        if kind not in kinds:
            raise Unintelligible(
                f"{service.label} answered with {kind or 'something without a type'}, not with {kinds[0]}."
            )
        if _number(heads.get("Content-Length")) > self.limits.most_bytes:
            raise _too_large(service, self.limits)
        return Reply(
            status,
            kind,
            etag=heads.get("ETag") or "",
            modified=heads.get("Last-Modified") or "",
            may_be_kept=_is_measured(heads) and "no-store" not in (heads.get("Cache-Control") or "").lower(),
        )

    def _refusal(self, service: Service, response: urllib3.BaseHTTPResponse) -> SourceFault:
        status = response.status
        after = read_retry_after(response.headers.get("Retry-After"), today=self.clock.today())
        if status == 429 or (status == 503 and after is not None):
            when = f" in {after:.0f} seconds" if after is not None else " later"
            return Busy(f"{service.label} has too much to do and asks to come back{when}.", after)
        if status < 400:
            return Unintelligible(f"{service.label} answered in a way that was not expected (HTTP {status}).")
        if status == 408 or status >= 500:
            return Unreachable(f"{service.label} has a fault of its own (HTTP {status}).")
        if status in (404, 410):
            return NotThere(f"{service.label} does not know this.")
        reason = _reason(response.read(_MOST_REASON, decode_content=False), service)
        return Declined(f"{service.label} refuses the question (HTTP {status}){reason}", status)

    def _take(self, service: Service, response: urllib3.BaseHTTPResponse, sink: BinaryIO) -> None:
        unpack, total = _unpacker(service, response.headers.get("Content-Encoding") or ""), 0
        while chunk := response.read1(CHUNK, decode_content=False):
            for piece in unpack.pieces(chunk):
                total += len(piece)
                if total > self.limits.most_bytes:
                    raise _too_large(service, self.limits)
                sink.write(piece)
        if not unpack.is_whole:
            raise Unreachable(f"The answer of {service.label} broke off.")
        if not total:
            raise Unintelligible(f"{service.label} answered with nothing.")


class _Plain:
    is_whole = True

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        yield chunk


class _Packed:
    """A gzip stream, unpacked in pieces of at most one chunk."""

    def __init__(self, label: str) -> None:
        self.label, self.stream = label, zlib.decompressobj(wbits=31)

    @property
    def is_whole(self) -> bool:
        return self.stream.eof

    def pieces(self, chunk: bytes) -> Iterator[bytes]:
        piece = b""
        while chunk or len(piece) == CHUNK:
            try:
                piece = self.stream.decompress(chunk, CHUNK)
            except zlib.error:
                raise Unintelligible(f"The packed answer of {self.label} cannot be unpacked.") from None
            yield piece
            chunk = self.stream.unconsumed_tail


def _unpacker(service: Service, encoding: str) -> _Plain | _Packed:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return _Plain()
    if name in ("gzip", "x-gzip"):
        return _Packed(service.label)
    raise Unintelligible(f"{service.label} packed its answer in a way that was not asked for.")


def _reason(body: bytes | None, service: Service) -> str:
    """The service's own words, without markup and without the key that some services repeat."""
    text = _TAG.sub(" ", (body or b"").decode("utf-8", "replace"))
    for secret in service.secret.values():
        text = text.replace(secret, "(key)")
    words = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return f": {words[:200]}" if words else "."


def _is_measured(heads: Mapping[str, str]) -> bool:
    """Whether an answer that broke off would have been noticed."""
    return "Content-Length" in heads or "chunked" in (heads.get("Transfer-Encoding") or "").lower()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0


def _too_large(service: Service, limits: Limits) -> TooLarge:
    return TooLarge(f"The answer of {service.label} is larger than {limits.most_bytes // (1024 * 1024)} MB.")


def _too_slow(service: Service, limits: Limits) -> Unreachable:
    return Unreachable(f"{service.label} sent its answer too slowly: not all of it in {limits.total:g} seconds.")


def _fault_of(error: HTTPError | OSError, service: Service, limits: Limits) -> SourceFault:
    if isinstance(error, NewConnectionError):  # before the time-out, which it is a kind of
        return Unreachable(f"{service.label} could not be reached.")
    if isinstance(error, ConnectTimeoutError):
        return Unreachable(f"{service.label} could not be reached in {limits.connect:g} seconds.")
    if isinstance(error, ReadTimeoutError | TimeoutError):
        return Unreachable(f"{service.label} did not answer in {limits.read:g} seconds.")
    if isinstance(error, SSLError | ssl.SSLError):
        return Unreachable(f"The connection to {service.label} is not safe: its certificate was not accepted.")
    if isinstance(error, IncompleteRead | ProtocolError):
        return Unreachable(f"The answer of {service.label} broke off.")
    return Unreachable(f"The connection to {service.label} failed.")
