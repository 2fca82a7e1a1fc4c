"""A stand-in for PubMed, Crossref, Europe PMC, OpenAlex and Retraction Watch on this machine, which can misbehave.

In a test: `with serving(number=50) as stub: …`; `stub.shelves` are its papers and `stub.addresses` where the services are.
As a process: `python -m tests.sources.stub --port 8765 --papers 5000`; it prints the environment variables that make an
atlas ask it. Such a stand-in is told what to do by POST of JSON to `/stub/change`, `/stub/notice`, `/stub/forget`,
`/stub/add` and `/stub/misbehave`; the keys are the arguments of the functions of the same names.
"""

import argparse
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from studies.names import parse_names
from studies.records import Record
from tests.sources.faults import FAULTS
from tests.sources.routes import ROUTES, Missing
from tests.sources.shelves import Shelves

PATHS = {
    "pubmed": "/entrez/eutils/",
    "crossref": "/crossref/",
    "europepmc": "/europepmc/",
    "openalex": "/openalex/",
    "retraction_watch": "/retraction_watch.csv",
}


@dataclass(frozen=True)
class Asked:
    """One request, as a test looks at it."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


@dataclass
class Stub:
    """What the server knows. `lists` are those that PubMed keeps; `asked` is every request in order."""

    shelves: Shelves
    address: str = ""
    lists: dict[str, list[str]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    faults: list[tuple[str, str, bool]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def addresses(self) -> dict[str, str]:
        """By the names of studies.sources.addresses."""
        return {name: self.address + path for name, path in PATHS.items()}

    @property
    def environment(self) -> dict[str, str]:
        """What makes another process ask this stand-in."""
        return {f"ATLAS_{name.upper()}_URL": address for name, address in self.addresses.items()} | {
            "ATLAS_SOURCES_LOOPBACK": "1",
            "ATLAS_CONTACT": "editor@example.org",
        }

    def misbehave(self, *faults: str, where: str = "", always: bool = False) -> None:
        """The next requests whose path holds `where` are answered by these faults, one each; `always` repeats the last."""
        for place, fault in enumerate(faults):
            self.faults.append((where, fault, always and place == len(faults) - 1))

    def behave(self) -> None:
        self.faults.clear()

    def forget_lists(self) -> None:
        """As PubMed does after some hours."""
        self.lists.clear()

    def next_fault(self, path: str) -> str:
        for place, (where, fault, stays) in enumerate(self.faults):
            if where in path:
                if not stays:
                    del self.faults[place]
                return fault
        return ""

    def order(self, name: str, values: dict[str, Any]) -> None:
        """What a POST to `/stub/<name>` asks for."""
        if name == "misbehave":
            self.misbehave(*values.pop("faults"), **values)
        elif name == "behave":
            self.behave()
        elif name == "change":
            self.shelves.change(values.pop("identifier"), **values)
        elif name == "notice":
            self.shelves.notice(values.pop("identifier"), on=date.fromisoformat(values.pop("on")), **values)
        elif name == "forget":
            self.shelves.forget(values["identifier"])
        elif name == "add":
            on, abstract = date.fromisoformat(values.pop("on")), values.pop("abstract", "")
            record = Record(**values | {"authors": tuple(parse_names(values.get("authors", ())))})
            self.shelves.add(record, on=on, abstract=abstract)
        else:
            raise Missing(name)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.route, self.parameters = parts.path, dict(parse_qsl(parts.query))
        self.stub.asked.append(Asked(self.route, self.parameters, dict(self.headers)))
        name, _, value = self.stub.next_fault(self.route).partition(":")
        try:
            FAULTS[name](self, value) if name else self.answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the asker had enough

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.stub.order(self.path.rpartition("/")[2], json.loads(body or b"{}"))
            self.reply(200, b"{}", "application/json")
        except (Missing, LookupError, TypeError, ValueError) as error:
            self.reply(400, repr(error).encode(), "text/plain")

    @property
    def key(self) -> str:
        return self.parameters.get("api_key", "")

    def made(self) -> tuple[bytes, str]:
        """Body and type of a proper answer."""
        start = next((path for path in ROUTES if self.route.startswith(path)), "")
        if not start:
            raise Missing(self.route)
        return ROUTES[start](self.stub, self.route.removeprefix(start), self.parameters)

    def answer(self) -> None:
        try:
            body, kind = self.made()
        except Missing as missing:
            return (
                self.reply(404, b'{"status": "error"}', "application/json")
                if not missing.status
                else self.reply(missing.status, str(missing).encode(), "text/plain")
            )
        mark = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == mark:
            return self.reply(304, b"", "")
        return self.reply(200, body, kind, {"ETag": mark})

    def reply(self, status: int, body: bytes, kind: str, heads: dict[str, str] | None = None) -> None:
        heads = {"Content-Type": kind, "Content-Length": str(len(body))} | (heads or {})
        self.send_response(status)
        for name, value in heads.items():
            if value and not (status in (204, 304) and name == "Content-Length"):
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, body: bytes) -> bool:
        """Send a piece; False once the server stops."""
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        return not self.stub.stopping.is_set()

    def rest(self, seconds: float) -> bool:
        """Wait; True if the server stops meanwhile."""
        return self.stub.stopping.wait(seconds)

    def log_message(self, *_: Any) -> None:
        """A stand-in keeps no log."""


@contextmanager
def serving(*, number: int = 30, port: int = 0) -> Iterator[Stub]:
    """A running stand-in with so many papers; it stops with the block."""
    stub = Stub(Shelves.filled(number))
    server = ThreadingHTTPServer(("127.0.0.1", port), type("StubHandler", (Handler,), {"stub": stub}))
    server.daemon_threads = True
    stub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--papers", type=int, default=100)
    words = parser.parse_args()
    with serving(number=words.papers, port=words.port) as stub:
        for name, value in stub.environment.items():
            print(f"{name}={value}", flush=True)
        print("ready", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
