"""A real server that is killed at random moments and started again, while contributors go on sending."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from scripts.benching.sender import Sender
from scripts.benching.served import ROOT, environment
from tests.clock import PATIENCE

INSIDE = """
import json, django
django.setup()
from contributions import messages
from contributions.models import Contribution, Event, Message
rows = Contribution.objects.prefetch_related("messages")
print(json.dumps({
    "texts": [[entry.content["text"] for entry in messages.read(row)] for row in rows],
    "messages": Message.objects.count(),
    "events": sorted(Event.objects.values_list("contribution_id", "action")),
    "contributions": sorted(rows.values_list("pk", flat=True)),
}))
"""


class Killed:
    """gunicorn with the configuration of scripts/run. The listening socket is ours, so nobody is turned away for good."""

    def __init__(self, database_url: str, data: Path, seed: int) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.environment = environment(database_url, data) | {
            "ATLAS_TRUSTED_PROXIES": "1",
            "ATLAS_URL": f"http://127.0.0.1:{self.port}",
            "LOG_LEVEL": "DEBUG",
        }
        self.output = (data / "output.log").open("ab")
        self.chance = random.Random(seed)  # noqa: S311 - the same moments in every run
        self.kills = 0
        self._posts, self._next = 0, self.chance.randint(5, 20)
        self._timers: list[threading.Timer] = []
        self._lock = threading.Lock()
        self.run("manage.py", "migrate", "--verbosity", "0")
        self.run("manage.py", "collectstatic", "--noinput", "--verbosity", "0")
        self.process = self._start()

    def run(self, *words: str) -> str:
        """A command of the project on the same database; raises where it fails."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def inside(self) -> dict:
        """What the database holds, decrypted."""
        return json.loads(self.run("-c", INSIDE))

    def _start(self) -> subprocess.Popen:
        words = ["--config", f"file:{ROOT / 'scripts' / 'serving.py'}", "--bind", f"fd://{self.listener.fileno()}"]
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *words, "atlas_site.wsgi"],
            cwd=ROOT,
            env=self.environment,
            pass_fds=[self.listener.fileno()],
            stdout=self.output,
            stderr=self.output,
            start_new_session=True,
        )

    def about_to_send(self) -> None:
        """A contributor presses the button. After a random number of them the server dies, a few milliseconds later."""
        with self._lock:
            self._posts += 1
            if self._posts < self._next:
                return
            self._next += self.chance.randint(8, 25)
            timer = threading.Timer(self.chance.uniform(0, 0.12), self._kill)
            self._timers.append(timer)
        timer.start()

    def let_live(self) -> None:
        """Wait until nobody is about to kill it; from here on it is left alone unless somebody sends again."""
        for timer in self._timers:
            timer.join()

    def _kill(self) -> None:
        with self._lock:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.kills += 1
            self.process = self._start()

    def stop(self) -> None:
        with self._lock:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.listener.close()
        self.output.close()


class Contributor:
    """Somebody who sends one text and does not give up until they hold a receipt."""

    def __init__(self, server: Killed, number: int) -> None:
        self.server, self.text = server, f"qzxkilled-{number}-qzx"
        self.sender = Sender(server.port, f"10.{number // 200}.{number % 200}.9", timeout=PATIENCE)
        self.values: dict[str, str] = {}
        self.tries: list[str] = []  # what came back: "200", another status, or the name of the fault
        self.words = ""

    def send(self, *, until: float) -> None:
        while not self.words and time.monotonic() < until:
            try:
                self.values = self.values or self.sender.form()
                self.server.about_to_send()
                reply = self.sender.send(self.values, self.text)
                self.tries.append(str(reply.status))
                self.words = reply.words
            except Exception as error:  # noqa: BLE001 - whatever the network says, a person tries again
                self.tries.append(type(error).__name__)
                time.sleep(0.1)
