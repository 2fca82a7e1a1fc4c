"""The coding desk in a real browser: by keyboard without scripts, with them, on wide and small screens, and from DOI to page."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from studies.names import parse_names
from studies.records import Record
from tests.browser.following import choose, following, press, tab_to
from tests.browser.test_desk import fill
from tests.environment import FOLDER
from tests.running import Running, bare_environment
from tests.sources.stub import Stub, serving

ADD = "/admin/studies/study/add/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
ABSTRACT = """Methods:
All 50 patients met the Fukuda criteria. They were compared with 40 controls.

Results:
The tests differed."""
NEW = Record(
    title="Blood cells of patients at rest", doi="10.1234/cells.2026", pmid="49999991", journal="Cells", year=2026,
    authors=tuple(parse_names(["Adams, Ann"])),
)  # fmt: skip
TEXTS = {
    "Question:": "Did blood cells of patients behave in another way?",
    "Key point:": "In this small study they did, but nobody has repeated it.",
    "Main limitation:": "It does not show what causes the illness.",
    "In plain language:": "The team looked at blood cells of 50 patients and 40 controls.",
    "Why it matters:": "A blood test would help doctors.",
    "What it does not prove:": "The groups were small and came from one clinic.",
}


@pytest.fixture(scope="session")
def stub() -> Iterator[Stub]:
    with serving(number=30) as running:
        running.shelves.add(NEW, on=date(2026, 1, 2), abstract="All patients met the Fukuda criteria.")
        yield running


@pytest.fixture(scope="session")
def atlas(sample_folder: Path, stub: Stub) -> Iterator[Running]:
    """A site of its own that asks the stand-in for the outside sources."""
    data = Path(tempfile.mkdtemp(prefix="coding-", dir=os.environ[FOLDER]))
    shutil.copytree(sample_folder, data, dirs_exist_ok=True)
    running = Running(data, environment=bare_environment() | stub.environment)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def staff_states() -> dict[str, dict]:
    """Cookies of this site's staff, apart from those of the site that the other tests share."""
    return {}


def draft(page: Page, title: str) -> None:
    """Type a draft by hand, without scripts, and stay on its page."""
    press(page, "Type the bibliography by hand", role="link")
    fill(page, page.locator("#id_title"), title)
    fill(page, page.locator("#id_published"), "2021")
    fill(page, page.locator("#id_abstract-0-sections"), ABSTRACT)
    with following(page):
        page.get_by_role("button", name="Save and continue editing").last.press("Enter")


def test_study_is_coded_by_keyboard_without_scripts(visit):
    page = visit(ADD, staff="lead", js=False)
    draft(page, "A draft coded by keyboard")
    expect(page.locator(".abstract")).to_contain_text("All 50 patients met the Fukuda criteria.")
    expect(page.locator("#proof-badge")).to_contain_text("Nothing is coded yet.")

    choose(page, page.locator("#id_design"), "Case-control")
    choose(page, page.locator("#id_definitions-0-definition"), "CDC 1994 (Fukuda)")
    choose(page, page.locator("#id_definitions-0-role"), "every patient")
    fill(page, page.locator("#id_definitions-0-quote"), "All patients met the Fukuda criterion")
    choose(page, page.locator("#id_definitions-0-basis"), "the abstract")
    with following(page):
        page.get_by_role("button", name="Check the coding").press("Enter")
    expect(page.get_by_role("status").first).to_have_text("This was only a look. Nothing was saved.")
    expect(page.get_by_role("alert")).to_contain_text("The nearest passage is: “All 50 patients met the Fukuda”.")

    press(page, "Quoted sentence", role="link")
    expect(page.locator("#id_definitions-0-quote")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("All 50 patients met the Fukuda criteria")
    with following(page):
        page.get_by_role("button", name="Check the coding").press("Enter")
    expect(page.locator("#proof-badge")).to_contain_text("PEM not required")
    expect(page.locator("#proof-badge")).to_contain_text(
        "Patients had to meet one definition, and it can be met without PEM."
    )
    with following(page):
        page.get_by_role("button", name="Save and continue editing").first.press("Enter")
    expect(page.locator("#id_definitions-0-quote")).to_have_value("All 50 patients met the Fukuda criteria")
    expect(page.locator("#proof-badge")).to_contain_text("PEM not required")


def test_words_of_a_vocabulary_open_by_keyboard(visit):
    page = visit(ADD + "by-hand/", staff="lead", js=False)
    line = page.locator("summary", has_text="What the designs mean")
    tab_to(page, line)
    page.keyboard.press("Enter")
    expect(page.get_by_text("people assigned to treatments by chance")).to_be_visible()


def test_badge_follows_the_fields_where_scripts_run(visit):
    page = visit(ADD + "by-hand/", staff="lead")
    page.locator("#id_title").fill("A draft that is never saved")
    expect(page.locator("#proof-badge")).to_contain_text("Nothing is coded yet.")
    page.locator("#id_design").select_option("animal")
    expect(page.locator("#proof-badge")).to_contain_text("This kind of paper takes in no patients")
    page.locator("#id_design").select_option("cohort")
    page.locator("#id_definitions-0-definition").select_option(
        label="CDC 1994 (Fukuda) CFS research definition (PEM: optional (in a list))"
    )
    page.locator("#id_definitions-0-role").select_option("inclusion")
    page.locator("#id_definitions-0-basis").select_option("full_text")
    expect(page.locator("#proof-badge")).to_contain_text("PEM not required")
    expect(page.locator("#id_title")).to_have_value("A draft that is never saved")
    assert page.url.endswith("/add/by-hand/")


@pytest.fixture
def coded(visit) -> str:
    """The address of a draft with an abstract."""
    page = visit(ADD, staff="lead", js=False)
    draft(page, "A draft to look at")
    return page.url


def test_paper_stands_beside_the_form_on_a_wide_screen_and_above_it_on_others(visit, coded):
    for width, is_beside in ((1280, True), (1100, False), (320, False)):
        page = visit(coded, staff="lead", width=width)
        beside, form = page.locator(".beside").bounding_box(), page.locator("#study_form").bounding_box()
        assert (beside["x"] + beside["width"] <= form["x"]) == is_beside
        assert (beside["y"] + beside["height"] <= form["y"]) != is_beside
        assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.full
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_the_desk_are_accessible(visit, coded, axe, scheme):
    for path in (
        ADD,
        ADD + "by-hand/",
        coded,
        coded.replace("/change/", "/submit/"),
        "/admin/studies/publishingorder/",
        "/admin/password_change/",
    ):
        # The checker puts style elements of its own into pages whose style sheets import others.
        page = visit(path, staff="lead", scheme=scheme, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        axe(page)


def test_two_editors_on_one_draft_lose_nothing(visit, coded):
    first, second = (visit(coded, staff="lead", js=False) for _ in range(2))
    for page, words in ((first, "Theirs?"), (second, "Mine?")):
        page.locator("#id_question").fill(words)
        with following(page):
            page.get_by_role("button", name="Save and continue editing").first.press("Enter")
    expect(second.get_by_role("alert")).to_contain_text("saved this draft after you opened it")
    expect(second.locator("#id_question")).to_have_value("Mine?")
    expect(second.locator("ins")).to_contain_text("Mine?")


def test_from_doi_to_public_page_in_under_twenty_steps(visit, stub):
    page = visit(ADD, staff="lead")
    steps = 0

    def step(act) -> None:
        nonlocal steps
        act()
        steps += 1

    def go(name: str, role: str = "button") -> None:
        with following(page):
            page.get_by_role(role, name=name, exact=True).first.click()

    step(lambda: page.get_by_label("DOI, PMID or PMCID").fill(f"https://doi.org/{NEW.doi}"))
    step(lambda: go("Look it up"))
    expect(page.get_by_text("The draft is made.")).to_be_visible()
    step(lambda: page.locator("#id_design").select_option("case_control"))
    step(lambda: page.locator("#id_definitions-0-definition").select_option(index=5))
    step(lambda: page.locator("#id_definitions-0-role").select_option("mentioned"))
    step(lambda: page.locator("#id_definitions-0-basis").select_option("full_text"))
    for label, text in TEXTS.items():
        step(lambda label=label, text=text: page.get_by_label(label).fill(text))
    step(lambda: page.locator("#id_basis").select_option("full_text"))
    step(lambda: go("Save and continue editing"))
    step(lambda: go("Submit for review", "link"))
    step(lambda: go("Submit for review"))
    page = visit(page.url, staff="moderator")
    step(lambda: go("Publish", "link"))
    step(lambda: go("Publish"))
    assert steps < 20
    go("see its page", "link")
    expect(page.get_by_role("heading", level=1)).to_contain_text(NEW.title)
