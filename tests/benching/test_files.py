import pytest

from scripts.benching import files
from studies.formats.readers.detection import open_file
from studies.formats.readers.refusals import Refusal


@pytest.mark.parametrize("kind", files.FORMATS)
def test_made_file_holds_whole_records_of_its_format(kind, tmp_path):
    path = tmp_path / "made"
    files.write(kind, 50, path)
    found, items = open_file(path)
    items = list(items)
    assert (found, len(items)) == (kind, 50)
    assert [item.reason for item in items if isinstance(item, Refusal)] == []
    assert [item.record.doi for item in items] == [f"10.5555/{number}" for number in range(1, 51)]
    assert all(item.abstract and item.record.year for item in items)


def test_row_says_how_fast_and_in_how_much_memory():
    found = {"records": 10_000, "megabytes": 10.41, "reading": 2.0, "trial": 10.0, "writing": 8.0, "memory": 360.0}
    assert list(files.table_rows({"ris sqlite": found})) == [
        ["RIS", "sqlite", "10,000", "10.4", "5,000", "1,000", "1,250", "360 MB", "≤ 300 MB, missed by 20%"]
    ]
