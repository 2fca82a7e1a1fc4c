"""The erasure ledger: lines that survive crashes, and go with the oldest backup."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contributions import ledger

ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)
NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def path(settings, tmp_path: Path) -> Path:
    settings.ATLAS_ERASURE_LEDGER = tmp_path / "apart" / "erasures.log"
    return settings.ATLAS_ERASURE_LEDGER


def test_line_holds_a_number_and_a_time_and_nothing_else(path: Path) -> None:
    ledger.append(ONE, at=NOON)
    assert path.read_text() == "00000000-0000-0000-0000-000000000001 2026-06-15T12:00:00Z\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(ledger.lines()) == [(ONE, NOON)]


def test_ledger_that_does_not_exist_names_nothing() -> None:
    assert list(ledger.lines()) == []
    assert ledger.drop_before(NOON) == 0


@pytest.mark.parametrize(
    "torn", ["0", "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001 2026-0"]
)
def test_torn_line_is_passed_over_and_swallows_no_other(path: Path, torn: str) -> None:
    ledger.append(ONE, at=NOON)
    with path.open("a") as file:
        file.write(torn)
    ledger.append(TWO, at=NOON)
    assert list(ledger.lines()) == [(ONE, NOON), (TWO, NOON)]


def test_lines_older_than_the_longest_backup_are_dropped(path: Path, settings) -> None:
    settings.ATLAS_BACKUP_DAYS = 30
    oldest = ledger.oldest_needed(NOON)
    assert oldest == NOON - timedelta(days=31)
    ledger.append(ONE, at=oldest - timedelta(seconds=1))
    ledger.append(TWO, at=oldest)
    assert ledger.drop_before(oldest) == 1
    assert list(ledger.lines()) == [(TWO, oldest)]
    assert sorted(file.name for file in path.parent.iterdir()) == ["erasures.log", "erasures.log.lock"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_ledger_is_overdue_two_nights_after_a_line_could_go() -> None:
    assert ledger.is_overdue(NOON) is False
    ledger.append(ONE, at=ledger.oldest_needed(NOON) - timedelta(days=2))
    assert (ledger.is_overdue(NOON), ledger.is_overdue(NOON + timedelta(seconds=1))) == (False, True)
    ledger.drop_before(ledger.oldest_needed(NOON))
    assert ledger.is_overdue(NOON + timedelta(seconds=1)) is False


def test_rewriting_that_fails_leaves_the_old_file(path: Path, monkeypatch) -> None:
    ledger.append(ONE, at=NOON)
    ledger.append(TWO, at=NOON + timedelta(days=1))
    before = path.read_text()
    monkeypatch.setattr(Path, "replace", _fail)
    with pytest.raises(OSError, match="disk"):
        ledger.drop_before(NOON + timedelta(days=1))
    assert path.read_text() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["erasures.log", "erasures.log.lock"]


def _fail(*args: object) -> None:
    raise OSError("the disk is full")


def test_many_at_once_lose_no_line(settings) -> None:
    """Appending while old lines are dropped: neither waits for ever, nothing new is lost."""
    old = NOON - timedelta(days=40)
    for number in range(20):
        ledger.append(uuid.UUID(int=1000 + number), at=old)

    def append(number: int) -> None:
        ledger.append(uuid.UUID(int=number), at=NOON)
        if number % 5 == 0:
            ledger.drop_before(NOON)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(append, range(1, 101)))
    assert sorted(row.int for row, _ in ledger.lines()) == list(range(1, 101))
