import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search.suggestions import Spellings, corrected, distance, words_of

SPELLINGS = Spellings(["naltrexone and fatigue", "fatigue in mice", "mitochondria", "pain", "plain pain", "Sjögren"])


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("naltrexon", None),  # the same stem would have been found
        ("naltrexoen", "naltrexone"),
        ("naltrxne", "naltrexone"),
        ("nltrxne", None),  # three letters are missing
        ("Miocondria", "mitochondria"),
        ("fatgue", "fatigue"),
        ("paim", "pain"),
        ("paxm", None),  # two mistakes in four letters
        ("sjogern", "sjogren"),
        ("pan", None),  # too short
        ("fatigue", None),
        ("慢性疲劳", None),
        ("", None),
    ],
)
def test_nearest_word(typed, meant):
    assert SPELLINGS.nearest(typed) == meant


def test_of_words_equally_near_the_one_in_most_texts_is_meant():
    assert Spellings(["plate", "plane", "plane"]).nearest("plabe") == "plane"
    assert Spellings(["plate", "plane"]).nearest("plabe") == "plane"


def test_only_unknown_words_of_a_search_text_are_replaced():
    assert corrected('"fatgue" -mice LDN', unknown=["fatgue"], spellings=SPELLINGS) == '"fatigue" -mice LDN'
    assert corrected("xyzxyz", unknown=["xyzxyz"], spellings=SPELLINGS) is None


def test_a_much_more_usual_word_is_meant_instead_of_a_rare_one():
    spellings = Spellings(["fatige", *["fatigue"] * 20, "pain", *["paint"] * 19])
    assert spellings.usual("Fatige") == "fatigue"
    assert spellings.usual("pain") is None
    assert spellings.usual("fatigue") is None
    assert corrected("fatige -pain", unknown=[], known=["fatige", "pain"], spellings=spellings) == "fatigue -pain"


def test_words_that_can_be_misspelled():
    assert words_of('fatgue "brain fog" fatgue 2021 IL-6 *') == ["fatgue", "brain", "fog", "IL"]


def slow_distance(one, other):
    """Optimal string alignment, written as its definition."""
    if not one or not other:
        return len(one) + len(other)
    steps = [
        slow_distance(one[1:], other) + 1,
        slow_distance(one, other[1:]) + 1,
        slow_distance(one[1:], other[1:]) + (one[0] != other[0]),
    ]
    if len(one) > 1 and len(other) > 1 and one[0] == other[1] and one[1] == other[0]:
        steps.append(slow_distance(one[2:], other[2:]) + 1)
    return min(steps)


@given(st.text("abc", max_size=5), st.text("abc", max_size=5), st.integers(0, 4))
def test_distance_is_the_number_of_mistakes(one, other, most):
    assert distance(one, other, most) == min(slow_distance(one, other), most + 1)
