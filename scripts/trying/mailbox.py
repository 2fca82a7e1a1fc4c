"""A mail server that keeps every mail as a file: python3 mailbox.py PORT FOLDER CERTIFICATE KEY

Runs in the machine of scripts/try_install, with Python alone. It takes mail as real ones do: after STARTTLS and a login.
"""

import socketserver
import ssl
import sys
from itertools import count
from pathlib import Path

NOT_YET = "530 first STARTTLS"


class Mailbox(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def __init__(self, port: int, folder: Path, secure: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", port), Talk)
        self.folder, self.secure, self.numbers = folder, secure, count(1)


class Talk(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            word = line[:8].decode("ascii", "replace").upper().strip()
            self._answer(word)
            if word == "QUIT":
                return

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _answer(self, word: str) -> None:
        is_secure = isinstance(self.connection, ssl.SSLSocket)
        if word == "STARTTLS":
            self._start_tls()
        elif word.startswith("EHLO"):
            self._say("250-mailbox", "250 AUTH PLAIN LOGIN" if is_secure else "250 STARTTLS")
        elif word.startswith("AUTH"):
            self._say("235 welcome" if is_secure else NOT_YET)
        elif word == "DATA":
            self._keep()
        elif word == "QUIT":
            self._say("221 bye")
        else:
            self._say("250 well" if is_secure or not word.startswith("MAIL") else NOT_YET)

    def _start_tls(self) -> None:
        self._say("220 go on")
        self.connection = self.server.secure.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)

    def _keep(self) -> None:
        self._say("354 go on")
        text = b""
        while (line := self.rfile.readline()) and line != b".\r\n":
            text += line.removeprefix(b".")
        if line:  # else whoever sent it went away before its end
            (self.server.folder / f"{next(self.server.numbers)}.eml").write_bytes(text)
            self._say("250 taken")

    def _say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


def served(port: int, folder: str, certificate: str, key: str) -> Mailbox:
    """The server, listening on this machine alone. Port 0 takes a free one."""
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate, key)
    return Mailbox(port, Path(folder), secure)


if __name__ == "__main__":
    served(int(sys.argv[1]), *sys.argv[2:]).serve_forever()
