"""A mail server on a socket of its own, which takes mail or fails in one of the ways in which real ones do."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum


class Mood(Enum):
    TAKES = "takes every mail"
    SILENT = "accepts a connection and says nothing"
    DRIPS = "says its first word byte by byte, without end"
    BUSY = "says 451 to every mail"
    DIES = "goes away in the middle of the text"
    DEAF = "takes the text and goes away without a word"


class MailServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mood, self.asked, self.taken = Mood.TAKES, 0, []
        self.over = threading.Event()

    @property
    def port(self) -> int:
        return self.server_address[1]


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.asked += 1
        if self.server.mood == Mood.SILENT:
            self.server.over.wait()
            return
        if self.server.mood == Mood.DRIPS:
            self._drip()
            return
        self._say("220 ready")
        while line := self.rfile.readline():
            word = line[:4].upper().strip()
            if word == b"DATA":
                self._say("354 go on")
                if not self._read_text():
                    return
            elif word == b"MAIL" and self.server.mood == Mood.BUSY:
                self._say("451 come again later")
            else:
                self._say("221 bye" if word == b"QUIT" else "250 well")

    def _drip(self) -> None:
        with suppress(OSError):  # who asked had enough
            while not self.server.over.wait(0.05):
                self.wfile.write(b"2")

    def _read_text(self) -> bool:
        """Whether the talk goes on."""
        if self.server.mood == Mood.DIES:
            self.rfile.readline()
            return False
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line)
        self.server.taken.append(b"".join(lines).decode())
        if self.server.mood == Mood.DEAF:
            return False
        self._say("250 taken")
        return True

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
