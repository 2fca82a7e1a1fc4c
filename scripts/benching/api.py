"""Lists of a hundred studies through the API beside the bare JSON of the same rows."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from scripts.benching import measure
from scripts.benching.figures import at_least, percentile
from scripts.benching.mix import Ask
from scripts.benching.served import Server

if TYPE_CHECKING:
    from scripts.benching.run import Place

PAGES, MOST = 20, 100
RATIO_TARGET = 0.5  # of the bare JSON's requests a second, at least
HEAD = (
    "studies", "database", "answers", "API requests a second", "bare JSON requests a second", "API to bare JSON", "target",
)  # fmt: skip


def measured(place: "Place", ours: Server, rounds: int, forget: Callable[[], None]) -> dict[str, dict[str, float]]:
    """Requests that a second of processor time answers: those asked for the first time in a public state, and kept ones."""
    with place.gunicorn("scripts.benching.rivals.bare_json:application") as bare:
        servers = {"ours": (ours, api_path), "bare": (bare, bare_path)}
        asks = [Ask("list", cursor) for cursor in cursors(ours)]
        runs = {"new": forget, "kept": lambda: None}
        return {name: _rates(measure.search_times(servers, asks, rounds, each)) for name, each in runs.items()}


def cursors(ours: Server) -> list[str]:
    """Those of the pages of a hundred, newest paper first, from the second page on; pages that are full."""
    found, page = [], json.loads(ours.get("/api/v1/studies?limit=100").body)
    while page["next_cursor"] and len(found) < PAGES:
        found.append(page["next_cursor"])
        page = json.loads(ours.get(f"/api/v1/studies?limit=100&cursor={found[-1]}").body)
    return found if len(page["studies"]) == MOST else found[:-1]


def api_path(ask: Ask) -> str:
    return f"/api/v1/studies?limit={MOST}&cursor={ask.q}"


def bare_path(ask: Ask) -> str:
    """The same place by the day and id in the cursor."""
    text = ask.q.partition(".")[0]
    _, id_, day, _ = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return f"/studies?day={date.fromordinal(day)}&id={id_}"


def _rates(times: Mapping[str, measure.Measured]) -> dict[str, float]:
    return {name: 1000 / percentile([cpu for _, _, cpu in found], 0.5) for name, found in times.items()}


def table_rows(runs: Iterable[tuple[int, str, Mapping[str, Any]]]) -> list[list[object]]:
    """Rows for `HEAD` of (studies, database, run)."""
    rows: list[list[object]] = []
    for size, engine, run in runs:
        for answers, found in run.get("api", {}).items():
            ratio = found["ours"] / found["bare"]
            goal = f"≥ {RATIO_TARGET:g}, {at_least(ratio, RATIO_TARGET)}"
            rows.append(
                [f"{size:,}", engine, answers, f"{found['ours']:.0f}", f"{found['bare']:.0f}", f"{ratio:.2f}", goal]
            )
    return rows
