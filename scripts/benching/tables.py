"""Tables in Markdown, and the words and shapes that all reports share. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scripts.benching.figures import percentile

ENGINES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
CLOCK, CPU = 1, 2  # places in a measured request: kind, milliseconds on the clock, milliseconds of processor time
Row = Sequence[object]


def table(head: Row, rows: Iterable[Row]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def runs(results: Mapping[str, Any]) -> list[tuple[int, str, Mapping[str, Any]]]:
    """(size, engine, run), smallest first."""
    named = ((*key.split(" "), run) for key, run in results.get("search", {}).items())
    return sorted(((int(size), engine, run) for size, engine, run in named), key=lambda item: item[:2])


def p50_p95(times: Iterable[Sequence[Any]], measure: int = CLOCK) -> tuple[float, float]:
    """Of requests given as (kind, milliseconds on the clock, milliseconds of processor time)."""
    values = [each[measure] for each in times]
    return percentile(values, 0.5), percentile(values, 0.95)
