"""The end of the time that a whole answer may take, however its pieces come. Knows no Django.

A limit between two pieces never ends an answer that comes byte by byte, and the head of an answer is read in one go. So a
second thread shuts the connection when the time is over, and whoever reads from it finds that it broke off.
"""

import socket
import threading
from contextlib import suppress
from typing import Any, Self

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

_here = threading.local()


class Deadline:
    """A with block, after whose `seconds` the connection that this thread reads from is shut. `is_over`: the time was over."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._watched: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _here.deadline = self
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        _here.deadline = None

    def watch(self, connection: socket.socket) -> None:
        """From now on this is the connection that is shut."""
        self._watched = connection
        if self.is_over:
            self._shut()

    def _end(self) -> None:
        self.is_over = True
        self._shut()

    def _shut(self) -> None:
        if self._watched is not None:
            with suppress(OSError):  # closed meanwhile
                # Not the method of an encrypted one, which would let go of its encryption under the reader.
                socket.socket.shutdown(self._watched, socket.SHUT_RDWR)


def _watch(connection: Any) -> None:
    deadline = getattr(_here, "deadline", None)
    if deadline is not None and connection.sock is not None:
        deadline.watch(connection.sock)


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> Any:
        _watch(self)
        return super().getresponse()


class PlainPool(urllib3.HTTPConnectionPool):
    """Connections that a `Deadline` ends."""

    ConnectionCls = _Plain


class SecurePool(urllib3.HTTPSConnectionPool):
    """The same, encrypted."""

    ConnectionCls = _Secure
