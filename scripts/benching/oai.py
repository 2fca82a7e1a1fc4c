"""A harvest of the whole atlas by OAI-PMH through its tokens: whether the last pages cost what the first ones cost."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from scripts.benching.figures import percentile, verdict
from scripts.benching.served import Answer, Server

FORMATS = ("oai_dc", "mods")
LATE_TARGET = 1.25  # the last tenth of all pages to the first tenth, at most
HEAD = (
    "studies", "database", "format", "pages", "seconds", "records a second", "MB", "first pages ms", "last pages ms",
    "last to first", "target",
)  # fmt: skip

_TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)<")


def harvested(server: Server) -> dict[str, dict[str, float]]:
    """By format: pages, records, seconds on the clock, megabytes, and milliseconds of a page early and late."""
    return {prefix: _summed(*_harvest(server, prefix)) for prefix in FORMATS}


def _harvest(server: Server, prefix: str) -> tuple[list[Answer], float]:
    """All pages without their bodies but the sizes, and the seconds they took."""
    started, answers, more = time.perf_counter(), [], f"metadataPrefix={prefix}"
    while more:
        answer = server.get(f"/oai/?verb=ListRecords&{more}")
        found = _TOKEN.search(answer.body)
        more = f"resumptionToken={quote(found[1].decode())}" if found else ""
        counts = (len(answer.body), answer.body.count(b"<record>"))
        answers.append(Answer(answer.status, b"%d %d" % counts, answer.clock, answer.cpu))
    return answers, time.perf_counter() - started


def _summed(answers: Sequence[Answer], seconds: float) -> dict[str, float]:
    tenth = max(1, len(answers) // 10)
    sizes, records = zip(*(map(int, answer.body.split()) for answer in answers), strict=True)
    return {
        "pages": len(answers),
        "records": sum(records),
        "seconds": seconds,
        "megabytes": sum(sizes) / 1e6,
        "first": percentile([answer.cpu for answer in answers[:tenth]], 0.5),
        "last": percentile([answer.cpu for answer in answers[-tenth - 1 : -1] or answers], 0.5),
    }


def table_rows(runs: Iterable[tuple[int, str, Mapping[str, Any]]]) -> list[list[object]]:
    """Rows for `HEAD` of (studies, database, run). Milliseconds are of processor time; the short last page does not count."""
    rows: list[list[object]] = []
    for size, engine, run in runs:
        for prefix, found in run.get("harvest", {}).items():
            late = found["last"] / found["first"]
            cells = [
                f"{found['seconds']:.1f}",
                f"{found['records'] / found['seconds']:.0f}",
                f"{found['megabytes']:.1f}",
            ]
            cells += [f"{found['first']:.1f}", f"{found['last']:.1f}", f"{late:.2f}"]
            verdict_ = f"≤ {LATE_TARGET:g}, {verdict(late, LATE_TARGET)}"
            rows.append([f"{size:,}", engine, prefix, f"{found['pages']:,}", *cells, verdict_])
    return rows
