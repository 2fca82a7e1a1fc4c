"""The plain-SQL contenders answer right: a fast wrong answer would make a useless measure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.benching.served import environment
from tests.environment import engine

ROOT = Path(__file__).parents[2]
QUERIES = [
    "",
    "q=fatigue",
    "topic=sleep",
    "q=fatigue&pem=required&pem=unclear",
    "q=fatigue&page=3",
    "page=40",
]
CHECK = """
import json, sys
from scripts.benching import load
from scripts.benching.rivals import prepare
import django; django.setup()
load.load(900, None)
prepare.prepare()
from importlib import import_module
rival = import_module("scripts.benching.rivals." + sys.argv[1])
from studies.search import engine
from django.http import QueryDict
found = []
for query in json.loads(sys.argv[2]):
    page = engine.find(engine.read(dict(QueryDict(query + "&synonyms=off").lists()))[0])
    ours = {"total": page.result.total, "rows": len(page.ids)}
    ours |= {facet: {k: n for k, n in page.result.counts[facet].items() if n} for facet in ("pem", "design", "level", "topic")}
    theirs = rival.find(query)
    found.append([ours, {**theirs, "rows": len(theirs["rows"])}])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    url = f"sqlite:///{folder / 'atlas.sqlite3'}"
    command = [sys.executable, "-c", CHECK, engine(), json.dumps(QUERIES)]
    if engine() == "postgres":
        command = [sys.executable, str(ROOT / "scripts" / "postgres.py"), "--", *command]
    given = environment(url, folder)
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(QUERIES, json.loads(done.stdout.splitlines()[-1]), strict=True))


@pytest.mark.full
@pytest.mark.parametrize("query", QUERIES)
def test_plain_sql_finds_and_counts_what_the_atlas_does(answers, query):
    ours, theirs = answers[query]
    assert theirs == ours


def test_environment_passes_on_nothing_of_the_callers_settings(tmp_path):
    assert "ATLAS_TEST_DATABASE" in os.environ or engine() == "sqlite"
    given = environment("sqlite:///x", tmp_path)
    assert {"TEST_DATABASE_URL", "ADMIN_PATH", "ALLOWED_HOSTS"}.isdisjoint(given)
