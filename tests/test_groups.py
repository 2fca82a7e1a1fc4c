"""Few tests that failed beside others are tried again, alone, and named; what fails again, or fails in number, fails."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.groups import FEW, run_group

# A test that fails where it runs beside others; each case keeps a file that says that it ran.
BY_CHANCE = """
import pathlib
import pytest

@pytest.mark.parametrize("case", {cases!r})
def test_chance(case):
    ran = pathlib.Path(f"ran-{{case}}")
    first = not ran.exists()
    ran.touch()
    assert not first
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for runs of their own, which nothing of this run reaches."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    ending = signal.getsignal(signal.SIGTERM)
    yield tmp_path
    signal.signal(signal.SIGTERM, ending)


def run(folder: Path, *arguments: str) -> tuple[int, list[str]]:
    return run_group(Path(sys.executable), "sqlite", [".", *arguments], folder=folder)


@pytest.mark.parametrize(
    "arguments",
    [pytest.param((), id="one process"), pytest.param(("-n", "2"), id="two processes", marks=pytest.mark.full)],
)
def test_one_that_passes_alone_is_named_and_fails_nothing(folder, arguments, capfd):
    (folder / "test_it.py").write_text(
        BY_CHANCE.format(cases=["a::b", "c d"]) + "\n\ndef test_well():\n    assert True\n"
    )
    names = ["sqlite: test_it.py::test_chance[a::b]", "sqlite: test_it.py::test_chance[c d]"]
    code, alone = run(folder, *arguments)
    assert (code, sorted(alone)) == (0, names)
    assert "2 failed beside others; once more, alone." in capfd.readouterr().out


def test_one_that_fails_again_fails_the_group(folder):
    (folder / "test_it.py").write_text(BY_CHANCE.format(cases=["a"]) + "\n\ndef test_fault():\n    assert False\n")
    assert run(folder) == (1, [])


def test_more_than_a_few_are_no_chance(folder, capfd):
    (folder / "test_it.py").write_text(BY_CHANCE.format(cases=[f"{number}" for number in range(FEW + 1)]))
    assert run(folder) == (1, [])
    assert "once more" not in capfd.readouterr().out


def test_all_well_is_run_once(folder, capfd):
    (folder / "test_it.py").write_text("def test_well():\n    assert True\n")
    assert run(folder) == (0, [])
    assert capfd.readouterr().out.count("=== sqlite") == 1


def test_what_is_no_failure_of_a_test_is_not_tried_again(folder):
    assert run(folder, "--no-such-option") == (4, [])
