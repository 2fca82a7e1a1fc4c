"""The figures of the private side as tables, between markers of their own in `docs/performance.md`. Pure."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from scripts.benching.figures import percentile, verdict
from scripts.benching.tables import ENGINES, Row, table

BEGIN, END = "<!-- messages: written by scripts/bench -->", "<!-- end of messages -->"
WAYS = {
    "single": "one client, one after another",
    "paused": "16 clients, each about every two seconds",
    "flat": "16 clients without a pause",
}
QUEUE_QUERIES, QUEUE_RATIO, LOAD_RATIO = 12, 2.0, 3.0


def figures(results: Mapping[str, Any]) -> str:
    """All tables; a sentence where nothing was measured."""
    runs = results.get("messages", {})
    if not runs:
        return "Not measured yet."
    return "\n\n".join([_machine(runs), _queue(runs), _sending(runs), _steps(runs)])


def _machine(runs: Mapping[str, Any]) -> str:
    machine = next(iter(runs.values()))["machine"]
    return (
        f"Measured on {machine['date']} at revision {machine['revision']}: {machine['cpu']}, {machine['cores']} cores, "
        f"{machine['system']}, Python {machine['python']}. Command: `{machine['command']}`."
    )


def _queue(runs: Mapping[str, Any]) -> str:
    rows: list[Row] = []
    for engine, run in runs.items():
        first = run["inside"][min(run["inside"], key=int)]["queue"]["ms"]
        for size, found in run["inside"].items():
            queue, ratio = found["queue"], found["queue"]["ms"] / first
            rows.append(
                [
                    ENGINES[engine],
                    f"{int(size):,}",
                    queue["queries"],
                    f"≤ {QUEUE_QUERIES}, {verdict(queue['queries'], QUEUE_QUERIES)}",
                    f"{queue['ms']:.1f}",
                    f"{ratio:.2f}",
                    f"≤ {QUEUE_RATIO:g}, {verdict(ratio, QUEUE_RATIO)}",
                ]
            )
    head = ["database", "open messages", "queries", "target", "median ms", "beside the fewest", "target"]
    return "### The queue\n\n" + table(head, rows)


def _sending(runs: Mapping[str, Any]) -> str:
    rows: list[Row] = []
    for engine, run in runs.items():
        single = median(run["sending"]["single"]["times"])
        for way, named in WAYS.items():
            part = run["sending"][way]
            p50, lost = median(part["times"]), part["sent"] - part["opened"]
            goal = "" if way == "single" else f"≤ {LOAD_RATIO:g}, {verdict(p50 / single, LOAD_RATIO)}"
            cells = [f"{p50:.0f}", f"{percentile(part['times'], 0.95):.0f}", f"{p50 / single:.2f}", goal]
            rows.append([ENGINES[engine], named, *cells, part["sent"], lost])
    head = ["database", "who sends", "p50 ms", "p95", "beside one client", "target", "sent", "lost"]
    return "### From the button to the receipt\n\n" + table(head, rows)


def _steps(runs: Mapping[str, Any]) -> str:
    rows: list[Row] = []
    names = list(next(iter(next(iter(runs.values()))["inside"].values()))["steps"])
    for name in names:
        counts = [found["steps"][name] for run in runs.values() for found in run["inside"].values()]
        rows.append([name, *counts, "yes" if _is_constant(runs, name) else "no"])
    heads = [f"{ENGINES[engine]}, {int(size):,}" for engine, run in runs.items() for size in run["inside"]]
    return "### Queries of each step, by number of open messages\n\n" + table(["step", *heads, "constant"], rows)


def _is_constant(runs: Mapping[str, Any], name: str) -> bool:
    """Whether the number of queries is the same at every size of a database."""
    return all(len({found["steps"][name] for found in run["inside"].values()}) == 1 for run in runs.values())
