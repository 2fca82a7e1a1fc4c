"""The table at the top of `docs/performance.md`: each target, what was measured, and whether it is met. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scripts.benching import api, exports, files, kept, lighthouse, matching, message_report, oai
from scripts.benching.figures import at_least, growth, percentile, verdict
from scripts.benching.soak import soak_report
from scripts.benching.tables import CPU, ENGINES, p50_p95, runs, table

BEGIN, END = "<!-- targets: written by scripts/bench -->", "<!-- end of targets -->"
# Ours divided by the other in processor time, p50 and p95, at most; plain SQL is PostgreSQL's.
RATIOS = {
    ("sql", 10_000): (2.3, 1.1),
    ("sql", 100_000): (0.9, 0.7),
    ("sql", 1_000_000): (0.2, 0.6),
    ("datasette", 10_000): (0.4, 0.05),
    ("datasette", 100_000): (0.35, 0.11),
    ("tantivy", 10_000): (6.0, 8.0),
    ("tantivy", 100_000): (4.5, 8.0),
    ("tantivy", 1_000_000): (1.5, 9.0),
}
OTHERS = {"sql": "best plain SQL", "tantivy": "tantivy", "datasette": "Datasette"}
GROWTH, SPREAD, STUDY = 0.5, 3.0, 1.25
MEMORY, IMPORT, IMPORT_MEMORY, SAMPLE, START = 200, 300, 300, 30, 3
WEIGHTS = {"list": (40, 10), "study": (30, 8)}  # KB of HTML, raw and compressed
QUERIES = {"list": 14, "study": 12}
HEAD = ("what", "where", "measured", "target", "")

Results = Mapping[str, Any]
Target = tuple[str, str, str, str, str]  # as HEAD


def figures(results: Results) -> str:
    """How many targets are met, those that are not, and the table of all."""
    rows = list(targets(results))
    missed = [f"{what} ({where}): {measured}, {how}" for what, where, measured, _, how in rows if how != "met"]
    counted = f"{len(rows) - len(missed)} of {len(rows)} targets are met."
    said = f"{counted} Not met: {'; '.join(missed)}." if missed else counted
    return f"{said}\n\n{table(HEAD, rows)}"


def targets(results: Results) -> Iterator[Target]:
    """All of them, in the order of the plan."""
    for size, engine, run in runs(results):
        yield from _ratios(size, engine, run)
    yield from _growth(results)
    for size, engine, run in runs(results):
        yield from _of_one_run(f"{size:,} {ENGINES[engine]}", run)
    yield from _pages(results)
    yield from _upkeep(results)
    yield from _apart(results)


def most(what: str, where: str, value: float, target: float, shown: str = "{:.2f}") -> Target:
    how = verdict(value, target) if target else ("met" if value <= 0 else "missed")
    return what, where, shown.format(value), f"≤ {target:g}" if target else "0", how


def least(what: str, where: str, value: float, target: float, shown: str = "{:.2f}") -> Target:
    return what, where, shown.format(value), f"≥ {target:g}", at_least(value, target)


def _ratios(size: int, engine: str, run: Results) -> Iterator[Target]:
    ours = p50_p95(run["times"]["ours"], CPU)
    for name, words in OTHERS.items():
        bounds = RATIOS.get((name, size)) if engine == "postgres" or name != "sql" else None
        if bounds and name in run["times"]:
            other = p50_p95(run["times"][name], CPU)
            for place, part in enumerate(("p50", "p95")):
                where = f"{size:,} {ENGINES[engine]}"
                yield most(f"list page beside {words}, {part}", where, ours[place] / other[place], bounds[place])


def _growth(results: Results) -> Iterator[Target]:
    for engine, words in ENGINES.items():
        by_size = {size: p50_p95(run["times"]["ours"], CPU)[0] for size, name, run in runs(results) if name == engine}
        exponent = growth(by_size)
        if exponent is not None:
            where = f"{min(by_size):,} to {max(by_size):,} {words}"
            yield most("list page, growth exponent of p50", where, exponent, GROWTH)


def _of_one_run(where: str, run: Results) -> Iterator[Target]:
    p50, p95 = p50_p95([each for each in run["times"]["ours"] if each[0] != "phrase"], CPU)
    yield most("list page without phrases, p95 to p50", where, p95 / p50, SPREAD)
    if "study" in run:
        ours, bare = (p50_p95(run["study"][name], CPU)[0] for name in ("ours", "bare"))
        yield most("study page made anew, beside a bare Django page", where, ours / bare, STUDY)
    for answers, found in run.get("api", {}).items():
        ratio = found["ours"] / found["bare"]
        yield least(f"100 studies by the API ({answers}), beside bare JSON", where, ratio, api.RATIO_TARGET)
    for format_, found in run.get("harvest", {}).items():
        late = found["last"] / found["first"]
        yield most(f"OAI-PMH, {format_}, last pages to first", where, late, oai.LATE_TARGET)
    for suffix, found in run.get("exports", {}).items():
        yield most(f"the atlas as {suffix}, memory in MB", where, found["peak"], exports.MEMORY_TARGET, "{:.0f}")
    yield from _kept(where, run.get("kept", {}).get("answers", {}))


def _kept(where: str, answers: Results) -> Iterator[Target]:
    for name, (other, bound) in kept.TARGETS.items() if answers else ():
        yield least(
            f"{name}, beside {other}, requests a second", where, answers[name]["few"] / answers[other]["few"], bound
        )
    for name in kept.TARGETS if answers else ():
        spread = answers[name]["many"] / answers[name]["few"]
        yield least(f"{name}, 64 connections beside 8", where, spread, kept.MANY_TARGET)
        yield most(f"{name}, errors", where, answers[name]["errors"], 0, "{:.0f}")


def _pages(results: Results) -> Iterator[Target]:
    for name, page in results.get("pages", {}).items():
        if name in WEIGHTS:
            raw, packed = WEIGHTS[name]
            yield most(f"{name} page, KB of HTML", "", page["bytes"] / 1000, raw, "{:.1f}")
            yield most(f"{name} page, KB compressed", "", page["gzip"] / 1000, packed, "{:.1f}")
        if name in QUERIES:
            yield most(f"{name} page, queries", "", page["queries"], QUERIES[name], "{:.0f}")


def _upkeep(results: Results) -> Iterator[Target]:
    found = {**results.get("upkeep", {}), **results.get("memory", {})}
    bounds = {
        "memory": ("memory of a process after {requests:,} mixed requests, MB", MEMORY, "{:.0f}"),
        "import_memory": ("memory of an import of {imported:,} records, MB", IMPORT_MEMORY, "{:.0f}"),
        "load_sample": ("`load_sample`, seconds", SAMPLE, "{:.1f}"),
        "second_start": ("second start of `scripts/run`, seconds", START, "{:.1f}"),
    }
    for key, (words, bound, shown) in bounds.items():
        if key in found:
            yield most(words.format(**found), "SQLite", found[key], bound, shown)
    if "import_rate" in found:
        yield least("import, records a second", "SQLite", found["import_rate"], IMPORT, "{:,.0f}")
    for name, each in found.get("files", {}).items():
        kind, _, engine = name.partition(" ")
        rate = each["records"] / each["writing"]
        yield least(
            f"import of a {files.FORMATS[kind]} file, records a second", ENGINES[engine], rate, IMPORT, "{:,.0f}"
        )
        yield most(
            f"import of a {files.FORMATS[kind]} file, MB",
            ENGINES[engine],
            each["memory"],
            files.MEMORY_TARGET,
            "{:.0f}",
        )


def _messages(results: Results) -> Iterator[Target]:
    for engine, run in results.get("messages", {}).items():
        few, *_, many = (found["queue"] for _, found in sorted(run["inside"].items(), key=lambda item: int(item[0])))
        where = f"{max(map(int, run['inside'])):,} open messages, {ENGINES[engine]}"
        yield most("queue, queries", where, many["queries"], message_report.QUEUE_QUERIES, "{:.0f}")
        yield most("queue, time beside the fewest", where, many["ms"] / few["ms"], message_report.QUEUE_RATIO)
        single, paused = (percentile(run["sending"][way]["times"], 0.5) for way in ("single", "paused"))
        where = f"16 clients with pauses, {ENGINES[engine]}"
        yield most("sending a message, p50 beside one client", where, paused / single, message_report.LOAD_RATIO)
        lost = sum(way["sent"] - way["opened"] for way in run["sending"].values())
        yield most("receipts that do not open", where, lost, 0, "{:.0f}")


def _apart(results: Results) -> Iterator[Target]:
    """What runs of their own measured."""
    for found in results.get("soak", {}).values():
        where = f"soak, {found['size']:,} {ENGINES[found['engine']]}"
        yield from ((what, where, measured, bound, how) for what, measured, bound, how in soak_report.bounds(found))
    yield from _messages(results)
    for name, found in results.get("matching", {}).get("sets", {}).items():
        yield least(f"one paper, precision ({name})", "", found["precision"], matching.LEAST_PRECISION, "{:.4f}")
        yield least(f"one paper, recall ({name})", "", found["recall"], matching.LEAST_RECALL, "{:.4f}")
    for page, points in results.get("lighthouse", {}).get("pages", {}).items():
        for category, bound in lighthouse.TARGETS.items():
            value = percentile(points[category], 0.5) if category == lighthouse.TIMED else min(points[category])
            yield least(f"Lighthouse, {page}: {category}", "", value, bound, "{:g}")
