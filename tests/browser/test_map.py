"""The evidence map in a browser: no fault, nothing sideways, read aloud, by keyboard, in every scheme."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.following import follow, press, tab_to
from tests.browser.looking import faults_of_looks, faults_of_width

PATHS = {"/map/?by=years&topic=long-covid&sort=-studies": 320, "/map/?by=years": 1280, "/map/?topic=sleep": 320}
PAINTS = """() => Object.fromEntries([...document.querySelectorAll('.matrix path[class]')].map(one => {
  const style = getComputedStyle(one);
  return [one.getAttribute('class'), [style.fill, style.stroke, style.strokeDasharray].join('|')];
}))"""


@pytest.mark.parametrize(("path", "width"), PATHS.items())
def test_part_of_the_map_has_no_fault(visit, axe, nu, path, width):
    """The whole map is looked at in test_every_page.py."""
    page = visit(path, width=width, scheme="dark")
    axe(page)
    assert faults_of_looks(page) | faults_of_width(page) == {}
    nu(page.request.get(path, headers={"Accept": "text/html"}).text())


def test_map_is_read_aloud_with_names(visit):
    page = visit("/map/")
    expect(page.get_by_role("img", name=re.compile("^Studies by topic and design, split by PEM"))).to_be_visible()
    table = page.get_by_role("table", name=re.compile("^Published studies by topic and study design"))
    expect(table.get_by_role("columnheader", name=re.compile("^Topic"))).to_have_attribute("aria-sort", "ascending")
    names = table.get_by_role("columnheader").all_inner_texts()
    assert [name.split("\n")[0] for name in names] == ["Topic", "Study design", "Studies", "PEM criterion"]
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Long COVID", exact=True)).first
    assert row.get_by_role("rowheader").count() == 2
    expect(row.get_by_role("link").first).to_have_accessible_name(re.compile(r"^\d+ (study|studies)$"))


def test_table_keeps_its_roles_on_a_phone(visit):
    page = visit("/map/?topic=long-covid", width=320)
    snapshot = page.locator("main").aria_snapshot()
    assert snapshot.count("img ") == 1
    expect(page.locator(".matrix")).to_have_count(0)
    first = page.locator(".map tbody tr").first
    expect(first).to_contain_text("1 study")


def test_drawing_of_everything_is_for_wide_screens(visit):
    expect(visit("/map/").locator(".matrix")).to_be_visible()
    narrow = visit("/map/", width=320)
    expect(narrow.locator(".matrix")).to_be_hidden()
    expect(narrow.get_by_text("choose a topic above")).to_be_visible()


def test_patterns_differ_without_colour(visit):
    page = visit("/map/", forced_colors="active")
    paints = page.evaluate(PAINTS)
    drawn = {name: paint for name, paint in paints.items() if name != "m-grid"}
    assert len(drawn) >= 4
    assert len(set(drawn.values())) == len(drawn)


def test_map_is_used_by_keyboard_without_javascript(visit):
    page = visit("/map/", js=False)
    press(page, "Studies", role="link")
    expect(page.get_by_role("columnheader", name=re.compile("^Studies"))).to_have_attribute("aria-sort", "descending")
    box = page.get_by_label("Topic", exact=True)
    tab_to(page, box)
    box.select_option("long-covid")
    press(page, "Show")
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence map: Long COVID")
    press(page, "By year", role="link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence map: Long COVID, by year")


def test_cell_leads_to_its_studies(visit):
    page = visit("/map/?topic=long-covid", js=False)
    link = page.locator(".map tbody td:nth-of-type(1) a").first
    number = int(link.inner_text().split()[0])
    follow(link)
    assert set(parse_qs(urlsplit(page.url).query)) == {"design", "topic"}
    assert int(re.findall(r"\d+", page.get_by_role("status").inner_text())[0]) == number


def test_map_is_reached_from_the_start_page(visit):
    page = visit("/", js=False)
    follow(page.locator("main").get_by_role("link", name="Evidence map"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Evidence map")
