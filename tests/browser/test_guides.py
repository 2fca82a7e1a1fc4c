"""Guides and paths in a browser: reached by the menu and from the start page."""

from tests.browser.following import follow


def test_newcomer_gets_from_the_start_page_to_a_guide_without_script(atlas, visit):
    page = visit(atlas.url, js=False)
    follow(page.get_by_role("link", name="Start with a short path"))
    page.wait_for_url(f"{atlas.url}/start/")
    follow(page.get_by_role("link", name="I am newly ill"))
    page.wait_for_url(f"{atlas.url}/start/newly-ill/")
    follow(page.get_by_role("main").get_by_role("link", name="What is ME/CFS?"))
    page.wait_for_url(f"{atlas.url}/guides/what-is-me-cfs/")
    assert page.get_by_role("heading", name="In 30 seconds").count() == 1
    assert page.get_by_text("Sample text, not reviewed.").count() == 2


def test_menu_of_a_wide_screen_takes_one_line(atlas, visit):
    page = visit(f"{atlas.url}/guides/")
    links = page.get_by_role("navigation", name="Main", exact=True).get_by_role("link").all()
    assert len(links) >= 8
    assert len({round(link.bounding_box()["y"]) for link in links}) == 1
    current = page.get_by_role("navigation", name="Main", exact=True).locator("[aria-current]")
    assert current.all_inner_texts() == ["Guides"]
