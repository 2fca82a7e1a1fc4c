import json
from pathlib import Path

import pytest

from scripts.benching import message_report, targets
from scripts.benching.report import BEGIN, CPU, END, figures, merged, p50_p95, placed
from scripts.benching.tables import table

ROOT = Path(__file__).parents[2]
MACHINE = {
    "date": "2026-11-26", "revision": "abc", "cpu": "a CPU", "cores": 2, "memory": "8 GB", "system": "Linux", "python": "3.11",
    "sqlite": "3.40", "postgres": "15", "command": "scripts/bench", "corpus": "citations",
}  # fmt: skip
TIMES = [["rare word", 4.0, 3.0], ["phrase", 10.0, 8.0]]


def run(ours, sql):
    times = {"ours": [["rare word", ours, ours / 2]], "sql": [["rare word", sql, sql]]}
    return {"times": times, "agreement": {"sql": 0.9}}


def test_table_is_markdown():
    assert table(["a", "b"], [[1, "x"]]) == "| a | b |\n| --- | --- |\n| 1 | x |"


def test_p50_p95_reads_the_clock_or_the_processor_time():
    assert p50_p95(TIMES) == (4.0, 10.0)
    assert p50_p95(TIMES, CPU) == (3.0, 8.0)


def test_placed_replaces_what_stands_between_the_markers_alone():
    document = f"before\n{BEGIN}\nold\n{END}\nafter"
    assert placed(document, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter"
    assert placed(placed(document, "new"), "new") == placed(document, "new")


@pytest.mark.parametrize("document", ["", BEGIN, END])
def test_placed_refuses_a_document_without_markers(document):
    with pytest.raises(ValueError, match="no markers"):
        placed(document, "new")


def test_merged_keeps_the_runs_of_other_sizes():
    old = {"machine": 1, "search": {"10 sqlite": "old", "20 sqlite": "kept"}, "upkeep": {"import_rate": 1}}
    new = {"machine": 2, "search": {"10 sqlite": "new"}, "upkeep": {"load_sample": 2}}
    assert merged(old | {"stamps": {"20 sqlite": "old"}}, new | {"stamps": {"10 sqlite": "new"}}) == {
        "machine": 2,
        "search": {"10 sqlite": "new", "20 sqlite": "kept"},
        "upkeep": {"import_rate": 1, "load_sample": 2},
        "stamps": {"10 sqlite": "new", "20 sqlite": "old"},
    }


def test_merged_keeps_the_messages_of_the_other_database():
    both = merged({"messages": {"postgres": "kept", "sqlite": "old"}}, {"messages": {"sqlite": "new"}})
    assert both == {"messages": {"postgres": "kept", "sqlite": "new"}}


def test_each_run_names_the_revision_that_it_was_measured_at():
    """Runs of several days stand in one table; the newest must not lend its revision to the older ones."""
    search = {"10000 postgres": run(9.2, 2.0), "100000 sqlite": run(4.0, 2.0)}
    stamps = {
        "100000 sqlite": {"date": "2026-01-01", "revision": "old", "load": "1 to 2", "command": "bench --sizes 100000"},
        "10000 postgres": {"date": "2026-02-02", "revision": "new", "command": "bench --sizes 10000"},
    }
    text = figures({"machine": MACHINE | {"revision": "newest"}, "search": search, "stamps": stamps})
    assert "newest" not in text
    assert [line for line in text.splitlines() if "`bench" in line] == [
        "| 10,000 studies, PostgreSQL | 2026-02-02 | new |  | `bench --sizes 10000` |",
        "| 100,000 studies, SQLite | 2026-01-01 | old | 1 to 2 | `bench --sizes 100000` |",
    ]


def test_figures_set_ratios_beside_their_targets():
    text = figures({"machine": MACHINE, "search": {"10000 postgres": run(9.2, 2.0), "10000 sqlite": run(4.0, 2.0)}})
    rows = [line for line in text.splitlines() if "best plain SQL (bare JSON) | clock" in line]
    missed = "4.60 | ≤ 2.3, missed by 100% | 4.60 | ≤ 1.1, missed by 318%"
    assert rows == [
        f"| 10,000 | PostgreSQL | best plain SQL (bare JSON) | clock | {missed} |",
        "| 10,000 | SQLite | best plain SQL (bare JSON) | clock | 2.00 | none set | 2.00 | none set |",
    ]
    assert "| 10,000 | SQLite | best plain SQL (bare JSON) | processor | 1.00 | none set | 1.00 | none set |" in text


def test_figures_give_growth_once_there_are_two_sizes():
    one = {"machine": MACHINE, "search": {"10000 sqlite": run(4.0, 2.0)}}
    two = {"machine": MACHINE, "search": {"10000 sqlite": run(4.0, 2.0), "1000000 sqlite": run(40.0, 2.0)}}
    assert "growth of p50" not in figures(one)
    assert "| SQLite | growth of p50 | 0.50 | ≤ 0.5 | met |" in figures(two)


def test_figures_in_the_document_are_those_of_the_kept_results():
    document, kept = ROOT / "docs" / "performance.md", ROOT / "docs" / "performance.json"
    text = document.read_text(encoding="utf-8")
    results = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
    if "machine" in results:
        assert placed(text, figures(results)) == text
    else:
        assert placed(text, "Not measured yet.") == text
    markers = (message_report.BEGIN, message_report.END)
    assert placed(text, message_report.figures(results), markers) == text
    assert placed(text, targets.figures(results), (targets.BEGIN, targets.END)) == text


def test_lighthouse_counts_the_median_of_what_is_timed_and_the_lowest_of_the_rest():
    points = {
        "performance": [97, 100, 99],
        "accessibility": [100, 100, 100],
        "best-practices": [100, 96, 100],
        "seo": [100] * 3,
    }
    text = figures({"lighthouse": {"pages": {"home": points}, "machine": MACHINE}})
    assert text.splitlines()[-1] == "| home | 99 | 97, 100, 99 | ≥ 98, met | 100 | 96 | 100 | 100, missed |"
