"""The cookie that holds how a reader wants pages to look."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
