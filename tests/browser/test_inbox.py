"""The inbox in a real browser: papers that a real sync brought, decided by keyboard without JavaScript, on two screens."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studies.names import parse_names
from studies.records import Record
from tests.browser.following import choose, enter, follow, press, tab_to
from tests.browser.test_desk import SIDEWAYS, VIEWS, fill
from tests.environment import FOLDER
from tests.running import ROOT, Running, bare_environment
from tests.sources.shelves import Shelves
from tests.sources.stub import serving

INBOX = "/admin/studies/arrival/"
TOPICS = (
    "Pacing and heart rate",
    "Sleep after exertion",
    "Brain fog in teenagers",
    "Muscle cells at rest",
    "Salt and standing",
)
DECIDED = ("Cells that were put aside", "A paper that was taken")
ABSTRACT = "We looked at 40 patients with ME/CFS and 40 healthy people."


DECIDE = f"""
from django.contrib.auth.models import User
from studies import arrivals
from studies.models import Arrival
one, two = (Arrival.objects.get(title=title) for title in {DECIDED!r})
lead = User.objects.get(username="lead")
arrivals.set_aside(arrival=one, version=0, reason="other", note="About cells of mice.", by=lead)
arrivals.take(arrival=two, version=0, by=lead)
"""


def manage(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def papers() -> Iterator[Record]:
    """New papers, and one with the title of a study of the sample atlas under other numbers."""
    usual = Record(
        title="", authors=tuple(parse_names(["Adams, Ann", "Brown, Bo", "Cole, Cy"])), journal="J Rest", year=2026
    )
    for number, title in enumerate((*TOPICS, *DECIDED), start=1):
        yield replace(usual, title=title, doi=f"10.1234/rest.{number}", pmid=str(48_000_000 + number))
    known = Shelves.filled(40).papers[35].record
    yield replace(known, doi="10.1234/again", pmid="48000099", pmcid="")


@pytest.fixture(scope="session")
def inbox_folder(sample_folder: Path) -> Path:
    """The sample atlas after `manage.py sync pubmed` asked a stand-in with these papers; two of them are decided."""
    data = Path(tempfile.mkdtemp(prefix="inbox-", dir=os.environ[FOLDER]))
    shutil.copytree(sample_folder, data, dirs_exist_ok=True)
    with serving(number=0) as stub:
        for day, record in enumerate(papers(), start=1):
            stub.shelves.add(record, on=date(2026, 2, day), abstract=ABSTRACT)
        environment = bare_environment() | stub.environment | {"ATLAS_DATA_DIR": str(data)}
        said = manage(environment, "sync", "pubmed")
    assert said == "PubMed: 8 read, 8 arrived, 0 known, 0 notices, 0 refused, 0 left out.\n"
    manage(environment, "shell", "--no-imports", "-c", DECIDE)
    return data


@pytest.fixture(scope="session")
def atlas(inbox_folder: Path) -> Iterator[Running]:
    running = Running(inbox_folder)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def staff_states() -> dict[str, dict]:
    """Cookies of this site's staff, apart from those of the site that the other tests share."""
    return {}


def open_paper(page: Page, title: str) -> None:
    press(page, title, role="link")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_papers_are_triaged_by_keyboard_without_scripts(visit):
    page = visit("/admin/", staff="lead", js=False)
    press(page, "New papers", role="link")
    tab_to(page, page.get_by_role("link", name="Oldest first"))
    enter(page)
    open_paper(page, TOPICS[0])
    expect(page.get_by_text(ABSTRACT)).to_be_visible()

    choose(page, page.get_by_label("Why it is out of scope"), "About another")
    fill(page, page.get_by_label("Note for staff"), "Healthy runners.")
    press(page, "Out of scope")
    expect(page.get_by_role("heading", level=1)).to_have_text(TOPICS[1])
    expect(page.get_by_text(f"Out of scope: {TOPICS[0]}.")).to_be_visible()

    press(page, "Out of scope")  # without a reason: the page says so, and nothing happens
    expect(page).to_have_title(re.compile("^Error: "))
    choose(page, page.get_by_label("Why it is out of scope"), "No paper")
    press(page, "Out of scope")
    expect(page.get_by_role("heading", level=1)).to_have_text(TOPICS[2])

    press(page, TOPICS[1], role="link")  # in the message: it was a mistake
    expect(page.get_by_text(re.compile("found this paper out of scope on"))).to_be_visible()
    press(page, "Bring it back")
    page.goto(f"{INBOX}?order=oldest")
    open_paper(page, TOPICS[1])
    press(page, f"Next: {TOPICS[2]}", role="link")
    press(page, "Take it")
    expect(page.get_by_text("It is your draft now.")).to_be_visible()
    expect(page.locator(".breadcrumbs")).to_contain_text("Studies")
    press(page, "Back to the inbox", role="link")
    expect(page.get_by_text(TOPICS[2])).to_have_count(0)


def test_duplicate_is_told_from_its_look_alike(visit):
    page = visit(f"{INBOX}?twins=yes", staff="lead", js=False)
    title = next(record.title for record in papers() if record.doi == "10.1234/again")
    open_paper(page, title)
    expect(page.get_by_role("heading", name="May be in the atlas already")).to_be_visible()
    tab_to(page, page.get_by_role("radio", name="None of these"))
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio").first).to_be_checked()
    press(page, "Duplicate")
    expect(page.get_by_text(re.compile("^A duplicate of ")).first).to_be_visible()
    expect(page.get_by_text("Nothing here fits what you chose")).to_be_visible()


def test_many_papers_go_for_one_reason_without_scripts(visit):
    page = visit(INBOX, staff="lead", js=False)
    for title in (TOPICS[3], TOPICS[4]):
        tab_to(page, page.get_by_role("row", name=re.compile(title)).get_by_role("checkbox"))
        page.keyboard.press("Space")
    choose(page, page.locator("select[name=action]"), "Out of scope")
    press(page, "Go")
    expect(page.get_by_role("heading", level=1)).to_have_text("Out of scope, all of these?")
    choose(page, page.get_by_label("Why they are out of scope"), "About fatigue")
    press(page, "Out of scope: 2")
    expect(page.get_by_text("Out of scope: 2 papers. They do not come again.")).to_be_visible()


def first_address(page: Page) -> str:
    return page.locator("#result_list tbody th a").first.get_attribute("href") or ""


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("state", ["waiting", "out_of_scope", "taken"])
def test_pages_are_accessible_and_fit(visit, axe, state, view):
    page = visit(f"{INBOX}?state={state}", staff="lead", **view)
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    page.goto(first_address(page))
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("view", VIEWS)
def test_queries_and_runs_are_accessible_and_fit(visit, axe, view):
    page = visit("/admin/studies/sourcequery/add/?source=crossref", staff="lead", **view)
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    follow(page.get_by_role("button", name="Write this version"))
    expect(page).to_have_title(re.compile("^Error: "))
    axe(page)
    for address in ("/admin/studies/sourcequery/", "/admin/studies/syncrun/"):
        page.goto(address)
        axe(page)
        page.goto(first_address(page))
        axe(page)
        assert page.evaluate(SIDEWAYS) == 0
