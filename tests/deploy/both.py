"""A whole server: nginx and gunicorn, each with its configuration of deploy/, and somebody who speaks to either byte by byte."""

import contextlib
import http.client
import io
import re
import signal
import socket
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.clock import PATIENCE
from tests.deploy.test_nginx import HOST, NGINX, Proxy, free_ports, written
from tests.deploy.test_server import Link, Served, workers
from tests.running import ROOT
from tests.servers import until

# What nginx tells gunicorn of a reader; whoever speaks to gunicorn past nginx says it.
OF_THE_PROXY = b"X-Forwarded-Proto: https\r\nX-Forwarded-For: 127.0.0.1\r\n"


@dataclass(frozen=True)
class Answer:
    """The first answer on a line, and the status of all of them."""

    status: int
    headers: http.client.HTTPMessage
    body: str
    statuses: list[int]

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.body, re.DOTALL)
        return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""

    @property
    def is_of_the_atlas(self) -> bool:
        """Whether the page is one of the atlas, and not one of the proxy's."""
        return "<header" in self.body


NOTHING = Answer(0, http.client.HTTPMessage(), "", [])


class _Said:
    """What a line said, as http.client reads it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._data)


class Both:
    """One gunicorn with one process on SQLite, and nginx before it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.served = folder, Served(folder)
        self.served.environment |= {"ATLAS_STATIC_ROOT": str(folder / "static"), "WEB_CONCURRENCY": "1"}
        for words in (("migrate", "--no-input", "-v", "0"), ("collectstatic", "--no-input", "-v", "0")):
            done = self.served.manage(*words)
            assert done.returncode == 0, done.stderr
        with (folder / "web.log").open("wb") as log:
            words = [
                "--config",
                "file:deploy/gunicorn.py",
                "--bind",
                f"unix:{folder / 'atlas.sock'}",
                "atlas_site.wsgi",
            ]
            self.web = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *words], cwd=ROOT, env=self.served.environment, stderr=log
            )
        until(self._is_ready, "the atlas")
        (folder / "atlas.sock").chmod(0o777)
        self.start_nginx()

    def start_nginx(self) -> None:
        plain, self.port = free_ports()
        file = written(self.folder, plain, self.port)
        file.write_text(file.read_text().replace("worker_connections 64", "worker_connections 768"))  # as on Debian
        words = [str(NGINX), "-c", str(file), "-e", f"{self.folder}/start.log"]
        self.nginx = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        self.proxy = Proxy(self.folder, self.port, [])
        until(lambda: self.proxy.ask("/healthz")[0].status == 200, "nginx")

    def _is_ready(self) -> bool:
        assert self.web.poll() is None, self.log
        with contextlib.closing(Link(self.folder / "atlas.sock")) as link:
            link.request("GET", "/readyz")
            return link.getresponse().status == 200

    @property
    def log(self) -> str:
        """What gunicorn and the atlas wrote."""
        return (self.folder / "web.log").read_text(errors="replace")

    @property
    def worker(self) -> int:
        (found,) = workers(self.web)
        return found

    def stop(self) -> None:
        for process in (self.nginx, self.web):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=120)

    def line(self, *, direct: bool, sender: str = "127.0.0.1") -> socket.socket:
        """A line to nginx from this address, or `direct` to gunicorn past it."""
        if direct:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(PATIENCE)
            line.connect(str(self.folder / "atlas.sock"))
            return line
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE, source_address=(sender, 0))
        return context.wrap_socket(plain)

    def say(self, message: bytes, *, direct: bool, sender: str = "127.0.0.1") -> Answer:
        """Send these bytes and read until the server ends the line; what could not be sent any more is left."""
        with contextlib.closing(self.line(direct=direct, sender=sender)) as line:
            with contextlib.suppress(OSError):
                line.sendall(message)
                if direct:
                    line.shutdown(socket.SHUT_WR)  # nobody waits for the rest of a message that has none
            return heard(line)

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", direct: bool = False, **headers: str) -> Answer:
        """An ordinary request, with these headers and the length of its body."""
        return self.say(request(path, method=method, body=body, direct=direct, **headers), direct=direct)


def request(path: str, *, method: str = "GET", body: bytes = b"", direct: bool = False, **headers: str) -> bytes:
    """The bytes of a request after which the line ends."""
    named = {"Host": HOST, "Connection": "close"}
    if body:
        named |= {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items()).encode()
    return f"{method} {path} HTTP/1.1\r\n".encode() + lines + (OF_THE_PROXY if direct else b"") + b"\r\n" + body


def heard(line: socket.socket) -> Answer:
    """All that is said until the line ends; NOTHING where nothing is."""
    data = b""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        while piece := line.recv(65_536):
            data += piece
    if not data:
        return NOTHING
    first = http.client.HTTPResponse(_Said(data))
    first.begin()
    body = first.read().decode()
    return Answer(
        first.status, first.headers, body, [int(n) for n in re.findall(rb"^HTTP/1\.[01] (\d{3})", data, re.MULTILINE)]
    )
