"""Runs of pytest: one group of tests on one engine, and a second try, alone, for the few that failed beside others."""

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BYTECODE = ROOT / ".venv" / "share" / "atlas" / "bytecode"
FAILED = 1  # pytest's exit code when tests failed and all else was in order
FEW = 10  # what one test leaves behind makes several others of its process fail; more than these are no chance


def run_pytest(python: Path, engine: str, arguments: Sequence[str], *, folder: Path = ROOT, **variables: str) -> int:
    """One pytest run on one engine, its exit code; SIGTERM becomes the interrupt that lets pytest clean up."""
    print(f"\n=== {engine}: pytest {' '.join(arguments)}", flush=True)
    environment = {**os.environ, "ATLAS_TEST_DATABASE": engine, **variables}
    if environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Hundreds of processes would each compile everything anew. Nothing is written beside the sources all the same.
        environment.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    process = subprocess.Popen([python, "-m", "pytest", *arguments], cwd=folder, env=environment)
    signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue  # Ctrl-C reached pytest too, which ends in order


def run_group(
    python: Path, engine: str, arguments: Sequence[str], *, folder: Path = ROOT, **variables: str
) -> tuple[int, list[str]]:
    """A group of tests: its exit code, and the tests that failed beside others and passed alone.

    Tests that stop servers and drive browsers share two cores with each other; a delay there is no fault of the atlas. So up
    to `FEW` that failed are run once more, whole and by themselves. One that fails again fails the group.
    """
    with tempfile.TemporaryDirectory(prefix="atlas-group-") as kept:
        code = run_pytest(python, engine, [*arguments, "-o", f"cache_dir={kept}"], folder=folder, **variables)
        failed = _last_failed(Path(kept))
    if code != FAILED or not 0 < len(failed) <= FEW:
        return code, []
    print(f"\n{len(failed)} failed beside others; once more, alone.", flush=True)
    code = run_pytest(python, engine, [*failed, "-p", "no:cacheprovider"], folder=folder)
    return code, [] if code else [f"{engine}: {name}" for name in failed]


def _last_failed(cache: Path) -> list[str]:
    """Names of the tests that failed in the run that kept its notes in this folder."""
    notes = cache / "v" / "cache" / "lastfailed"
    return list(json.loads(notes.read_text())) if notes.exists() else []
