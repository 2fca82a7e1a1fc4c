"""Results as tables in `docs/performance.md`, between markers, from the results kept in `docs/performance.json`. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from scripts.benching import kept
from scripts.benching.api import HEAD as API_HEAD
from scripts.benching.api import table_rows as api_rows
from scripts.benching.exports import HEAD as EXPORT_HEAD
from scripts.benching.exports import table_rows as export_rows
from scripts.benching.figures import at_least, growth, verdict
from scripts.benching.files import table_rows as file_rows
from scripts.benching.lighthouse import HEAD as LIGHTHOUSE_HEAD
from scripts.benching.lighthouse import table_rows as lighthouse_rows
from scripts.benching.matching import table_rows as matching_rows
from scripts.benching.oai import HEAD as HARVEST_HEAD
from scripts.benching.oai import table_rows as harvest_rows
from scripts.benching.soak import soak_report
from scripts.benching.tables import CLOCK, CPU, ENGINES, Row, p50_p95, runs, table
from scripts.benching.targets import (
    GROWTH,
    IMPORT,
    IMPORT_MEMORY,
    MEMORY,
    QUERIES,
    RATIOS,
    SAMPLE,
    SPREAD,
    START,
    STUDY,
    WEIGHTS,
)

BEGIN, END = "<!-- figures: written by scripts/bench -->", "<!-- end of figures -->"
NAMES = {
    "ours": "the list page (HTML)",
    "sql": "best plain SQL (bare JSON)",
    "tantivy": "tantivy (bare JSON)",
    "datasette": "Datasette (JSON)",
}

MEASURES = {CLOCK: "clock", CPU: "processor"}

Results = Mapping[str, Any]


def placed(document: str, figures: str, markers: tuple[str, str] = (BEGIN, END)) -> str:
    """The document with the part between its markers replaced; raises ValueError where a marker is missing."""
    before, begin, rest = document.partition(markers[0])
    _, end, after = rest.partition(markers[1])
    if not begin or not end:
        raise ValueError(f"the document has no markers {markers[0]} and {markers[1]}")
    return f"{before}{begin}\n\n{figures.strip()}\n\n{end}{after}"


def merged(old: Results, new: Results) -> dict[str, Any]:
    """Old results with the new ones in their place; a run replaces the one of its size and engine."""
    result = {**old, **new}
    for part in ("search", "stamps", "soak", "upkeep", "messages"):
        if part in old or part in new:
            result[part] = {**old.get(part, {}), **new.get(part, {})}
    return result


def figures(results: Results) -> str:
    """All tables."""
    parts = [
        _hardware(results) if "machine" in results else "",
        _stamps(results),
        _search(results),
        _ratios(results),
        _kinds(results),
        _growth(results),
    ]
    parts += [_study(results), _kept(results), _api(results), _harvest(results), _exports(results), _pages(results)]
    parts += [_upkeep(results), _files(results), _matching(results), _lighthouse(results)]
    parts += [_soak(results)]
    return "\n\n".join(part for part in parts if part)


def _machine(results: Results) -> str:
    machine = results["machine"]
    return (
        f"Measured on {machine['date']} at revision {machine['revision']}: {_hardware(results)} "
        f"Command: `{machine['command']}`. Corpus: {machine['corpus']}."
    )


def _hardware(results: Results) -> str:
    machine = results["machine"]
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {machine['memory']} of memory, {machine['system']}, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, PostgreSQL {machine['postgres']}."
    )


def _stamps(results: Results) -> str:
    """Each run and each table with the revision that it was measured at."""
    stamps = results.get("stamps", {})
    if not stamps:
        return ""
    named = [(f"{size} {engine}", f"{size:,} studies, {ENGINES[engine]}") for size, engine, _ in runs(results)]
    named += [("pages", "weight and queries of a page"), ("memory", "memory"), ("upkeep", "import, start")]
    rows = [
        [words, *(stamps[key].get(name, "") for name in ("date", "revision", "load")), f"`{stamps[key]['command']}`"]
        for key, words in named
        if key in stamps
    ]
    return "### When what was measured\n\n" + table(["figures", "date", "revision", "load", "command"], rows)


def _search(results: Results) -> str:
    rows: list[Row] = []
    for size, engine, run in runs(results):
        for name, times in run["times"].items():
            cells = [f"{value:.1f}" for measure in MEASURES for value in p50_p95(times, measure)]
            rows.append([f"{size:,}", ENGINES[engine], NAMES[name], *cells, _agreement(run, name)])
    head = ["studies", "database", "answer", "clock p50 ms", "p95", "processor p50 ms", "p95", "same total as ours"]
    return "### List and search\n\n" + table(head, rows) if rows else ""


def _agreement(run: Mapping[str, Any], name: str) -> str:
    share = run["agreement"].get(name)
    return "" if share is None else f"{share:.0%}"


def _ratios(results: Results) -> str:
    rows: list[Row] = []
    for size, engine, run in runs(results):
        for name in run["times"]:
            if name != "ours":
                rows += [_ratio(size, engine, run["times"], name, measure) for measure in MEASURES]
    head = ["studies", "database", "ours divided by", "measure", "p50", "target", "p95", "target"]
    return table(head, rows) if rows else ""


def _ratio(size: int, engine: str, times: Mapping[str, Any], name: str, measure: int) -> Row:
    targets = RATIOS.get((name, size)) if engine == "postgres" or name != "sql" else None
    cells = []
    for place, ours in enumerate(p50_p95(times["ours"], measure)):
        other = p50_p95(times[name], measure)[place]
        ratio = ours / other if other else float("nan")
        cells += [f"{ratio:.2f}", f"≤ {targets[place]:g}, {verdict(ratio, targets[place])}" if targets else "none set"]
    return [f"{size:,}", ENGINES[engine], NAMES[name], MEASURES[measure], *cells]


def _kinds(results: Results) -> str:
    rows: list[Row] = []
    for size, engine, run in runs(results):
        ours, sql = (run["times"][name] for name in ("ours", "sql"))
        for kind in dict.fromkeys(each[0] for each in ours):
            both = [p50_p95([each for each in times if each[0] == kind], CPU) for times in (ours, sql)]
            rows.append([f"{size:,}", ENGINES[engine], kind, *(f"{value:.1f}" for pair in both for value in pair)])
    head = ["studies", "database", "kind of request", "ours p50", "ours p95", "SQL p50", "SQL p95"]
    return "By kind of request, in milliseconds of processor time:\n\n" + table(head, rows) if rows else ""


def _growth(results: Results) -> str:
    rows: list[Row] = []
    for engine, named in ENGINES.items():
        by_size = {size: run["times"]["ours"] for size, name, run in runs(results) if name == engine}
        exponent = growth({size: p50_p95(times, CPU)[0] for size, times in by_size.items()})
        if exponent is not None:
            rows.append([named, "growth of p50", f"{exponent:.2f}", f"≤ {GROWTH}", verdict(exponent, GROWTH)])
        rows += [_spread(named, size, times) for size, times in by_size.items()]
    return table(["database", "of the list page", "measured", "target", ""], rows) if rows else ""


def _spread(engine: str, size: int, times: Sequence[Sequence[Any]]) -> Row:
    p50, p95 = p50_p95([each for each in times if each[0] != "phrase"], CPU)
    what = f"p95 / p50 without phrases, {size:,} studies"
    return [engine, what, f"{p95 / p50:.1f}", f"≤ {SPREAD:g}", verdict(p95 / p50, SPREAD)]


def _study(results: Results) -> str:
    rows: list[Row] = []
    for size, engine, run in runs(results):
        for measure, named in MEASURES.items() if "study" in run else ():
            ours, bare = (p50_p95(run["study"][name], measure) for name in ("ours", "bare"))
            ratio = ours[0] / bare[0] if bare[0] else float("nan")
            cells = [*(f"{value:.1f}" for value in (*ours, *bare)), f"{ratio:.2f}"]
            rows.append([f"{size:,}", ENGINES[engine], named, *cells, f"≤ {STUDY}, {verdict(ratio, STUDY)}"])
    head = ["studies", "database", "measure", "ours p50 ms", "p95", "bare page p50", "p95", "ratio of p50", "target"]
    return "### Study page, nothing remembered\n\n" + table(head, rows) if rows else ""


def _api(results: Results) -> str:
    rows = api_rows((size, ENGINES[engine], run) for size, engine, run in runs(results))
    return "### Lists of a hundred studies through the API\n\n" + table(API_HEAD, rows) if rows else ""


def _harvest(results: Results) -> str:
    rows = harvest_rows((size, ENGINES[engine], run) for size, engine, run in runs(results))
    return "### Harvest of all records by OAI-PMH\n\n" + table(HARVEST_HEAD, rows) if rows else ""


def _exports(results: Results) -> str:
    rows = export_rows((size, ENGINES[engine], run) for size, engine, run in runs(results))
    return "### The whole atlas as a file\n\n" + table(EXPORT_HEAD, rows) if rows else ""


def _kept(results: Results) -> str:
    rows = kept.table_rows((size, ENGINES[engine], run) for size, engine, run in runs(results))
    return "### A kept page, beside nginx\n\n" + table(kept.HEAD, rows) if rows else ""


def _pages(results: Results) -> str:
    rows: list[Row] = []
    for name, page in results.get("pages", {}).items():
        raw, packed = page["bytes"] / 1000, page["gzip"] / 1000
        most = WEIGHTS.get(name)
        weight = (
            f"≤ {most[0]} and ≤ {most[1]}, {verdict(max(raw / most[0], packed / most[1]), 1)}" if most else "none set"
        )
        queries = QUERIES.get(name)
        goal = f"≤ {queries}, {verdict(page['queries'], queries)}" if queries else "none set"
        rows.append([name, f"{raw:.1f}", f"{packed:.1f}", weight, page["queries"], goal])
    head = ["page", "HTML KB", "gzip KB", "target", "queries", "target"]
    return "### Weight and queries\n\n" + table(head, rows) if rows else ""


def _upkeep(results: Results) -> str:
    found = {**results.get("upkeep", {}), **results.get("memory", {})}
    most = [
        ("memory", "memory of the process after {requests:,} mixed requests", "MB", MEMORY),
        ("mapped", "beside it, pages of the database and program files that the process maps", "MB", None),
        ("import_memory", "memory of an import of {imported:,} records", "MB", IMPORT_MEMORY),
        ("load_sample", "`load_sample` (913 studies)", "s", SAMPLE),
        ("first_start", "`scripts/run`, first start (environment there, no database)", "s", None),
        ("second_start", "`scripts/run`, second start", "s", START),
    ]
    rows: list[Row] = [
        [
            text.format(**found),
            f"{found[key]:.1f} {unit}",
            f"≤ {goal} {unit}, {verdict(found[key], goal)}" if goal else "",
        ]
        for key, text, unit, goal in most
        if key in found
    ]
    if "import_rate" in found:
        rate = found["import_rate"]
        rows.append(["import to SQLite", f"{rate:,.0f} records/s", f"≥ {IMPORT}, {at_least(rate, IMPORT)}"])
    return "### Memory, import, start\n\n" + table(["what", "measured", "target"], rows) if rows else ""


def _files(results: Results) -> str:
    rows = list(file_rows(results.get("upkeep", {}).get("files", {})))
    head = ["file", "database", "records", "MB", "records/s read", "in a trial", "imported", "memory", "target"]
    return "### Import of files\n\n" + table(head, rows) if rows else ""


def _matching(results: Results) -> str:
    found = results.get("matching", {})
    rows = list(matching_rows(found))
    if not rows:
        return ""
    head = [
        "set",
        "pairs of one paper",
        "merged",
        "precision",
        "target",
        "recall",
        "target",
        "offered",
        "missed",
        "records/s",
    ]
    measured = [_machine(found)] if "machine" in found else []
    return "\n\n".join(["### Which records are one paper", *measured, table(head, rows)])


def _lighthouse(results: Results) -> str:
    found = results.get("lighthouse")
    if not found:
        return ""
    rows = table(LIGHTHOUSE_HEAD, lighthouse_rows(found["pages"]))
    return "\n\n".join(["### What Lighthouse says", _machine(found), rows])


def _soak(results: Results) -> str:
    found = results.get("soak")
    return "### Half an hour of everything at once\n\n" + soak_report.figures(found) if found else ""
