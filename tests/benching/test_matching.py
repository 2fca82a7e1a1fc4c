"""The figures about matching: what is counted, and how they are told."""

from scripts.benching.matching import FOLDER, Labelled, match, measured, rate_among, read, table_rows
from scripts.benching.report import figures
from studies.records import Person, Record

PAPER = {"authors": (Person("Li", "A"),), "journal": "Chest", "year": 2020}
FOUND = {
    "records": 1988, "pairs": 509, "merged": 497, "precision": 0.998, "recall": 0.98, "offered": 5, "missed": 1, "rate": 4000.4,
}  # fmt: skip


def test_match_merges_with_all_that_was_merged_before():
    title = "A trial of rest in people with ME/CFS"
    records = {
        "a": Record(title=title, doi="10.1/1", **PAPER),
        "b": Record(title=title, pmid="1", **PAPER),
        "c": Record(title="Other words", doi="10.1/1", pmid="1"),
        "d": Record(title=title, **PAPER | {"journal": "Brain"}),
        "e": Record(title="Sleep in mice", **PAPER),
    }
    found = match(Labelled(records, set()))
    assert found.merged == {frozenset("ab"), frozenset("ac"), frozenset("bc")}
    assert found.offered == {frozenset("ad"), frozenset("bd")}


def test_read_gives_every_pair_of_a_group():
    labelled = read(FOLDER, "stroke")
    group = [f"id_{number:07}" for number in (5, 6, 7, 8)]
    assert {frozenset((one, other)) for one in group for other in group if one != other} <= labelled.same


def test_measured_counts_every_pair_once():
    found = measured(FOLDER, "stroke")
    right = round(found["recall"] * found["pairs"])
    assert right == round(found["precision"] * found["merged"])
    assert found["missed"] + right <= found["pairs"]


def test_rate_among_compares_made_citations():
    assert rate_among(50, None) > 0


def test_rows_set_figures_beside_their_targets():
    rows = list(table_rows({"sets": {"respiratory": FOUND}, "among": {"10000": 3900.6}}))
    assert rows == [
        [
            "respiratory, 1,988 records", "509", "497",
            "0.9980", "≥ 0.999, missed by 0%", "0.9800", "≥ 0.97, met",
            "5", "1", "4,000",
        ],
        ["10,000 citations with a DOI each", *[""] * 8, "3,901"],
    ]  # fmt: skip


def test_report_has_no_table_where_nothing_was_measured():
    assert figures({}) == ""
    assert figures({"matching": {"sets": {"respiratory": FOUND}}}).startswith(
        "### Which records are one paper\n\n| set |"
    )
