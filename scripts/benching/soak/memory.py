"""Memory of a server's processes over time, and whether it stays flat. The reading of /proc aside, pure."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.benching.served import children, resident

EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Sample:
    """MB of one process, so many seconds after the start: resident, and its fair share of what processes share."""

    seconds: float
    pid: int
    resident: float
    share: float


@dataclass
class Watch:
    """Looks at the workers of a server every few seconds until it is told to stop."""

    master: int
    every: float = EVERY
    samples: list[Sample] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            self._look()
            if self._done.wait(self.every):
                self._look()
                return

    def _look(self) -> None:
        passed = time.monotonic() - self._started
        for pid in children(self.master):
            self.samples.append(Sample(passed, pid, resident(pid, "VmRSS"), _share(pid)))

    def stop(self) -> list[Sample]:
        self._done.set()
        self._thread.join()
        return self.samples


def _share(pid: int) -> float:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def by_process(samples: Sequence[Sample]) -> dict[int, list[Sample]]:
    found: dict[int, list[Sample]] = {}
    for sample in samples:
        found.setdefault(sample.pid, []).append(sample)
    return found


def growth_per_hour(samples: Sequence[Sample]) -> float:
    """MB an hour of resident memory over the second half of the time, by least squares; 0 with fewer than three samples.

    The first half is when a process fills what it keeps.
    """
    middle = max((sample.seconds for sample in samples), default=0.0) / 2
    late = [(sample.seconds / 3600, sample.resident) for sample in samples if sample.seconds >= middle]
    if len(late) < 3:
        return 0.0
    mean_x, mean_y = (sum(values) / len(late) for values in zip(*late, strict=True))
    spread = sum((x - mean_x) ** 2 for x, _ in late)
    return sum((x - mean_x) * (y - mean_y) for x, y in late) / spread if spread else 0.0
