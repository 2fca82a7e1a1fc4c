"""Schemathesis plays every call of the document against a server: what fits it is answered, what does not is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.django_db
ST = Path(sys.executable).with_name("st")
ALL = "examples,coverage,fuzzing,stateful"


def played(served: str, folder: Path, *, examples: int, seed: int, phases: str = ALL) -> tuple[int, str]:
    """Exit code and report. It has all checks on; what it generates depends on the seed alone."""
    words = [
        str(ST), "run", f"{served}/api/v1/openapi.json", "--checks", "all", "--max-examples", str(examples), "--seed", str(seed),
        "--phases", phases, "--no-color", "--generation-database", "none", "--request-timeout", "600",
        "--suppress-health-check", "too_slow",
    ]  # fmt: skip
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=3600, check=False)
    return done.returncode, done.stdout + done.stderr


def test_schemathesis_finds_nothing(served, tmp_path):
    """A quick look at every call; every edge of every parameter is played below."""
    code, report = played(served, tmp_path, examples=2, seed=1, phases="fuzzing")
    assert code == 0, report


@pytest.mark.full
def test_schemathesis_finds_nothing_among_many_examples(served, tmp_path):
    code, report = played(served, tmp_path, examples=40, seed=2)
    assert code == 0, report
