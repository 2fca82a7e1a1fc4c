"""PostgreSQL servers that tests stop, kill, start again and copy: a primary and its standbys, each in a process tree of its own.

A server listens on a socket in a private folder; `url` names it and stays the same through every stop and start.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from scripts.postgres import SYSTEM_ROOT, Server
from tests.clock import PATIENCE

# What is answered stands in a file, so that only a lack of power could take it away; and what a standby needs of its
# primary: enough of the log kept for one that was away.
SAFE = ["synchronous_commit=on", "full_page_writes=on", "wal_level=replica", "wal_keep_size=256MB"]


def until(condition: Callable[[], Any], what: str = "the condition") -> Any:
    """Wait until the condition gives something true, which is given back; it may fail until then."""
    end, last = time.monotonic() + PATIENCE, None
    while time.monotonic() < end:
        try:
            if found := condition():
                return found
        except (psycopg.Error, OSError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"Waited {PATIENCE} seconds for {what}: {last}")


class Primary(Server):
    """A server that can be stopped and started on the same data and socket. `data` may be a folder of the caller's, such as
    one on a small file system; it must be empty, and `remove()` leaves it there."""

    def __init__(
        self, *, data: Path | None = None, options: Sequence[str] = (), durable: bool = False, root: Path = SYSTEM_ROOT
    ) -> None:
        """Start it with an empty database `atlas`. `options` are `name=value` settings, which `start()` can change."""
        self._chosen = data
        super().__init__(durable=durable, options=[*SAFE, *options], root=root)

    def _create(self) -> None:
        if self._chosen is not None:
            self.data = self._chosen
            self._own(self.data)
            self.data.chmod(0o700)
        super()._create()

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def log(self) -> str:
        """What the server wrote to its log since its beginning."""
        return (self.home / "server.log").read_text(errors="replace")

    def start(self, *, options: Sequence[str] = (), wait: bool = True) -> None:
        """Start it again on the same data, with `options` after those it has; wait until it answers."""
        assert not self.is_running, "The server runs already."
        self._settings += options
        self._launch()
        if wait:
            until(self.answers, "PostgreSQL to answer")

    def answers(self) -> bool:
        """Whether a statement gets its answer. A server that ended by itself raises AssertionError with its log."""
        assert self.is_running, f"PostgreSQL ended:\n{self.log[-3000:]}"
        return self.sql("SELECT 1") == [(1,)]

    def end(self, *, immediate: bool = False) -> None:
        """Stop it and keep its data: in order (every connection is ended, all is written), or `immediate`, without either."""
        self.process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        self._gone()

    def kill(self) -> None:
        """Kill all its processes at once; what they had written to files stays."""
        for process in (self.process.pid, *self._children()):
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self._gone()

    def restart(self, *, immediate: bool = False, options: Sequence[str] = ()) -> None:
        """End it and start it."""
        self.end(immediate=immediate)
        self.start(options=options)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, none of its processes moves: a server that takes connections and never answers."""
        with ExitStack() as thawing:
            # The server itself first, so that it starts no others; and last to thaw: it would bury a process that was about
            # to end, such as that of the connection before, and there would be none of this number.
            for process in (self.process.pid, *self._children()):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGSTOP)
                    thawing.callback(os.kill, process, signal.SIGCONT)
            yield

    def sql(self, statement: str, values: Sequence[Any] = (), *, database: str = "atlas") -> list[tuple[Any, ...]]:
        """Ask the server, past Django, in a connection for this alone; its rows, none for a statement without."""
        with psycopg.connect(
            f"host={self.home} user=atlas dbname={database} connect_timeout={PATIENCE}", autocommit=True
        ) as asked:
            found = asked.execute(statement, list(values) or None)
            return found.fetchall() if found.description else []

    def remove(self) -> None:
        """Stop it in whatever state it is and remove its folder; a data folder of the caller's stays."""
        if self.is_running:
            os.kill(self.process.pid, signal.SIGCONT)
        self.stop()

    def _gone(self) -> None:
        self.process.wait(timeout=PATIENCE)
        until(lambda: not self._children(), "the last process of PostgreSQL to end")
        self._log.close()

    def _children(self) -> list[int]:
        """The processes that the server started, also those that outlive it for a moment: known by the data folder that
        they work in."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != self.process.pid:
                try:
                    if (entry / "cwd").readlink() == self.data.resolve():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found


class Standby(Primary):
    """A copy of a running primary that follows it by streaming replication and answers readers."""

    def __init__(self, primary: Primary, *, options: Sequence[str] = ()) -> None:
        """Copy the primary with pg_basebackup, start the copy and wait until it answers. `options` are added to those of
        the primary."""
        self.primary = primary
        super().__init__(options=options)

    def _create(self) -> None:
        own = self._settings
        sockets = [setting for setting in own if setting.startswith("unix_socket_directories")]
        self._settings = [*self.primary._settings, *own, *sockets]
        words = [str(self._bin / "pg_basebackup"), "-h", str(self.primary.home), "-U", "atlas", "-D", str(self.data)]
        done = subprocess.run(
            [*self._words, *words, "-R", "-X", "stream", "-c", "fast", "--no-sync"],
            env=self._environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def sql(self, statement: str, values: Sequence[Any] = (), *, database: str = "atlas") -> list[tuple[Any, ...]]:
        """Ask it as a primary is asked. What it replays may take away row versions that a question might see; it ends such a
        question, which is asked again."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return super().sql(statement, values, database=database)
            except psycopg.errors.SerializationFailure:
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)

    def _wait(self) -> None:
        until(self.answers, "the standby to answer")

    def pause_replay(self) -> None:
        """Let it stay at the state it has, however much the primary sends; return when it stands."""
        self.sql("SELECT pg_wal_replay_pause()")
        until(lambda: self.sql("SELECT pg_get_wal_replay_pause_state()") == [("paused",)], "the replay to pause")

    def resume_replay(self) -> None:
        self.sql("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Wait until it has all that the primary has written by now."""
        place = self.primary.sql("SELECT pg_current_wal_flush_lsn()::text")[0][0]
        reached = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"
        until(lambda: self.sql(reached, [place]) == [(True,)], "the standby to catch up")

    def promote(self) -> None:
        """Make it a primary of its own, which takes writes."""
        self.sql("SELECT pg_promote(true, 60)")
        until(lambda: self.sql("SELECT pg_is_in_recovery()") == [(False,)], "the standby to be promoted")


@contextmanager
def primary(**wishes: Any) -> Iterator[Primary]:
    """A primary for the length of a with block; wishes as of `Primary`."""
    server = Primary(**wishes)
    try:
        yield server
    finally:
        server.remove()


@contextmanager
def standby(of: Primary, **wishes: Any) -> Iterator[Standby]:
    """A standby for the length of a with block."""
    server = Standby(of, **wishes)
    try:
        yield server
    finally:
        server.remove()
