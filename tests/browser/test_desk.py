"""A moderator's whole path in a real browser: by keyboard, without JavaScript, on a small screen; and the sign-in."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django_otp.oath import totp
from playwright.sync_api import Locator, Page, expect

from tests.browser.following import choose, follow, press, tab_to
from tests.environment import FOLDER
from tests.running import ROOT, Running, bare_environment

QUEUE = "/admin/contributions/contribution/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PASSWORD = "quiet river under stones"
OWN = "another-long-one-of-her-own-7193"
VIEWS = [
    pytest.param({"width": 1280}, id="desktop"),
    pytest.param({"width": 320, "scheme": "dark"}, id="320px-dark"),
]


@pytest.fixture(scope="session")
def desk_folder(sample_folder: Path) -> Path:
    data = Path(tempfile.mkdtemp(prefix="desk-", dir=os.environ[FOLDER]))
    shutil.copytree(sample_folder, data, dirs_exist_ok=True)
    return data


@pytest.fixture(scope="session")
def made(desk_folder: Path) -> dict[str, int]:
    """A queue on a site of its own: the numbers of its messages by what they are for."""
    environment = bare_environment() | {"ATLAS_DATA_DIR": str(desk_folder)}
    manage = [sys.executable, str(ROOT / "manage.py")]
    code = "import json; from scripts.picturing.made import make_queue; print(json.dumps(make_queue()))"
    words = [*manage, "shell", "--no-imports", "-c", code]
    done = subprocess.run(words, check=True, cwd=ROOT, env=environment, capture_output=True, text=True)
    words = [*manage, "add_moderator", "ada", "--password-stdin"]
    subprocess.run(words, check=True, cwd=ROOT, env=environment, input=PASSWORD, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def atlas(desk_folder: Path, made: dict[str, int]) -> Iterator[Running]:
    running = Running(desk_folder)
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="session")
def staff_states() -> dict[str, dict]:
    """Cookies of this site's staff, apart from those of the site that the other tests share."""
    return {}


def unfold(page: Page, name: str) -> None:
    tab_to(page, page.locator("summary", has_text=name).first)
    page.keyboard.press("Enter")


def fill(page: Page, box: Locator, text: str) -> None:
    """Reach this box by Tab and type over what is in it."""
    tab_to(page, box)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def one(number: int, page: str = "change") -> str:
    return f"{QUEUE}{number}/{page}/"


def test_message_becomes_a_public_change_by_keyboard_without_scripts(visit, made):
    page = visit("/admin/", staff="moderator", js=False)
    press(page, "Contributions", role="link")
    first = page.locator("#result_list tbody th a").first
    name = first.inner_text()
    press(page, name, role="link")
    expect(page.get_by_text("In the methods the authors write that one of them dropped out.")).to_be_visible()
    expect(page.locator("#decide-heading ~ p")).to_contain_text("Take it first.")
    press(page, "Take it")
    expect(page.get_by_text(re.compile(r"you, \d\d min left"))).to_be_visible()

    press(page, "Propose a change", role="link")
    fill(page, page.get_by_label("Number of patients"), "9")
    choose(page, page.locator("#id_reason"), "Corr")
    fill(page, page.get_by_label("What changes and why"), "One person left the study early.")
    press(page, "Show the difference")
    expect(page.locator("#difference-heading ~ p ins")).to_have_text("added: 9 (end of added)")
    press(page, "Save this proposal")

    unfold(page, "Apply the change")
    choose(page, page.locator("#apply-start"), "The page")
    press(page, "Put this sentence into the answer")
    expect(page.locator("#apply-text")).to_have_value(re.compile("^Thank you for telling us. You were right"))
    press(page, "Apply the change")
    press(page, "history says what changed and why", role="link")
    expect(page.get_by_text("One person left the study early.")).to_be_visible()
    page.goto("/changes/")
    expect(page.get_by_text("One person left the study early.").first).to_be_visible()


def test_second_person_applies_and_the_queue_keeps_its_place(visit, made):
    page = visit(f"{QUEUE}?state=second", staff="moderator", js=False)
    press(page, page.locator("#result_list tbody th a").first.inner_text(), role="link")
    expect(page.get_by_text("It needs a second person, who did not write it.")).to_be_visible()
    unfold(page, "Apply the change")
    press(page, "Apply the change")
    expect(page.get_by_role("heading", name="Applied")).to_be_visible()
    press(page, "Back to the queue", role="link")
    assert page.url.endswith("?state=second")
    expect(page.get_by_text("Nothing here fits what you chose")).to_be_visible()


def test_conflict_is_resolved_place_by_place(visit, made):
    page = visit(one(made["conflict"]), staff="moderator", js=False)
    press(page, "Bring the proposal onto the newest version", role="link")
    expect(page.get_by_text("Molecular Psychiatry (London)")).to_be_visible()
    tab_to(page, page.get_by_label("Keep what is public now"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Write something else, in the box below")).to_be_checked()
    fill(page, page.get_by_label("Something else", exact=True), "Mol Psychiatry (London)")
    press(page, "Save this proposal")
    unfold(page, "Apply the change")
    press(page, "Apply the change")
    expect(page.get_by_role("heading", name="Applied")).to_be_visible()


def test_somebody_else_was_faster_and_the_answer_is_not_lost(visit, made):
    page = visit(one(made["experience"]), staff="moderator", js=False)
    press(page, "Take it")
    late = visit(page.url, staff="moderator", js=False)
    press(page, "Still working on it")
    unfold(late, "Keep as background")
    fill(late, late.locator("#note-text"), "Thank you for telling us how you rest.")
    press(late, "Keep as background")
    expect(late.get_by_role("alert")).to_contain_text("moderator went on working on it.")
    expect(late.get_by_label("Your answer")).to_have_value("Thank you for telling us how you rest.")
    press(late, "See how it stands now", role="link")
    expect(late.get_by_role("button", name="Still working on it")).to_be_visible()


def test_missing_paper_becomes_a_draft(visit, made):
    page = visit(one(made["paper"]), staff="moderator", js=False)
    press(page, "Take it")
    press(page, "Make a draft study of it", role="link")
    expect(page.get_by_label("DOI, PMID, PMCID")).to_have_value("10.1000/pacing.2024.17")
    fill(page, page.get_by_label("Title of the paper"), "A trial of pacing")
    press(page, "Make the draft")
    expect(page.get_by_role("heading", name="A trial of pacing").first).to_be_visible()
    assert "/admin/studies/study/" in page.url


PAGES = ["list", "mine", "change", "badge", "spam", "asked", "settings", "set_up"]


def address(made: dict[str, int], name: str) -> str:
    fixed = {
        "list": QUEUE,
        "mine": f"{QUEUE}?state=mine",
        "settings": "/admin/my-settings/",
        "set_up": "/admin/second-factor/set-up/",
        "change": one(made["number"]),
    }
    return fixed.get(name) or one(made[name])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_accessible_and_fit(visit, made, axe, name, view):
    page = visit(address(made, name), staff="lead", **view)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0


@pytest.mark.parametrize("view", VIEWS)
def test_forms_of_a_held_message_are_accessible_and_fit(visit, made, axe, view):
    """Every act at once, each form of its own, and the pages with an error in them."""
    number = made["free"]
    page = visit(one(number), staff="moderator", **view)
    if page.get_by_role("button", name="Take it").count():
        follow(page.get_by_role("button", name="Take it"))
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    follow(page.locator("#decline input[type=submit]"))
    expect(page).to_have_title(re.compile("^Error: "))
    axe(page)
    page.goto(one(number, "propose"))
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0


# --- Signing in ---------------------------------------------------------------------------------------------------------


def log_in(page: Page, *, password: str) -> None:
    page.get_by_label("Username").fill("ada")
    page.get_by_role("textbox", name="Password").fill(password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/second-factor/**")


def change_password(page: Page) -> None:
    for box, word in {"old_password": PASSWORD, "new_password1": OWN, "new_password2": OWN}.items():
        fill(page, page.locator(f"#id_{box}"), word)
    press(page, "Change my password")
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Password change")


def test_first_sign_in_sets_up_the_second_factor_and_a_recovery_code_helps(visit, axe):
    page = visit(QUEUE)  # with scripts, which the checker needs
    log_in(page, password=PASSWORD)
    axe(page)
    key = base64.b32decode(page.locator("code").inner_text().replace(" ", ""))
    tab_to(page, page.get_by_label("Code from the app"))
    page.keyboard.type(f"{totp(key):06}")  # of this half minute: on a busy machine the way there takes long
    press(page, "Set it up")
    axe(page)
    codes = page.locator(".codes code").all_inner_texts()
    press(page, "I have kept them: go on", role="link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Password change")  # that one was given by somebody else
    change_password(page)  # test_coding_desk.py asks the checker about this page
    page.goto(QUEUE)
    expect(page.get_by_role("heading", level=1)).to_have_text("The queue")
    follow(page.get_by_role("button", name="Log out"))

    page.goto(QUEUE)
    log_in(page, password=OWN)
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    unfold(page, "You do not have your phone?")
    fill(page, page.get_by_label("Recovery code"), codes[3])
    press(page, "Go on")
    expect(page.get_by_text("You used a recovery code; 9 are left.")).to_be_visible()
