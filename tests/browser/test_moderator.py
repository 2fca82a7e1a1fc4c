"""Two people change a public study in the admin, as they would: read, type, compare, decide."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.following import enter, follow

STUDIES = "/admin/studies/study/"
FUKUDA = "CDC 1994 (Fukuda) CFS research definition (PEM: optional (in a list))"
REASON = "Two letters to the journal dispute how patients were chosen."


@pytest.fixture
def study(visit) -> str:
    """The admin address of a study that no other test looks at: the last one in the list without texts."""
    page = visit(f"{STUDIES}?text=without&p=18", staff="lead", js=False)
    href = page.locator("#result_list tbody th a").last.get_attribute("href")
    return re.sub(r"change/.*", "", href)


def summary(page: Page, name: str):
    return page.locator("summary", has_text=name)


def test_one_person_proposes_and_another_applies_without_scripts(visit, study, axe):
    """Keyboard only, no JavaScript: the grave change waits for a second person, then stands on the page and in the history."""
    page = visit(f"{study}change/", staff="lead", js=False)
    page.get_by_role("link", name="Propose a change").focus()
    enter(page)
    summary(page, "Notices above the summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Kind of notice").select_option("contested")
    page.get_by_label("Reason for the notice").fill(REASON)
    page.locator("#id_reason").select_option("new_information")
    page.get_by_label("What changes and why").fill("Readers should know of the dispute.")
    page.get_by_role("button", name="Show the difference").focus()
    enter(page)
    expect(page.get_by_text("This needs a second person.")).to_be_visible()
    expect(page.locator("ins")).to_contain_text(f"Contested: {REASON}")
    page.get_by_role("button", name="Save this proposal").focus()
    enter(page)
    expect(page.get_by_text("somebody else must apply it")).to_be_visible()
    expect(page.get_by_role("button", name="Apply")).to_have_count(0)

    other = visit(page.url, staff="moderator", js=False)
    other.get_by_role("button", name="Apply").focus()
    enter(other)
    other.get_by_role("link", name=re.compile(r"version \d+")).first.focus()
    enter(other)
    expect(other.get_by_text(REASON)).to_be_visible()
    follow(other.get_by_role("link", name="All versions"))
    expect(other.get_by_text("Readers should know of the dispute.")).to_be_visible()

    late = visit(page.url, staff="lead", js=False)
    expect(late.get_by_text("This proposal is closed: applied.")).to_have_count(0)
    expect(late.get_by_role("heading", name=re.compile("applied"))).to_be_visible()


def test_error_is_said_first_and_keeps_everything(visit, study):
    page = visit(f"{study}propose/", staff="lead", js=False)
    summary(page, "Classification").click()
    page.get_by_label("Number of patients").fill("about forty")
    page.get_by_label("What changes and why").fill("The number was wrong.")
    follow(page.get_by_role("button", name="Save this proposal"))
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="Number of patients").click()
    expect(page.get_by_label("Number of patients")).to_have_value("about forty")
    expect(page.get_by_label("What changes and why")).to_have_value("The number was wrong.")


def test_draft_is_typed_submitted_and_sent_back(visit):
    """With scripts, under the content policy; nothing becomes public, and the drafter reads why it came back."""
    page = visit(f"{STUDIES}add/by-hand/", staff="lead")
    page.get_by_label("Title:").fill("A draft that stays a draft")
    page.get_by_label("Date of the paper:").fill("2021")
    page.get_by_label("Design:").select_option("cohort")
    page.locator("#id_definitions-0-definition").select_option(label=FUKUDA)
    page.locator("#id_definitions-0-role").select_option("inclusion")
    page.locator("#id_definitions-0-basis").select_option("abstract")
    follow(page.get_by_role("button", name="Save and continue editing").first)
    expect(page.locator("#proof-badge")).to_contain_text("PEM not required")
    follow(page.get_by_role("link", name="Submit for review"))
    follow(page.get_by_role("button", name="Submit for review"))
    follow(page.get_by_role("link", name="Send back"))
    page.get_by_label("What the drafter should change").fill("Give the journal.")
    follow(page.get_by_role("button", name="Send back"))
    expect(page.get_by_text("The study is a draft again and can be edited.")).to_be_visible()
    expect(page.locator(".sent-back")).to_contain_text("Give the journal.")


@pytest.mark.parametrize(
    "path",
    ["/admin/", STUDIES, "/admin/studies/proposal/", "/admin/studies/revision/", "{study}propose/", "{study}withdraw/"],
)
def test_staff_pages_are_accessible(visit, study, axe, path):
    page = visit(path.format(study=study), staff="lead")
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    axe(page)


@pytest.mark.parametrize("path", ["{study}propose/", "{study}withdraw/"])
def test_staff_pages_fit_a_small_screen(visit, study, path):
    page = visit(path.format(study=study), staff="lead", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
