"""Folders of trials: what a killed one leaves goes with the next one; one that runs keeps its own."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atlas_site.trial_folders import trial_folder
from tests.clock import PATIENCE
from tests.running import ROOT, bare_environment

KIND = "atlas-trial-"
TRIAL = f"""
import sys
from atlas_site.trial_folders import trial_folder
with trial_folder({KIND!r}) as folder:
    (folder / "copy.sqlite3").write_text("A copy.")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch) -> Path:
    """Where this process makes its temporary folders, and those that it starts."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextmanager
def another_process(place: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    """A process in the middle of a trial, and its folder; it ends well unless it was killed."""
    environment = {**bare_environment(), "TMPDIR": str(place)}
    process = subprocess.Popen(
        [sys.executable, "-c", TRIAL],
        cwd=ROOT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield process, Path(process.stdout.readline().strip())
    finally:
        process.communicate(timeout=PATIENCE)


def test_next_trial_removes_what_a_killed_one_left_and_not_that_of_one_that_runs(place):
    with another_process(place) as (process, left), another_process(place) as (running, kept):
        assert sorted(place.iterdir()) == sorted([left, kept])
        process.kill()
        process.wait()
        assert [file.name for file in left.iterdir()] == ["copy.sqlite3"]
        with trial_folder(KIND) as own:
            assert sorted(place.iterdir()) == sorted([kept, own])
            with trial_folder(KIND) as second:  # of another thread, as it were
                assert sorted(place.iterdir()) == sorted([kept, own, second])
        assert (list(place.iterdir()), [file.read_text() for file in kept.iterdir()]) == ([kept], ["A copy."])
    assert (running.returncode, list(place.iterdir())) == (0, [])


def test_nothing_is_removed_but_folders_of_its_kind(place):
    elsewhere = place / "elsewhere"
    others = [place / "atlas-restore-x", elsewhere, elsewhere / "of somebody"]
    for folder in others:
        folder.mkdir()
    file, link = place / f"{KIND}notes", place / f"{KIND}link"
    file.write_text("Notes.")
    link.symlink_to(elsewhere)
    with trial_folder(KIND):
        pass
    assert all(path.exists() for path in [*others, file, link])


def test_folder_is_for_this_user_alone_and_goes_with_a_trial_that_fails(place):
    with pytest.raises(ZeroDivisionError), trial_folder(KIND) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        raise ZeroDivisionError
    assert list(place.iterdir()) == []
