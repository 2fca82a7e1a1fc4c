"""Reference and history pages of studies that have changed: no fault, nothing that moves sideways, no script needed."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.following import enter, follow
from tests.browser.looking import faults_of_looks, faults_of_width
from tests.environment import FOLDER
from tests.running import ROOT, Running, bare_environment

STUDY, RETRACTED = "novak-2026-shared-autonomic", "nunes-2026-virus-induced-endothelial"
# Pages that only a site with changed studies has; every kind of page is looked at in test_every_page.py.
PATHS = [
    "/changes/",
    "/definitions/?sort=-studies",
    "/retractions/",
    f"/evidence/{STUDY}/diff/1/3/",
    f"/evidence/{STUDY}/history/?from=9&to=1",
    f"/evidence/{RETRACTED}/v/1/",
]


@pytest.fixture(scope="session")
def atlas(sample_folder: Path) -> Iterator[Running]:
    """A site of its own, in which studies have changed since they were loaded."""
    data = Path(tempfile.mkdtemp(prefix="changed-", dir=os.environ[FOLDER]))
    shutil.copytree(sample_folder, data, dirs_exist_ok=True)
    code = f"from tests.browser.changed import make_history; make_history({STUDY!r}, {RETRACTED!r})"
    words = [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", code]
    subprocess.run(words, check=True, cwd=ROOT, env=bare_environment() | {"ATLAS_DATA_DIR": str(data)})
    running = Running(data)
    yield running
    assert running.stop() == 0


@pytest.mark.parametrize("path", PATHS)
def test_page_has_no_fault_and_fits(atlas, visit, axe, nu, path):
    page = visit(atlas.url + path, width=1280)
    axe(page)
    assert faults_of_looks(page) == {}
    page.set_viewport_size({"width": 320, "height": 640})
    axe(page)
    assert faults_of_looks(page) | faults_of_width(page) == {}
    nu(page.request.get(atlas.url + path, headers={"Accept": "text/html"}).text())


def test_definitions_are_sorted_without_javascript(atlas, visit):
    page = visit(f"{atlas.url}/definitions/", js=False)
    follow(page.get_by_role("link", name="Studies that used it"))
    page.wait_for_url("**/definitions/?sort=studies")
    counts = [int(text.removeprefix("Studies: ")) for text in page.locator("tbody td:last-child").all_text_contents()]
    assert counts == sorted(counts, reverse=True)
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_stacked_table_is_still_a_table_for_a_screen_reader(atlas, visit):
    """What the browser itself tells assistive technology, after the style sheet has taken the table apart."""
    page = visit(f"{atlas.url}/definitions/", width=320)
    assert page.locator("table").evaluate("e => getComputedStyle(e).display") == "block"
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = Counter(node["role"]["value"] for node in tree if not node["ignored"])
    wanted = {"table": 1, "columnheader": 4, "row": 46, "rowheader": 45, "cell": 135}
    assert {role: roles[role] for role in wanted} == wanted


def test_two_versions_are_compared_with_the_keyboard_alone(atlas, visit):
    page = visit(f"{atlas.url}/evidence/{STUDY}/history/", js=False)
    page.get_by_label("From version").fill("1")
    page.get_by_label("To version").fill("3")
    enter(page)
    page.wait_for_url(f"**/evidence/{STUDY}/diff/1/3/")
    assert page.locator("h2").all_text_contents() == ["Number of patients", "Key point", "Findings"]
    assert page.locator("ins").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    assert page.locator("del").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
