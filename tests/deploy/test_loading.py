"""A process that answers needs no file of the program after its start: an upgrade changes them before it is restarted."""

import json
import subprocess
import sys

import pytest

from tests.deploy.test_server import SETTINGS
from tests.running import ROOT, bare_environment

# The process as gunicorn makes it, then what it had to read of the program for these pages: its modules and its files.
ASK = """
import json, os, runpy, sys
sys.path.insert(0, os.getcwd())
from atlas_site.wsgi import application
runpy.run_path("deploy/gunicorn.py")["post_worker_init"](None)
from django.test import Client
from atlas_site import loading
found, program = set(), (os.path.join(os.getcwd(), "templates"), *(os.path.join(os.getcwd(), each) for each in loading.PACKAGES))
def watch(event, args):
    if event == "import" and args[0].partition(".")[0] in loading.PACKAGES:
        found.add(args[0])
    if event == "open" and str(args[0]).startswith(program) and os.path.exists(args[0]):
        found.add(os.path.relpath(args[0]))
sys.addaudithook(watch)
client = Client(headers={"host": "atlas.example.org"}, raise_request_exception=False)
answers = [client.get(path, secure=True).status_code for path in sys.argv[1:]]
from django.template import engines
kept = engines["django"].engine.template_loaders[0].get_template_cache
print(json.dumps({
    "answers": answers,
    "read": sorted(found),
    "modules": sorted(set(loading.modules()) - set(sys.modules)),
    "templates": sorted(set(loading.templates()) - set(kept)),
    "kept": len(kept),
}))
"""
PAGES = (
    "/", "/evidence/", "/evidence/?q=pain", "/pem/", "/topics/", "/map/", "/changes/", "/guides/", "/glossary/", "/questions/",
    "/data/", "/about/", "/feeds/", "/api/v1/studies", "/oai/?verb=Identify", "/contribute/", "/my-contribution/",
    "/reading-list/", "/figures/", "/preferences/", "/admin/login/", "/policies/privacy/", "/evidence.csv", "/sitemap.xml",
)  # fmt: skip


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "data").mkdir()
    places = {"ATLAS_DATA_DIR": tmp_path / "data", "ATLAS_ERASURE_LEDGER": tmp_path / "erasures.log"}
    return {**bare_environment(), **SETTINGS, **{name: str(path) for name, path in places.items()}}


def started(environment, *pages):
    done = subprocess.run(
        [sys.executable, "-c", ASK, *pages], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_start_of_a_process_loads_every_module_and_template(environment):
    found = started(environment)
    assert (found["modules"], found["templates"]) == ([], [])
    assert found["kept"] > 200


@pytest.mark.full
def test_no_page_reads_anything_of_the_program_after_the_start(environment):
    for words in (("migrate", "--no-input", "--verbosity", "0"), ("collectstatic", "--no-input", "--verbosity", "0")):
        subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, check=True, capture_output=True
        )
    found = started(environment, *PAGES)
    assert set(found["answers"]) == {200}
    # Examples are shown as they are.
    assert set(found["read"]) <= {"studies/api/examples.json"}
