"""Gunicorn with the configuration of deploy/ and two processes, as a server runs it."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clock import PATIENCE
from tests.running import ROOT, bare_environment
from tests.servers import until

TOKEN = "a-long-random-word-for-this-test"
SETTINGS = {
    "SECRET_KEY": "a key for this test alone, long enough to be taken for a real one by everybody",
    "ALLOWED_HOSTS": "atlas.example.org",
    "ATLAS_URL": "https://atlas.example.org",
    "ATLAS_ENCRYPTION_KEYS": "t1:" + "A" * 43 + "=",
    "ATLAS_RECEIPT_KEYS": "t1:" + "B" * 42 + "A=",
    "ATLAS_CONTACT": "atlas@example.org",
    "ATLAS_OPERATOR": "Example Society, 1 Example Street, Exampletown",
    "ATLAS_METRICS_TOKEN": TOKEN,
    "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
    "TRUST_PROXY_HEADERS": "1",
    "ATLAS_TRUSTED_PROXIES": "1",
}
READER = {"Host": "atlas.example.org", "X-Forwarded-Proto": "https"}


class Link(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("atlas.example.org", timeout=60)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


class Served:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **bare_environment(),
            **SETTINGS,
            "ATLAS_DATA_DIR": str(folder / "data"),
            "ATLAS_ERASURE_LEDGER": str(folder / "ledger" / "erasures.log"),
            "ATLAS_METRICS_DIR": str(folder / "metrics"),
        }
        for name in ("data", "ledger"):
            (folder / name).mkdir()

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        link = Link(self.folder / "sock")
        with contextlib.closing(link):
            link.request("GET", path, headers={**READER, **headers})
            answer = link.getresponse()
            return answer.status, answer.read().decode()

    def counted(self, sample: str) -> int:
        _, text = self.ask("/metrics", Authorization=f"Bearer {TOKEN}")
        return sum(int(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(sample))


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    server = Served(tmp_path_factory.mktemp("served"))
    for words in (("migrate", "--no-input", "--verbosity", "0"), ("collectstatic", "--no-input", "--verbosity", "0")):
        done = server.manage(*words)
        assert done.returncode == 0, done.stderr
    words = ["--config", "deploy/gunicorn.py", "--bind", f"unix:{server.folder / 'sock'}", "atlas_site.wsgi"]
    gunicorn = Path(sys.executable).with_name("gunicorn")
    process = subprocess.Popen([gunicorn, *words], cwd=ROOT, env=server.environment, stderr=subprocess.PIPE, text=True)
    server.process = process
    try:
        until(lambda: server.ask("/readyz")[0] == 200, "the server to be ready")
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def workers(process: subprocess.Popen) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.mark.full
def test_checks_are_silent_in_the_documented_set_up(served):
    done = served.manage("check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.full
def test_probes_answer_without_host_and_https(served):
    assert [served.ask(path, Host="10.0.0.1", **{"X-Forwarded-Proto": "http"}) for path in ("/healthz", "/readyz")] == [
        (200, "ok\n"), (200, "ready\n"),
    ]  # fmt: skip
    assert served.ask("/about/")[0] == 200
    assert served.ask("/about/", **{"X-Forwarded-Proto": "http"})[0] == 301


def both_kept(served: Served, *, since: float) -> bool:
    """Whether each process has written its counts since then, as it does every few seconds with its next request."""
    served.ask("/pem/")
    files = list((served.folder / "metrics").glob("*.json"))
    return len(files) == 2 and all(path.stat().st_mtime > since for path in files)


@pytest.mark.full
def test_figures_of_all_processes_add_up_and_outlive_a_killed_one(served):
    """Sums never go back, whichever process answers and although one is killed."""
    sample = 'atlas_requests_total{view="studies:about"'
    for _ in range(40):
        served.ask("/about/")
    asked = time.time()
    until(lambda: both_kept(served, since=asked), "both processes to keep their counts")
    before = [served.counted(sample) for _ in range(10)]
    assert len(set(before)) == 1
    assert before[0] >= 40
    killed = workers(served.process)[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: len({*workers(served.process)} - {killed}) == 2, "the next process")
    assert [served.counted(sample) for _ in range(10)] == before
