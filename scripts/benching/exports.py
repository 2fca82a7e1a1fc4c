"""The whole atlas as one file, piece by piece: records a second, and the memory that the process comes to.

Memory is what the process has for itself, looked at after every piece. Pages of the database's file that SQLite maps into it
belong to the system, which takes them back whenever others want them; they are left out.
"""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scripts.benching.figures import verdict

if TYPE_CHECKING:
    from scripts.benching.run import Place

FORMATS = ("ris", "csv", "json")
MEMORY_TARGET = 100  # MB, however many studies
HEAD = (
    "studies", "database", "format", "seconds", "of processor time", "records a second", "MB", "memory at the start", "peak",
    "target",
)  # fmt: skip


def export(suffix: str) -> dict[str, float]:
    """Studies, seconds and megabytes of the file of all studies; megabytes of memory before it and at most."""
    from studies.exporting import FORMATS as WRITERS
    from studies.exporting import origin_now, stream
    from studies.models import Study

    ids = list(Study.objects.published().newest_first().values_list("pk", flat=True).iterator())
    before, peak, size = _memory(), 0.0, 0
    started, cpu = time.perf_counter(), time.process_time()
    for piece in stream(ids, WRITERS[suffix], origin_now()):
        size += len(piece)
        peak = max(peak, _memory())
    clock, cpu = time.perf_counter() - started, time.process_time() - cpu
    found = {"records": len(ids), "seconds": clock, "cpu": cpu, "size": size / 1e6}
    return {**found, "before": before, "peak": peak}


def _memory() -> float:
    """Megabytes of the process's own, as the system counts them now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


QUESTIONS = {"export": export}


def measured(place: "Place") -> dict[str, dict[str, float]]:
    """By format, each in a process of its own."""
    return {suffix: place.ask("export", suffix) for suffix in FORMATS}


def table_rows(runs: Iterable[tuple[int, str, Mapping[str, Any]]]) -> list[list[object]]:
    """Rows for `HEAD` of (studies, database, run)."""
    return [
        [
            f"{size:,}", engine, suffix, f"{found['seconds']:.1f}", f"{found['cpu']:.1f}",
            f"{found['records'] / found['seconds']:,.0f}",
            f"{found['size']:.1f}", f"{found['before']:.0f} MB", f"{found['peak']:.0f} MB",
            f"≤ {MEMORY_TARGET} MB, {verdict(found['peak'], MEMORY_TARGET)}",
        ]
        for size, engine, run in runs
        for suffix, found in run.get("exports", {}).items()
    ]  # fmt: skip
