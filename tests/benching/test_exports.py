"""The measurement of the whole atlas as a file: it writes every study, and its table says what was found."""

import pytest

from scripts.benching import exports, report
from tests.studies.factories import published_study

FOUND = {"records": 1000, "seconds": 2.0, "cpu": 1.5, "size": 3.21, "before": 54.4, "peak": 99.6}


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", exports.FORMATS)
def test_every_study_is_written(suffix):
    published_study(title="One")
    published_study(title="Two")
    found = exports.export(suffix)
    assert found["records"] == 2
    assert found["size"] > 0.0001
    assert found["peak"] >= 20


def test_table_says_rate_and_memory():
    (row,) = exports.table_rows([(1000, "SQLite", {"exports": {"ris": FOUND}})])
    assert dict(zip(exports.HEAD, row, strict=True)) == {
        "studies": "1,000",
        "database": "SQLite",
        "format": "ris",
        "seconds": "2.0",
        "of processor time": "1.5",
        "records a second": "500",
        "MB": "3.2",
        "memory at the start": "54 MB",
        "peak": "100 MB",
        "target": "≤ 100 MB, met",
    }


def test_report_has_the_table_where_it_was_measured():
    run = {
        "times": {"ours": [("words", 1.0, 1.0)], "sql": [("words", 1.0, 1.0)]},
        "agreement": {},
        "exports": {"csv": FOUND},
    }
    assert "### The whole atlas as a file" in report._exports({"search": {"1000 sqlite": run}})
    assert report._exports({"search": {}}) == ""
