"""HTTP/2 spoken frame by frame (RFC 9113), so that a test can say what no library lets it say."""

import contextlib
import socket
import ssl
import struct
from typing import NamedTuple

from tests.clock import PATIENCE
from tests.deploy.test_nginx import HOST, trusting

DATA, HEADERS, PRIORITY, RESET, SETTINGS, _, PING, GOAWAY, WINDOW, CONTINUATION = range(10)  # kinds of frames
END, ACKNOWLEDGED, WHOLE_HEAD, PADDED = 1, 1, 4, 8  # flags: no body follows, ...
REFUSED, CANCEL = 7, 8  # why a stream was reset
FIRST_WINDOW = 4  # the setting that says how much of an answer may be sent before its reader asks for more
STATUS = {0x88: 200, 0x89: 204, 0x8A: 206, 0x8B: 304, 0x8C: 400, 0x8D: 404, 0x8E: 500}  # those with a sign of their own


class Frame(NamedTuple):
    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def number(value: int, bits: int = 7) -> bytes:
    """A number as heads hold it (RFC 7541, 5.1)."""
    most = (1 << bits) - 1
    if value < most:
        return bytes([value])
    value, found = value - most, [most]
    while value >= 128:
        found.append(value % 128 + 128)
        value //= 128
    return bytes([*found, value])


def field(name: str, value: str, *, is_kept: bool = False) -> bytes:
    """One field of a head, not compressed; one that `is_kept` stands as the first in the table of the line."""
    said = b"".join(number(len(part)) + part for part in (name.encode(), value.encode()))
    return (b"\x40" if is_kept else b"\0") + said


def head(path: str, method: str = "GET", **fields: str) -> bytes:
    named = {":method": method, ":scheme": "https", ":path": path, ":authority": HOST} | fields
    return b"".join(field(name.replace("_", "-"), value) for name, value in named.items())


def asking(stream: int, path: str, **fields: str) -> bytes:
    """A whole request without a body."""
    return frame(HEADERS, END | WHOLE_HEAD, stream, head(path, **fields))


def taking_back(stream: int) -> bytes:
    return frame(RESET, 0, stream, struct.pack(">I", CANCEL))


class Http2Line:
    """A line to nginx on which both agreed on HTTP/2. `window` is how many bytes of an answer it takes unasked."""

    def __init__(self, port: int, *, window: int | None = None) -> None:
        context = trusting()
        context.set_alpn_protocols(["h2", "http/1.1"])
        self._line = context.wrap_socket(socket.create_connection(("127.0.0.1", port), PATIENCE))
        assert self._line.selected_alpn_protocol() == "h2"
        self.frames: list[Frame] = []
        self.has_ended = False
        self._said = b""
        wish = b"" if window is None else struct.pack(">HI", FIRST_WINDOW, window)
        self.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", frame(SETTINGS, 0, 0, wish))

    def send(self, *pieces: bytes) -> None:
        """Say this; a line that nginx ended meanwhile is noted."""
        self._line.settimeout(PATIENCE)
        try:
            self._line.sendall(b"".join(pieces))
        except OSError:
            self.has_ended = True

    def listen(self, seconds: float = 0.01) -> None:
        """Take all that was said, until nothing comes for so long."""
        self._line.settimeout(seconds)
        with contextlib.suppress(TimeoutError):
            while not self.has_ended:
                try:
                    piece = self._line.recv(65_536)
                except (ConnectionError, ssl.SSLError):
                    piece = b""
                self.has_ended = piece == b""
                self._said += piece
                self._take_frames()

    def _take_frames(self) -> None:
        while len(self._said) >= 9:
            length = int.from_bytes(self._said[:3], "big")
            if len(self._said) < 9 + length:
                return
            self.frames.append(Frame(*struct.unpack(">BBI", self._said[3:9]), self._said[9 : 9 + length]))
            self._said = self._said[9 + length :]

    @property
    def is_over(self) -> bool:
        """Whether no request on it is taken any more."""
        return self.has_ended or any(said.kind == GOAWAY for said in self.frames)

    def of(self, stream: int, kind: int) -> list[bytes]:
        """What frames of this kind said of a stream."""
        return [said.payload for said in self.frames if (said.stream, said.kind) == (stream, kind)]

    def has_answer(self, stream: int) -> bool:
        """Whether the stream was answered or reset, after listening for a moment."""
        self.listen()
        return bool(self.of(stream, HEADERS) or self.of(stream, RESET))

    def status(self, stream: int) -> int | None:
        """The status of the answer; None where there is none, because the stream was reset."""
        for said in self.of(stream, HEADERS):
            began = said.removeprefix(b"\x20")  # "my table is empty"
            return STATUS[began[0]] if began[0] in STATUS else int(began[2:5])
        return None

    def close(self) -> None:
        self._line.close()
