"""Lighthouse's own judgement of pages of the sample atlas, in the Chromium of this machine; no server but ours is asked."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from scripts import tools

# Of the list what search engines may keep; answers to single searches ask them not to.
PAGES = {"home": "/", "list": "/evidence/", "study": "/evidence/vernon-2025-incidence-prevalence/"}
TIMED = "performance"
ATTEMPTS = 3  # on a busy machine the browser sometimes starts too late for its own trace
JUDGED = ("accessibility", "best-practices", "seo")
TARGETS = {TIMED: 98, **dict.fromkeys(JUDGED, 100)}
HEAD = ("page", "performance", "of three", "target", "accessibility", "best practices", "SEO", "target")


def audited(url: str, categories: Iterable[str]) -> dict[str, Any]:
    """Lighthouse's whole report of one visit. Raises RuntimeError where it could not look at the page in three attempts."""
    chosen = tuple(categories)
    for _ in range(ATTEMPTS):
        found, errors = _asked(url, chosen)
        if found and "runtimeError" not in found:
            return found
    raise RuntimeError(found.get("runtimeError", {}).get("message") or errors)


def _asked(url: str, categories: Iterable[str]) -> tuple[dict[str, Any], str]:
    """The report of one attempt, empty where there was none, and what was written to standard error."""
    with tempfile.TemporaryDirectory(prefix="atlas-lighthouse-") as folder:
        report = Path(folder) / "report.json"
        words = [
            shutil.which("node") or "node", str(tools.lighthouse()), url, "--quiet", "--no-enable-error-reporting",
            "--output=json", f"--output-path={report}", f"--only-categories={','.join(categories)}",
            f"--chrome-flags={' '.join(['--headless=new', *tools.CHROMIUM_FLAGS])}",
        ]  # fmt: skip
        environment = {**os.environ, "CHROME_PATH": tools.chromium() or "", "TMPDIR": folder}
        done = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        return json.loads(report.read_text()) if report.exists() else {}, done.stderr


def scores(report: Mapping[str, Any]) -> dict[str, int]:
    """Category to points out of a hundred."""
    return {name: round(100 * found["score"]) for name, found in report["categories"].items()}


def lost(report: Mapping[str, Any]) -> list[str]:
    """What cost points, in Lighthouse's words."""
    counted = {
        part["id"] for category in report["categories"].values() for part in category["auditRefs"] if part["weight"]
    }
    audits = [audit for name, audit in report["audits"].items() if name in counted]
    return [f"{one['id']}: {one['title']}" for one in audits if one["score"] is not None and one["score"] < 1]


@contextlib.contextmanager
def sample_atlas() -> Iterator[str]:
    """The address of the sample atlas as `scripts/run` serves it, from a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="atlas-bench-") as folder:
        command = [sys.executable, str(tools.ROOT / "scripts" / "run"), "--port", "0", "--data", folder]
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=kept, cwd=tools.ROOT) as process:
            found = (re.search(r"Atlas ready at (\S+?)/?$", line.strip()) for line in process.stdout or ())
            try:
                yield next(match[1] for match in found if match)
            finally:
                process.terminate()
                process.communicate(timeout=60)


def measured(url: str, times: int = 3) -> dict[str, dict[str, list[int]]]:
    """Page to category to the points of each visit, of a site that runs at `url`."""
    found = {}
    for name, path in PAGES.items():
        runs = [scores(audited(url + path, TARGETS)) for _ in range(times)]
        found[name] = {category: [run[category] for run in runs] for category in TARGETS}
    return found


def table_rows(found: Mapping[str, Mapping[str, list[int]]]) -> list[list[object]]:
    """Rows for `HEAD`; medians, and for what is timed each run beside it."""
    return [[name, *_timed(points[TIMED]), *_judged(points)] for name, points in found.items()]


def _timed(points: list[int]) -> list[object]:
    middle, least = median(points), TARGETS[TIMED]
    return [f"{middle:g}", ", ".join(map(str, points)), f"≥ {least}, {'met' if middle >= least else 'missed'}"]


def _judged(points: Mapping[str, list[int]]) -> list[object]:
    lowest = {name: min(points[name]) for name in JUDGED}
    return [*lowest.values(), f"100, {'met' if min(lowest.values()) == 100 else 'missed'}"]
