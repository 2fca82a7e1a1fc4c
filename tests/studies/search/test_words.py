import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search.words import fold, stems, stream, surfaces


@pytest.mark.parametrize(
    "one, other",
    [
        ("randomised", "Randomized"),
        ("tumours", "tumor"),
        ("paediatric", "pediatric"),
        ("anaemia", "anemia"),
        ("diarrhoea", "diarrhea"),
        ("oestrogen", "estrogen"),
        ("behavioural", "behavioral"),
        ("fibre", "fibers"),
        ("centre", "centers"),
        ("analysed", "analyzing"),
        ("programmes", "program"),
        ("Sjögren's", "sjogren"),
        ("Alzheimer’s", "alzheimer"),
        ("exercise", "exercising"),
        ("IL-6", "il6"),
        ("COVID-19", "Covid19"),
        ("β", "beta"),
        ("ﬁbromyalgia", "fibromyalgia"),
        ("ＭＥ", "me"),
    ],
)
def test_two_spellings_are_one_word(one, other):
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize("one, other", [("four", "for"), ("hour", "hor"), ("random", "ransom"), ("rise", "rice")])
def test_different_words_stay_apart(one, other):
    assert stems(one) != stems(other)


def test_letters_and_digits_are_divided():
    assert stems("10mg of CoQ10, 1e5x") == ["10", "mg", "of", "coq", "10", "1", "e", "5", "x"]


def test_other_alphabets_are_words_too():
    assert len(stems("慢性疲劳 Болезнь")) == 2
    assert stems("Болезнь") == stems("БОЛЕЗНЬ")


def test_a_text_without_a_word_has_no_token():
    assert stems("*** (…) — ½‽"[:10]) == []


def test_surfaces_keep_the_word_before_stemming():
    assert surfaces("Patients' fatigue, IL-6") == ["patients", "fatigue", "il"]


@given(st.text())
def test_tokens_are_ascii_letters_or_digits_of_bounded_length(text):
    for token in stems(text):
        assert token.isascii() and token.isalnum() and (token.isalpha() or token.isdigit())
        assert 0 < len(token) <= 60


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abceglnorstuy ", max_size=40))
def test_a_stream_divides_into_its_tokens(text):
    assert stream(text).split() == stems(text)
