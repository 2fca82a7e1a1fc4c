"""Three depths in a browser: folded and open, with and without scripts; the place that is kept; paper; the voice."""

import io
import re

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.following import expect_top
from tests.browser.looking import faults_of_looks, faults_of_width, shift_of

SAMPLE = "/evidence/vernon-2025-incidence-prevalence/"
COHORTS = "/evidence/mansoubi-2025-understanding-symptom/"
GUIDE = "/guides/what-is-pem/"
ONE_PAGE = f"{SAMPLE}?print=one-page"
FOLDED = "[...document.querySelectorAll('article details')].map(one => one.open)"

# A voice as the Web Speech API describes it: it says one sentence each time the test lets it.
VOICE = """(() => {
  const said = [], waiting = [];
  const voice = {
    speaking: false, paused: false, said,
    getVoices: () => [{lang: 'en-GB', localService: false, name: 'far'}, {lang: 'en-GB', localService: true, name: 'near'}],
    speak(one) { waiting.push(one); },
    cancel() { for (const one of waiting.splice(0)) one.onerror && one.onerror({error: 'canceled'}); voice.paused = false; },
    pause() { voice.paused = true; },
    resume() { voice.paused = false; },
    say() { const one = waiting.shift(); said.push([one.text, one.lang, one.voice.name]); one.onend && one.onend(); },
    left: () => waiting.length,
  };
  Object.defineProperty(window, 'speechSynthesis', {value: voice});
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
})()"""


def chosen(atlas, visit, path: str, depth: str, **view) -> Page:
    """The page, as a reader sees it who chose this depth."""
    page = visit("/healthz", **view)
    page.context.add_cookies([{"name": "look", "value": f"depth-{depth}", "url": atlas.url}])
    page.goto(path)
    return page


def paper(page: Page) -> list[str]:
    """The words of each printed sheet."""
    return [" ".join(sheet.extract_text().split()) for sheet in PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]


@pytest.mark.parametrize("js", [True, False])
@pytest.mark.parametrize(("depth", "stands_open"), [("short", False), ("glance", False), ("deep", True)])
@pytest.mark.parametrize("path", [SAMPLE, GUIDE])
def test_deep_part_is_folded_unless_it_was_chosen(atlas, visit, path, depth, stands_open, js):
    page = chosen(atlas, visit, path, depth, js=js)
    assert set(page.evaluate(FOLDED)) == {stands_open}
    assert page.locator("#short").is_visible() == (depth != "glance")
    assert page.get_by_text("You chose the glance first.").count() == (depth == "glance")


def test_reader_of_the_glance_has_the_rest_one_step_away_without_script(atlas, visit):
    page = chosen(atlas, visit, SAMPLE, "glance", js=False, width=320, height=640)
    page.get_by_role("link", name="the short version").click()
    expect_top(page.locator("#summary"), below=320)
    page.get_by_role("link", name="the deep part").click()
    expect_top(page.locator("#deep .layer"), below=640)


@pytest.mark.parametrize("js", [True, False])
def test_every_folded_part_opens_by_keyboard(visit, js):
    page = visit(COHORTS, js=js)
    for part in page.locator("article details > summary").all():
        part.focus()
        page.keyboard.press("Enter")
    assert set(page.evaluate(FOLDED)) == {True}
    hidden = [one.inner_text() for one in page.locator("article h2, article h3").all() if not one.is_visible()]
    assert hidden == []


def test_place_follows_the_reader_quietly_and_is_offered_again(visit):
    page = visit(SAMPLE, height=700)
    steps = page.evaluate("history.length")
    page.evaluate("scrollTo(0, document.getElementById('significance').offsetTop - 100)")
    expect(page).to_have_url(re.compile("#significance$"))
    assert page.evaluate("history.length") == steps
    page.goto(SAMPLE)
    link = page.get_by_role("link", name="Go on where you stopped: Why it matters")
    expect(link).to_be_visible()
    assert shift_of(page) == 0
    link.click()
    expect_top(page.locator("#significance"), below=350)
    page.evaluate("scrollTo(0, 0)")
    expect(page).to_have_url(re.compile("/$"))
    assert page.evaluate("localStorage.getItem('places')") is None


def test_address_with_a_place_leads_there_and_opens_what_is_folded(visit):
    page = visit(f"{SAMPLE}#vancouver")
    expect_top(page.locator("#vancouver"), below=900)
    assert page.get_by_role("link", name="Go on where you stopped").count() == 0


def test_kept_places_are_few_and_can_be_forgotten(visit):
    page = visit(SAMPLE, height=700)
    page.evaluate(
        "id => localStorage.setItem('places', JSON.stringify(Object.fromEntries(["
        " [location.pathname, [id, Date.now()]],"
        " ...Array.from({length: 30}, (_, k) => [`/evidence/other-${k}/`, ['short', Date.now()]]),"
        " ['/evidence/old/', ['short', Date.now() - 31 * 24 * 3600 * 1000]]])))",
        "limitations",
    )
    page.reload()
    page.evaluate("scrollTo(0, document.getElementById('short').offsetTop)")
    expect(page).to_have_url(re.compile("#"))
    kept = page.evaluate("Object.keys(JSON.parse(localStorage.getItem('places')))")
    assert (len(kept), kept[0], "/evidence/old/" in kept) == (20, SAMPLE, False)
    page.get_by_role("button", name="Forget all my places").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    assert page.evaluate("localStorage.getItem('places')") is None


@pytest.mark.parametrize("kept", ["nonsense", "[]", '{"/evidence/vernon-2025-incidence-prevalence/": ["menu", 9e15]}'])
def test_spoilt_place_is_no_place(visit, kept):
    page = visit("/about/")
    page.evaluate("kept => localStorage.setItem('places', kept)", kept)
    page.goto(SAMPLE)
    assert page.get_by_role("button", name="Listen to the glance").is_visible()
    assert page.get_by_role("link", name="Go on where you stopped").count() == 0


def with_voice(visit) -> Page:
    page = visit("/healthz")
    page.add_init_script(VOICE)
    page.goto(SAMPLE)
    return page


def test_glance_is_read_in_sentences_and_only_when_asked(visit):
    page = with_voice(visit)
    assert page.evaluate("speechSynthesis.left()") == 0
    page.get_by_role("button", name="Listen to the glance").click()
    expect(page.get_by_role("status").filter(has_text="Reading aloud.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_focused()
    while page.evaluate("speechSynthesis.left()"):
        page.evaluate("speechSynthesis.say()")
    said = page.evaluate("speechSynthesis.said")
    sentences = [text for text, _, _ in said]
    assert sentences[:5] == ["PEM required.", "Who.", said[2][0], "How sure.", "Moderate."]
    assert sentences.index("What they found.") < sentences.index("What it does not show.")
    assert sentences[-1] == page.locator(".not-shown p").inner_text()
    assert {(language, voice) for _, language, voice in said} == {("en", "near")}
    expect(page.get_by_text("The end of the glance.")).to_be_visible()
    expect(page.get_by_role("button", name="Listen to the glance")).to_be_focused()


def test_listening_pauses_goes_on_and_stops(visit):
    page = with_voice(visit)
    page.get_by_role("button", name="Listen to the short version").click()
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("speechSynthesis.paused") is True
    expect(page.get_by_text("Paused.")).to_be_visible()
    page.get_by_role("button", name="Go on", exact=True).click()
    assert page.evaluate("speechSynthesis.paused") is False
    page.get_by_role("button", name="Stop").click()
    assert page.evaluate("speechSynthesis.left()") == 0
    expect(page.get_by_text("Stopped.")).to_be_visible()
    assert page.get_by_role("button", name="Pause").count() == 0


def test_browser_without_a_voice_says_so(visit):
    """The test's own Chromium has the interface and no voice."""
    page = visit(SAMPLE)
    assert page.evaluate("speechSynthesis.getVoices().length") == 0
    page.get_by_role("button", name="Listen to the glance").click()
    expect(page.get_by_text("Your browser could not read this aloud.")).to_be_visible()


def test_browser_without_the_interface_gets_no_button(visit):
    page = visit("/healthz")
    page.add_init_script("delete window.speechSynthesis")
    page.goto(SAMPLE)
    page.get_by_role("link", name="One page for your doctor").focus()
    assert page.get_by_role("button", name=re.compile("Listen")).count() == 0


def test_printed_study_holds_every_layer_and_no_menu(visit):
    page = visit(COHORTS, scheme="dark")
    assert set(page.evaluate(FOLDED)) == {False}
    hidden = page.locator("article h2, article details li, article details blockquote p").all_text_contents()
    words = " ".join(paper(page))
    squeezed = re.sub(r"[\s-]", "", words)
    missing = [text for text in hidden if re.sub(r"[\s-]", "", text) not in squeezed]
    assert missing == []
    menus = [
        "Start here",
        "Search studies",
        "You can stop here",
        "One page for your doctor",
        "Listen",
        "Display settings",
    ]
    assert [word for word in menus if word in words] == []
    assert squeezed.count("(https://") == squeezed.count("(https://doi.org/") == 1
    assert "This is version 1. Last change:" in words


@pytest.mark.parametrize("path", [GUIDE, "/evidence/?pem=required", "/definitions/", "/about/"])
def test_other_pages_print_without_menu_and_filters(visit, path):
    page = visit(path, scheme="dark")
    words = " ".join(paper(page))
    assert [word for word in ("Search studies", "Apply filters", "Display", "Back to the start") if word in words] == []
    page.emulate_media(media="print")
    colours = page.evaluate("(({backgroundColor, color}) => [backgroundColor, color])(getComputedStyle(document.body))")
    assert colours == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_one_page_of_every_sample_study_is_one_page(atlas, visit):
    page = visit("/evidence/?text=with")
    found: list[str] = []
    for number in (1, 2):
        page.goto(f"/evidence/?text=with&page={number}")
        found += [one.get_attribute("href") for one in page.locator(".results a").all()]
    assert len(set(found)) == 34
    sheets = {}
    for path in found:
        page.goto(f"{path}?print=one-page")
        sheets[path] = paper(page)
    assert {path: len(words) for path, words in sheets.items() if len(words) != 1} == {}
    ends = [path for path, (words,) in sheets.items() if not words.endswith("It is no medical advice.")]
    assert ends == []


def test_one_page_is_one_page_for_who_chose_large_wide_text(atlas, visit):
    page = visit("/healthz")
    choice = {"name": "look", "value": "size-largest.spacing-wider.font-easy.theme-dim", "url": atlas.url}
    page.context.add_cookies([choice])
    page.goto("/evidence/jothi-2025-long-covid/?print=one-page")
    assert len(paper(page)) == 1


def test_print_button_prints_and_needs_a_script(visit):
    page = visit("/healthz")
    page.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1; }")
    page.goto(ONE_PAGE)
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("window.printed") == 1
    assert visit(ONE_PAGE, js=False).get_by_role("button", name="Print this page").count() == 0


@pytest.mark.parametrize(("path", "width"), [(SAMPLE, 320), (GUIDE, 1280)])
def test_open_depths_have_no_fault_and_fit(atlas, visit, axe, path, width):
    page = chosen(atlas, visit, path, "deep", width=width, scheme="dark")
    assert shift_of(page) == 0
    axe(page)
    assert faults_of_looks(page) | faults_of_width(page) == {}
