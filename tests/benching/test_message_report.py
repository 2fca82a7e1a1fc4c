"""The tables of the private side."""

from scripts.benching import message_report
from scripts.benching.message_report import BEGIN, END
from scripts.benching.report import placed

MACHINE = {
    "date": "2026-11-26", "revision": "abc", "cpu": "a CPU", "cores": 2, "system": "Linux", "python": "3.11",
    "command": "scripts/bench --messages",
}  # fmt: skip


def inside(queries: int, ms: float, steps: dict[str, int]) -> dict:
    return {"queue": {"queries": queries, "ms": ms}, "steps": steps}


def part(*times: float, opened: int | None = None) -> dict:
    return {"times": list(times), "sent": len(times), "opened": len(times) if opened is None else opened, "faults": []}


RUN = {
    "machine": MACHINE,
    "inside": {"100": inside(9, 20.0, {"claim": 13, "ask": 14}), "10000": inside(13, 50.0, {"claim": 13, "ask": 15})},
    "sending": {"single": part(10, 20, 30), "paused": part(40, 40, 90), "flat": part(100, 100, 200, opened=2)},
}


def rows(beginning: str) -> list[str]:
    text = message_report.figures({"messages": {"sqlite": RUN}})
    return [line for line in text.splitlines() if line.startswith(f"| {beginning}")]


def test_queue_is_set_beside_its_targets():
    assert rows("SQLite | 10")[0] == "| SQLite | 100 | 9 | ≤ 12, met | 20.0 | 1.00 | ≤ 2, met |"
    assert rows("SQLite | 10,000") == [
        "| SQLite | 10,000 | 13 | ≤ 12, missed by 8% | 50.0 | 2.50 | ≤ 2, missed by 25% |"
    ]


def test_sending_under_load_is_set_beside_one_client_and_names_what_was_lost():
    assert rows("SQLite | one") == ["| SQLite | one client, one after another | 20 | 30 | 1.00 |  | 3 | 0 |"]
    paused, flat = rows("SQLite | 16 clients")
    assert paused == "| SQLite | 16 clients, each about every two seconds | 40 | 90 | 2.00 | ≤ 3, met | 3 | 0 |"
    assert flat == "| SQLite | 16 clients without a pause | 100 | 200 | 5.00 | ≤ 3, missed by 67% | 3 | 1 |"


def test_steps_say_whether_their_queries_stay_the_same():
    assert rows("claim") == ["| claim | 13 | 13 | yes |"]
    assert rows("ask") == ["| ask | 14 | 15 | no |"]


def test_tables_stand_between_markers_of_their_own():
    document = f"a\n{BEGIN}\nold\n{END}\nb"
    assert placed(document, "new", (BEGIN, END)) == f"a\n{BEGIN}\n\nnew\n\n{END}\nb"
    assert message_report.figures({}) == "Not measured yet."
