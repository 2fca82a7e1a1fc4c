"""A fresh Debian in a folder, started with its own systemd (debootstrap and systemd-nspawn; needs root)."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

SHELL = [
    "systemd-run",
    "--quiet",
    "--pipe",
    "--wait",
    "--collect",
    "--setenv=HOME=/root",
    "--setenv=DEBIAN_FRONTEND=noninteractive",
]
PATIENCE = 120  # seconds until it has started
# What one machine fetched the next one need not fetch again; nothing else of it is there.
FETCHED = {"archives": "/var/cache/apt/archives", "cache": "/root/.cache"}


class TryFailed(Exception):
    """A step failed; the message names it."""


def made(folder: Path, suite: str, name: str) -> Path:
    """The folder `name` with a Debian as its installer leaves it; made once and copied from then on."""
    base, fresh = folder / suite, folder / name
    if not (base / "complete").exists():
        shutil.rmtree(base, ignore_errors=True)
        subprocess.run(["debootstrap", "--include=dbus", suite, base], check=True, stdout=subprocess.DEVNULL)
        (base / "complete").touch()
    subprocess.run(["rm", "-rf", "--one-file-system", str(fresh)], check=True)
    subprocess.run(["cp", "--archive", str(base), str(fresh)], check=True)
    return fresh


class Machine:
    """A started one. `run` gives a script to a root shell in it, under its own systemd."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes]) -> None:
        self.root, self.process = root, process

    @property
    def _leader(self) -> str:
        """The number of its first process here; empty while there is none."""
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            return children[0] if children else ""
        return ""

    def _words(self, words: list[str]) -> list[str]:
        return ["nsenter", f"--target={self._leader}", "--all", "--", *words]

    def wait(self) -> None:
        """Until systemd says that it has started, be it with a unit that failed."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            if self._leader:
                words = self._words(["systemctl", "is-system-running"])
                said = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
                if said in {"running", "degraded"}:
                    return
            time.sleep(0.5)
        raise TryFailed("The machine did not start.")

    def run(self, script: str, variables: dict[str, str], given: str = "") -> tuple[int, str]:
        """The exit code of the script, and all it said. `given` is what it can read as its input."""
        (self.root / "root" / "script").write_text(script)
        setting = [f"--setenv={name}={value}" for name, value in variables.items()]
        words = self._words([*SHELL, *setting, "bash", "/root/script"])
        done = subprocess.run(
            words, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        return done.returncode, done.stdout

    def stop(self) -> None:
        """Switch it off, and not gently where that takes long."""
        if self._leader:
            subprocess.run(self._words(["systemctl", "poweroff"]), check=False, capture_output=True)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)


@contextlib.contextmanager
def started(root: Path, shared: dict[str, Path]) -> Iterator[Machine]:
    """The machine for the length of a with block; `shared` are folders of this one that it may read, by their places there."""
    seen = [f"--bind-ro={here}:{there}" for there, here in shared.items()]
    for name, place in FETCHED.items():
        (root.parent / name).mkdir(exist_ok=True)
        seen.append(f"--bind={root.parent / name}:{place}")
    words = ["systemd-nspawn", "--boot", f"--directory={root}", "--register=no", "--keep-unit", "--quiet", *seen]
    log = root.with_suffix(".log").open("wb")
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=dict(os.environ))
    machine = Machine(root, process)
    try:
        machine.wait()
        yield machine
    finally:
        machine.stop()
        log.close()
