"""Cells that a spreadsheet must not run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats.cells import defused, restored


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "'"])
def test_cell_that_begins_like_a_formula_begins_with_an_apostrophe(start):
    assert defused(start + "cmd|' /C calc'!A0") == "'" + start + "cmd|' /C calc'!A0"


@given(st.text())
def test_defused_cell_gives_back_its_text(text):
    assert restored(defused(text)) == text


@pytest.mark.parametrize("value", [None, 0, -3, 12, "", "plain", "10.1000/x"])
def test_other_cells_stay_as_they_are(value):
    assert defused(value) == value
