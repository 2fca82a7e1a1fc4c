"""Web servers under measurement: each one gunicorn as in scripts/run, with one process, asked over one kept connection."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
LONGEST_START = 180  # seconds


@dataclass(frozen=True)
class Answer:
    """What a request brought: milliseconds on the clock, and of processor time of the server and its database."""

    status: int
    body: bytes
    clock: float
    cpu: float


class Server:
    """A running server. `database` is the process of the database server that works for it, if there is one."""

    def __init__(
        self,
        command: list[str],
        port: int,
        environment: dict[str, str],
        *,
        quiet: bool = False,
        log: IO[bytes] | None = None,
        probe: str = "/",
    ) -> None:
        """Start it and wait until `probe` answers; `quiet` drops what it writes to standard error, `log` takes it."""
        self.port = port
        self.database: int | None = None
        errors = subprocess.DEVNULL if quiet else log
        self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=errors)
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
        self._wait(probe)

    def get(self, path: str) -> Answer:
        """Ask for a page; raises RuntimeError for any status but 200."""
        busy, started = self._busy(), time.perf_counter()
        try:
            status, body = self._ask(path)
        except (http.client.HTTPException, ConnectionError):  # the server closed the kept connection between requests
            self._connection.close()
            started = time.perf_counter()
            status, body = self._ask(path)
        clock = (time.perf_counter() - started) * 1000
        if status != 200:
            raise RuntimeError(f"{status} for {path}: {self.process.args!r}")
        return Answer(status, body, clock, self._busy() - busy)

    def _busy(self) -> float:
        """Processor time so far, in milliseconds, of all processes that work on answers."""
        pids = [self.process.pid, *([self.database] if self.database else [])]
        return sum(busy(pid) for parent in pids for pid in (parent, *children(parent)))

    def _ask(self, path: str) -> tuple[int, bytes]:
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        return response.status, response.read()

    def _wait(self, probe: str) -> None:
        until = time.monotonic() + LONGEST_START
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}: {self.process.args!r}")
            with contextlib.suppress(OSError):
                self._ask(probe)
                return
            self._connection.close()
            time.sleep(0.1)
        raise RuntimeError(f"the server did not answer in {LONGEST_START} s: {self.process.args!r}")

    def memory(self) -> tuple[float, float]:
        """Of the largest of the server's processes, in MB: its own memory, and resident pages of files it maps."""
        pids = [self.process.pid, *children(self.process.pid)]
        return max((resident(pid, "RssAnon"), resident(pid, "RssFile")) for pid in pids)

    def stop(self) -> None:
        self._connection.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


@contextlib.contextmanager
def gunicorn(application: str, environment: dict[str, str]) -> Iterator[Server]:
    """A WSGI application behind the same configuration that scripts/run uses."""
    port = free_port()
    configuration = f"file:{ROOT / 'scripts' / 'serving.py'}"
    command = [sys.executable, "-m", "gunicorn", "--config", configuration, "--bind", f"127.0.0.1:{port}", application]
    with serving(Server(command, port, {**environment, "ATLAS_URL": f"http://127.0.0.1:{port}"})) as server:
        yield server


@contextlib.contextmanager
def program(command: list[str], environment: dict[str, str]) -> Iterator[Server]:
    """Any other server; `{port}` in a word of the command stands for its port."""
    port = free_port()
    with serving(Server([word.format(port=port) for word in command], port, environment, quiet=True)) as server:
        yield server


@contextlib.contextmanager
def serving(server: Server) -> Iterator[Server]:
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def children(pid: int) -> list[int]:
    """Process ids of the children, as Linux lists them; none elsewhere."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in listing.read_text().split()] if listing.exists() else []


def busy(pid: int) -> float:
    """Milliseconds that the threads of a process have run, as Linux counts them to the nanosecond; 0 elsewhere."""
    total = 0
    for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # a thread may end between the two
            total += int(path.read_text().split()[0])
    return total / 1_000_000


def resident(pid: int, what: str) -> float:
    """MB of one line of Linux's status of a process, such as RssAnon; 0 elsewhere."""
    status = Path(f"/proc/{pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith(f"{what}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def environment(database_url: str, data: Path) -> dict[str, str]:
    """The environment of the product with its own empty data folder; nothing of the caller's settings."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR", "TZ"}}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("ATLAS_BENCH_PACKAGES")])]),
        "DJANGO_SETTINGS_MODULE": "atlas_site.settings",
        "DATABASE_URL": database_url,
        "ATLAS_DATA_DIR": str(data),
        "ATLAS_STATIC_ROOT": str(data / "static"),
        "ATLAS_LOCAL": "1",
        "ATLAS_API_PER_MINUTE": "0",
        "ATLAS_API_PER_HOUR": "0",
        "ATLAS_PAGE_CACHE": "0",  # a page that is kept would not be a measurement of how it is made
        "ATLAS_TRUSTED_PROXIES": "1",  # clients say from where they send, as many people would
        "SECRET_KEY": "a-key-for-measurements-alone-which-guards-nothing-at-all",
    }
