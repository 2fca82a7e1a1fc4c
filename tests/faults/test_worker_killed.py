"""SIGKILL to single worker processes of a running server while people send: every receipt opens, nothing is there twice."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.benching.served import ROOT, children
from scripts.postgres import serving
from tests.canary.killing import Contributor, Killed
from tests.clock import PATIENCE
from tests.environment import engine
from tests.servers import until

pytestmark = pytest.mark.full
NUMBER, AT_ONCE, SEED = 60, 6, 20261127


class WorkerKilled(Killed):
    """gunicorn as on a server, with two workers, of which one is killed; the other one and the master go on."""

    def _start(self):
        words = ["--config", f"file:{ROOT / 'deploy' / 'gunicorn.py'}", "--bind", f"fd://{self.listener.fileno()}"]
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words, "atlas_site.wsgi"],
            cwd=ROOT,
            env=self.environment,
            pass_fds=[self.listener.fileno()],
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
        )

    def _kill(self):
        with self._lock:
            until(self._worker_was_hit, "a worker to kill")
            self.kills += 1

    def _worker_was_hit(self) -> bool:
        """Whether there was one; that of the last kill may be listed until its master buries it."""
        workers = children(self.process.pid)
        if workers:
            os.kill(self.chance.choice(workers), signal.SIGKILL)
        return bool(workers)


@pytest.fixture
def database(tmp_path):
    if engine() == "sqlite":
        yield f"sqlite:///{tmp_path / 'atlas.sqlite3'}"
    else:
        with serving() as server:
            yield server.url


@pytest.fixture
def server(database, tmp_path):
    running = WorkerKilled(database, tmp_path, SEED)
    yield running
    running.stop()


def test_no_receipt_is_lost_when_a_worker_is_killed(server, tmp_path):
    people, latest = [Contributor(server, number) for number in range(NUMBER)], time.monotonic() + PATIENCE
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda person: person.send(until=latest), people))
    server.let_live()
    assert [person.text for person in people if not person.words] == []
    assert server.kills >= 2
    assert server.process.poll() is None, "the master of the workers lives through it all"
    pages = [person.sender.open(person.words) for person in people]
    assert [page.text.count(person.text) for page, person in zip(pages, people, strict=True)] == [1] * NUMBER
    held = server.inside()
    assert sorted(held["texts"]) == sorted([person.text] for person in people)
    assert (held["messages"], len(held["events"])) == (NUMBER, NUMBER)
    server.run("manage.py", "verify_history")
    assert "qzxkilled" not in (tmp_path / "output.log").read_text()
