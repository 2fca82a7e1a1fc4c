"""What a reader in bed sees on the smallest phone: the order of the glance, and that no setting or language pushes it away."""

import pytest

from tests.browser.looking import cookie
from tests.browser.test_reading import COHORTS, SAMPLE

PHONE = {"width": 320, "height": 640}
LONG_TITLE = "/evidence/peppercorn-2025-comparing-dna/"
ORDER = """() => [...document.querySelectorAll('#glance :is(.facts, .question, .found, .not-shown)')]
  .map(one => one.className)"""
# Where the first and the last line of the limit end, in pixels from the top of the page.
LIMIT_ENDS = """() => {
  const range = document.createRange();
  range.selectNodeContents(document.querySelector('.not-shown'));
  const bottoms = [...range.getClientRects()].map(line => line.bottom);
  return [Math.min(...bottoms), Math.max(...bottoms)];
}"""
OUTSIDE = """() => { const box = document.querySelector('.skip').getBoundingClientRect(); return box.right <= 0; }"""
# How far the words of one row of the map are from standing on one line.
UNEVEN = """() => Math.max(...[...document.querySelectorAll('.map tbody tr')].map(row => {
  const lines = [...row.querySelectorAll('td')].map(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell.querySelector('a') || cell);
    return range.getClientRects()[0].bottom;
  });
  return Math.abs(lines[0] - lines[1]);
}))"""


@pytest.mark.parametrize("path", [SAMPLE, COHORTS, LONG_TITLE])
def test_question_is_read_before_the_finding_and_seen_in_the_second_screen(visit, path):
    """The limit has to be in the first screen, so on a phone the question is drawn below it; speech reads it first."""
    page = visit(path, **PHONE)
    assert page.evaluate(ORDER) == ["facts", "question", "found", "not-shown"]
    limit, question = (page.locator(one).bounding_box() for one in (".not-shown", ".question"))
    assert limit["y"] + limit["height"] <= question["y"]
    assert question["y"] + question["height"] <= 2 * PHONE["height"]


def listed(page, path):
    page.goto(path)
    return page.locator(".card-title a").evaluate_all("links => links.map(link => link.getAttribute('href'))")


@pytest.mark.full
def test_limit_of_every_sample_study_begins_in_the_first_screen(visit):
    """A reader who never scrolls still sees that there is a limit; two of three sample limits are seen whole."""
    page = visit(**PHONE)
    paths = [path for number in (1, 2) for path in listed(page, f"/evidence/?text=with&page={number}")]
    ends = [(page.goto(path), page.evaluate(LIMIT_ENDS))[1] for path in paths]
    assert [path for path, (first, _) in zip(paths, ends, strict=True) if first > PHONE["height"]] == []
    assert (len(paths), sum(last <= PHONE["height"] for _, last in ends)) == (34, 22)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nb", "nl"])
def test_skip_link_stays_out_of_view_in_every_language(visit, language):
    page = visit(
        "/pem/", storage_state=cookie(size="largest", spacing="wider", font="easy", language=language), **PHONE
    )
    assert page.evaluate(OUTSIDE)
    page.keyboard.press("Tab")
    assert page.locator(".skip").bounding_box()["x"] >= 0


@pytest.mark.parametrize(("path", "language"), [("/", "de"), ("/", "nl"), ("/evidence/", "nl"), (SAMPLE, "de")])
def test_long_words_of_other_languages_fit_with_the_largest_text(visit, path, language):
    look = cookie(size="largest", spacing="wider", font="easy", language=language)
    page = visit(path, storage_state=look, **PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_study_begins_as_high_in_another_language(visit):
    tops = [
        visit(SAMPLE, storage_state=cookie(theme="dim", language=language), **PHONE).locator("h1").bounding_box()["y"]
        for language in ("en", "de")
    ]
    assert tops[0] == tops[1]


def test_numbers_of_a_row_of_the_map_stand_on_one_line(visit):
    assert visit("/map/?topic=long-covid", **PHONE).evaluate(UNEVEN) < 1
