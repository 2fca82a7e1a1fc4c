"""scripts/run as its users start it: a process of its own, with its own data folder, on a free port."""

import os
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OURS = (
    "ATLAS_",
    "DATABASE_",
    "DJANGO_",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DEBUG",
    "ADMIN_PATH",
    "CACHE_URL",
    "EMAIL_URL",
)
READY = re.compile(r"Atlas ready at (http://127\.0\.0\.1:\d+)/")
LOGIN = re.compile(r"^  (\w+) \(\w+\): (http\S+)$")


@contextmanager
def short_folder(name: str) -> Iterator[Path]:
    """A folder that every account may enter, with a path short enough for a socket; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"atlas-{name}-", dir="/tmp", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


def bare_environment() -> dict[str, str]:
    """This process's environment without what the test suite put there for itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


class Running:
    """A started atlas: `url`, `logins` (user name to one-time link) and `lines` (what it printed)."""

    def __init__(
        self, data: Path, *, timeout: float = 600, environment: dict[str, str] | None = None, root: Path = ROOT
    ) -> None:
        """Start it and wait until it says that it is ready; a start that ends before raises AssertionError with its lines."""
        words = [str(root / "scripts" / "run"), "--port", "0", "--data", str(data)]
        self.lines: list[str] = []
        self.logins: dict[str, str] = {}
        self.url = ""
        self._data, self._root = data, root
        self.process = subprocess.Popen(
            words, env=environment or bare_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._heard = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._heard.wait(timeout)
        if not self.url:
            self.stop()
            raise AssertionError("scripts/run did not become ready:\n" + "\n".join(self.lines))

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            if login := LOGIN.match(self.lines[-1]):
                self.logins[login[1]] = login[2]
            if ready := READY.search(line):
                self.url = ready[1]
                self._heard.set()
        self._heard.set()

    def manage(self, *words: str) -> str:
        """Run a command of manage.py on this site's data; what it printed."""
        variables = {"ATLAS_DATA_DIR": str(self._data), "ATLAS_URL": self.url}
        python = self._root / ".venv" / "bin" / "python"
        done = subprocess.run(
            [python, "manage.py", *words],
            cwd=self._root,
            env={**bare_environment(), **variables},
            capture_output=True,
            text=True,
            timeout=600,
            check=True,
        )
        return done.stdout

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        code = self.process.wait(timeout=600)
        self._reader.join(timeout=600)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code
