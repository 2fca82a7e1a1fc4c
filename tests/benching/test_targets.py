"""The table of targets: each beside what was measured, and the ones that are missed named above it."""

from scripts.benching.targets import figures, targets


def run(ours, sql):
    times = {"ours": [["rare word", 1.0, ours]], "sql": [["rare word", 1.0, sql]]}
    return {"times": times, "agreement": {}}


def test_targets_are_judged_by_processor_time_and_only_where_there_is_one():
    found = list(targets({"search": {"10000 postgres": run(4.6, 2.0), "10000 sqlite": run(9.0, 1.0)}}))
    assert found == [
        ("list page beside best plain SQL, p50", "10,000 PostgreSQL", "2.30", "≤ 2.3", "met"),
        ("list page beside best plain SQL, p95", "10,000 PostgreSQL", "2.30", "≤ 1.1", "missed by 109%"),
        ("list page without phrases, p95 to p50", "10,000 PostgreSQL", "1.00", "≤ 3", "met"),
        ("list page without phrases, p95 to p50", "10,000 SQLite", "1.00", "≤ 3", "met"),
    ]


def test_figures_say_first_what_is_missed_and_by_how_much():
    text = figures({"search": {"10000 postgres": run(4.6, 2.0)}})
    missed = "list page beside best plain SQL, p95 (10,000 PostgreSQL): 2.30, missed by 109%"
    assert text.splitlines()[0] == f"2 of 3 targets are met. Not met: {missed}."


def test_growth_is_judged_between_the_smallest_and_the_largest_size():
    search = {"10000 postgres": run(1.0, 1.0), "1000000 postgres": run(20.0, 1.0)}
    growth = [each for each in targets({"search": search}) if "growth" in each[0]]
    where = "10,000 to 1,000,000 PostgreSQL"
    assert growth == [("list page, growth exponent of p50", where, "0.65", "≤ 0.5", "missed by 30%")]


def test_a_kept_page_is_judged_beside_nginx_and_with_many_connections():
    few = {"nginx, a file": 1000, "nginx, its cache of our page": 800, "a kept page": 100, "304": 120}
    answers = {name: {"few": rate, "many": rate * 0.9, "cpu": 0.1, "errors": 0} for name, rate in few.items()}
    found = list(targets({"search": {"10000 postgres": run(1.0, 1.0) | {"kept": {"answers": answers}}}}))
    assert [(what, measured, how) for what, _, measured, _, how in found if "kept page" in what] == [
        ("a kept page, beside nginx, a file, requests a second", "0.10", "met"),
        ("304, beside a kept page, requests a second", "1.20", "met"),
        ("a kept page, 64 connections beside 8", "0.90", "missed by 5%"),
        ("a kept page, errors", "0", "met"),
    ]
