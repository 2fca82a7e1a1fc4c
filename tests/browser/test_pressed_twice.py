"""A double click on a button of the staff pages sends its form once where scripts run; another button is another wish."""

from playwright.sync_api import Locator, Route, expect

from tests.browser.following import following, until

SETTINGS = "/admin/my-settings/"
STUDIES = "/admin/studies/study/?state__exact=published"


def test_double_click_sends_a_staff_form_once(visit):
    """The answer is held until both clicks are done: else the second might fall on the next page."""
    page = visit(SETTINGS, staff="moderator")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**{SETTINGS}", hold)
    page.get_by_role("button", name="Save", exact=True).dblclick()
    until(page, lambda: bool(held))
    with following(page):
        held[0].continue_()
    page.unroute(f"**{SETTINGS}", hold)
    expect(page.locator(".messagelist")).to_have_count(1)
    assert [route.request.method for route in held] == ["POST"]


def middle_of(button: Locator) -> tuple[float, float]:
    """Where the mouse presses it: pressed by name, it would wait for the answer to the button before."""
    box = button.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_another_button_of_the_same_form_goes_through_at_once(visit):
    """Nothing is answered before it was pressed, so that it comes within the time of a double click; nothing is saved."""
    page = visit(STUDIES, staff="moderator")
    href = page.locator("#result_list tbody th a").first.get_attribute("href")
    page.goto(href.split("change/")[0] + "propose/")
    page.get_by_label("What changes and why").fill("The number was wrong.")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/propose/", hold)
    save, show = (page.get_by_role("button", name=name) for name in ("Save this proposal", "Show the difference"))
    show.scroll_into_view_if_needed()
    places = middle_of(save), middle_of(show)
    page.mouse.dblclick(*places[0])
    until(page, lambda: bool(held))
    page.mouse.click(*places[1])
    until(page, lambda: len(held) > 1)
    with following(page):
        held[-1].continue_()
    assert ["&save=" in route.request.post_data for route in held] == [True, False]
    expect(page.get_by_label("What changes and why")).to_have_value("The number was wrong.")
