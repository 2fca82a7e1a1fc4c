"""The cookie that holds how a reader wants pages to look."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas_site.languages import language_for
from atlas_site.preferences import CHOICES, NOTHING_CHOSEN, Look

LOOKS = st.builds(Look, **{name: st.sampled_from(values) for name, values in CHOICES.items()})


@given(LOOKS)
def test_cookie_gives_back_what_was_chosen(look):
    assert Look.from_cookie(look.to_cookie()) == look


def test_cookie_holds_only_what_differs_from_the_defaults():
    assert (NOTHING_CHOSEN.to_cookie(), Look(theme="dim", size="large").to_cookie()) == ("", "theme-dim.size-large")


@pytest.mark.parametrize("text", ["", ".", "-", "theme", "theme-", "theme-pink", "x-y.theme-dim-", "size-large" * 200])
def test_cookie_with_nonsense_is_as_if_nothing_was_chosen(text):
    assert Look.from_cookie(text) == NOTHING_CHOSEN


@given(st.text())
def test_cookie_of_any_text_is_read_without_a_fault(text):
    assert isinstance(Look.from_cookie(text), Look)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/evidence/", "de"),
        ("/evidence/a-study/v/2/", "de"),
        ("/apiary/", "de"),
        ("/a.b/", "de"),
        ("/evidence/a-study.ris", "en"),
        ("/evidence/a-study.csl.json", "en"),
        ("/api/v1/studies", "en"),
        ("/oai", "en"),
        ("/admin/", "en"),
    ],
)
def test_language_is_the_chosen_one_on_pages_and_english_for_programs(rf, path, language):
    rf.cookies["look"] = "language-de"
    assert language_for(rf.get(path)) == language


def test_language_of_a_very_long_address_is_found_at_once(rf):
    """As long as the documented proxy lets through, with a cookie or without."""
    request = rf.get("/" + "." * 16_000 + "!")
    start = time.process_time()
    assert language_for(request) == "en"
    assert time.process_time() - start < 0.3
