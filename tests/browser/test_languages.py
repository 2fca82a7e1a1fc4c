"""Pages in every language that readers can choose, narrow and wide: nothing scrolls sideways, nothing is inaccessible."""

import pytest

from tests.browser.following import follow

pytestmark = pytest.mark.browser

LANGUAGES = ("de", "fr", "es", "nb", "nl")
STUDY = "/evidence/aboagye-2025-systematic-review/"
PATHS = ("/", "/evidence/", STUDY)


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_in_another_language_fit_and_are_accessible(atlas, visit, axe, screenshot, language, width):
    cookie = {"name": "look", "value": f"language-{language}", "url": atlas.url}
    for path in PATHS:
        page = visit(path, width=width, storage_state={"cookies": [], "origins": []})
        page.context.add_cookies([cookie])
        page.goto(atlas.url + path)
        assert page.evaluate("document.documentElement.lang") == language
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        axe(page)
        screenshot(page, f"language-{language}-{width}-{path.strip('/').split('/')[0] or 'home'}-{len(path)}")


def test_language_is_chosen_on_the_page_of_settings_and_taken_back(visit):
    page = visit("/preferences/")
    page.get_by_role("radio", name="Deutsch").check()
    follow(page.get_by_role("button", name="Save"))
    assert page.locator("h1").inner_text() == "Einstellungen der Anzeige"
    follow(page.get_by_role("button", name="Zurück zur Vorgabe"))
    assert page.locator("h1").inner_text() == "Display settings"
