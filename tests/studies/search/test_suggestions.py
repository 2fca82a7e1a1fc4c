import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search.spellings import Spellings, distance
from studies.search.suggestions import corrected, words_of
from studies.search.words import stem


def spellings_of(texts):
    return Spellings(enumerate(texts))


SPELLINGS = spellings_of(["naltrexone and fatigue", "fatigue in mice", "mitochondria", "pain", "plain pain", "Sjögren"])


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
    assert spellings_of(["plate", "plane", "plane"]).nearest("plabe") == "plane"
    assert spellings_of(["plate", "plane"]).nearest("plabe") == "plane"


def test_only_unknown_words_of_a_search_text_are_replaced():
    assert corrected('"fatgue" -mice LDN', unknown=["fatgue"], spellings=SPELLINGS) == '"fatigue" -mice LDN'
    assert corrected("xyzxyz", unknown=["xyzxyz"], spellings=SPELLINGS) is None


def test_a_much_more_usual_word_is_meant_instead_of_a_rare_one():
    spellings = spellings_of(["fatige", *["fatigue"] * 20, "pain", *["paint"] * 19])
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


@given(st.text("abcde", min_size=4, max_size=8), st.lists(st.text("abcde", min_size=3, max_size=9), max_size=12))
def test_the_nearest_word_is_the_first_by_mistakes_then_start_then_use(word, others):
    """As a plain reading of all words finds it."""
    most = 1 if len(word) <= 5 else 2
    near = [
        (distance(word, other, most), other[0] != word[0], -others.count(other), other)
        for other in others
        if distance(word, other, most) <= most and stem(other) != stem(word)
    ]
    assert spellings_of(others).nearest(word) == (min(near)[3] if near else None)


texts = st.lists(st.sampled_from(["pain", "paint", "fatigue", "fatige", "plain", "mouse"]), max_size=4).map(" ".join)
keyed = st.dictionaries(st.integers(0, 8), texts, max_size=8)


@given(keyed, keyed, st.sets(st.integers(0, 8)))
def test_words_brought_up_to_date_are_those_of_a_fresh_reading(old, new, gone):
    held = Spellings(old.items())
    before = {word: held.count(word) for word in ("pain", "fatigue", "mouse")}
    updated = Spellings(new.items(), held, gone)
    fresh = Spellings(({key: text for key, text in old.items() if key not in gone} | new).items())
    for word in ("pain", "paint", "fatigue", "fatige", "plain", "mouse", "elsewhere"):
        assert updated.count(word) == fresh.count(word)
        assert updated.nearest(word[1:] + "e") == fresh.nearest(word[1:] + "e")
        assert updated.usual(word) == fresh.usual(word)
    assert (len(updated), sorted(updated)) == (len(fresh), sorted(fresh))
    assert {word: held.count(word) for word in before} == before
