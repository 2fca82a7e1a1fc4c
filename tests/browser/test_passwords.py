"""A password can be shown while it is typed, and words say how strong a new one is. Nothing is sent."""

import re

import pytest
from playwright.sync_api import Page, expect

from atlas_site import passwords
from tests.running import ROOT

LOGIN, CHANGE = "/admin/login/", "/admin/password_change/"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIEWS = [
    pytest.param({"width": 1280}, id="desktop"),
    pytest.param({"width": 320, "scheme": "dark"}, id="320px-dark"),
]


def kinds(page: Page) -> list[str]:
    """The type of every box for a password, shown or not."""
    return [box.get_attribute("type") for box in page.locator("input[name*=password]").all()]


@pytest.mark.parametrize("view", VIEWS)
def test_password_is_shown_and_hidden_again_before_it_is_sent(visit, axe, view):
    page = visit(LOGIN, **view)
    page.locator("#id_username").fill("nobody")
    page.locator("#id_password").fill("quiet river under stones")
    tick = page.get_by_role("checkbox", name="Show the password")
    tick.check()
    assert kinds(page) == ["text"]
    axe(page)
    assert page.evaluate(SIDEWAYS) == 0
    tick.uncheck()
    assert kinds(page) == ["password"]
    tick.check()
    page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    page.get_by_role("button", name="Log in").click()
    assert (kinds(page), tick.is_checked()) == (["password"], False)


@pytest.mark.parametrize("view", VIEWS)
def test_words_say_how_strong_a_new_password_is(visit, view):
    page = visit(CHANGE, staff="lead", **view)
    box, said = page.locator("#id_new_password1"), page.locator(".strength [role=status]")
    expect(said).to_have_text("")
    for typed, words in (
        ("elevenchars", "Too short: it needs 12 letters or signs, or more."),
        ("aaaaaabbbbbb" * 3, "Weak: it is the same few letters or signs again and again."),
        ("twelve chars", "Fair: it is long enough. Longer is stronger."),
        ("sixteen letters!", "Good."),
        ("quiet river under stones", "Strong."),
        ("ünïcödé 🐢 ist erlaubt", "Strong."),
        ("quiet river " * 11, "Too long: it can have up to 128 letters or signs."),
        ("", ""),
    ):
        box.fill(typed)
        expect(said).to_have_text(words)
    box.fill("twelve chars")
    assert page.evaluate(SIDEWAYS) == 0
    page.get_by_role("checkbox", name="Show the passwords").check()
    assert kinds(page) == ["text"] * 3


@pytest.mark.parametrize("view", VIEWS)
def test_words_and_meter_are_accessible(visit, axe, view):
    # The checker puts style elements of its own into pages whose style sheets import others.
    page = visit(CHANGE, staff="lead", bypass_csp=True, **view)
    page.locator("#id_new_password1").fill("twelve chars")
    expect(page.locator(".strength")).to_contain_text("Fair")
    axe(page)


def test_pages_are_complete_without_scripts(visit):
    page = visit(CHANGE, staff="lead", js=False)
    assert (kinds(page), page.locator(".show-password, .strength").count()) == (["password"] * 3, 0)
    assert "at least 12 characters" in page.locator("#id_new_password1_helptext").inner_text()


def test_words_know_the_lengths_of_the_server(settings):
    script = (ROOT / "static" / "js" / "password.js").read_text()
    (numbers,) = re.findall(r"\[SHORTEST, GOOD, STRONG, LONGEST, FEW\] = \[([\d, ]+)\]", script)
    shortest, *_, longest, _ = map(int, numbers.split(", "))
    rules = {rule["NAME"].rpartition(".")[2]: rule.get("OPTIONS", {}) for rule in settings.AUTH_PASSWORD_VALIDATORS}
    assert (shortest, longest) == (rules["MinimumLengthValidator"]["min_length"], passwords.LONGEST)
