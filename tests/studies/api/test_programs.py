"""The two short programs of the documentation, run against a server of the sample atlas."""

import shutil
import subprocess
import sys

import pytest

from studies.api.reference import PROGRAMS
from studies.models import Study
from studies.vocabulary import Pem
from tests.clock import PATIENCE
from tests.studies.api.conftest import ROOT

FOLDER = ROOT / "docs" / "examples"


def lines_of(*words):
    done = subprocess.run(words, cwd=FOLDER, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.django_db
def test_python_program_prints_findings_with_their_limits(served):
    studies = Study.objects.published().with_texts().filter(pem=Pem.REQUIRED).newest_first()
    assert studies.count() == 6
    expected = []
    for study in studies:
        expected += [f"{study.title} [PEM required; Not retracted]", f"  Found: {study.key_point}"]
        expected += [f"  Limit: {study.main_limitation}"]
    assert lines_of(sys.executable, "api.py", served) == expected


@pytest.mark.django_db
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not on this machine")
def test_javascript_program_follows_the_changes_to_the_last(served):
    told = lines_of("node", "api.mjs", served, "705")
    assert len(told) == 2 * (913 - 705) + 1
    assert told[-1] == "Ask again with 913."
    newest = Study.objects.get(revisions__sequence=913)
    assert told[-3:-1] == [
        f"913 First published: {newest.title}",
        f"  now: {newest.get_pem_display()}; {newest.get_retraction_status_display()}",
    ]


def test_programs_are_short_and_import_nothing_of_others():
    assert {name: len((FOLDER / file).read_text().splitlines()) <= 30 for name, file in PROGRAMS.items()} == {
        "Python": True,
        "JavaScript": True,
    }
