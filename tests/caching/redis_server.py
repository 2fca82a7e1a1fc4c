"""A Redis that tests stop, freeze, empty and fill, set up as docs/operations.md tells."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.ports import quiet_port
from tests.servers import until

SERVER = shutil.which("redis-server")
PASSWORD = "a-long-password-for-tests"


class Redis:
    """One server in a folder of its own. `url` is for CACHE_URL and stays the same through every stop and start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, quiet_port()
        self.url = f"redis://:{PASSWORD}@127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        """Start it with nothing in it; return when it answers."""
        settings = {
            "port": str(self.port), "bind": "127.0.0.1", "requirepass": PASSWORD, "save": "", "appendonly": "no",
            "maxmemory": "256mb", "maxmemory-policy": "allkeys-lru", "dir": str(self.folder),
        }  # fmt: skip
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        with (self.folder / "redis.log").open("ab") as log:
            self.process = subprocess.Popen([str(SERVER), *words], stdout=log, stderr=log)
        until(self._answers, "Redis to answer")

    def end(self) -> None:
        """Stop it; what it held is gone."""
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(timeout=120)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, it takes connections and never answers."""
        os.kill(self.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.process.pid, signal.SIGCONT)

    @contextmanager
    def full(self) -> Iterator[None]:
        """Inside, it takes nothing more and drops nothing either."""
        self.ask("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.ask("CONFIG", "SET", "maxmemory", "1")
        try:
            yield
        finally:
            self.ask("CONFIG", "SET", "maxmemory", "256mb")
            self.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")

    def ask(self, *words: str) -> object:
        """The answer to one command, in a connection for this alone."""
        with redis.Redis(port=self.port, password=PASSWORD, socket_timeout=60) as client:
            return client.execute_command(*words)

    def held(self) -> dict[bytes, bytes]:
        """Every key of every database with its value. One that is no text is a ValueError: the atlas writes none."""
        found = {}
        with redis.Redis(port=self.port, password=PASSWORD, socket_timeout=60) as client:
            assert set(client.info("keyspace")) <= {"db0"}
            for key in client.scan_iter("*"):
                if (kind := client.type(key)) not in {b"string", b"none"}:
                    raise ValueError(f"{key!r} is a {kind!r}.")
                found[key] = client.get(key) or b""
        return found

    def _answers(self) -> bool:
        assert self.process.poll() is None, (self.folder / "redis.log").read_text()[-3000:]
        try:
            return self.ask("PING") in {True, b"PONG"}
        except redis.RedisError:
            return False
