from hypothesis import given
from hypothesis import strategies as st

from studies.search.query import parse
from studies.search.ranking import _sought, _times, in_order
from studies.search.synonyms import Synonyms
from studies.search.words import stream


def document(title="", key="", body="", people="", abstract=""):
    return [stream(text) for text in (title, key, body, people, abstract)]


def best(query, documents, synonyms=None):
    return in_order(list(documents), documents, parse(query, synonyms))


def test_title_stands_above_key_point_above_text_above_abstract():
    documents = {
        1: document(title="other words", abstract="naltrexone naltrexone naltrexone"),
        2: document(title="other words", body="naltrexone naltrexone naltrexone"),
        3: document(title="other words", key="naltrexone"),
        4: document(title="other naltrexone"),
    }
    assert best("naltrexone", documents) == [4, 3, 2, 1]


def test_words_side_by_side_stand_above_the_same_words_apart():
    documents = {1: document(title="fog of war on the brain"), 2: document(title="a study about brain fog at home")}
    assert best("brain fog", documents) == [2, 1]


def test_a_word_found_more_often_counts_more_but_less_each_time():
    documents = {1: document("x y", body="pain"), 2: document("x y", body="pain pain"), 3: document("x pain")}
    assert best("pain", documents) == [3, 2, 1]


def test_a_shorter_title_stands_above_a_longer_one():
    documents = {1: document(title="pacing and many other things besides"), 2: document(title="pacing")}
    assert best("pacing", documents) == [2, 1]


def test_a_synonym_in_the_title_counts_like_the_word():
    synonyms = Synonyms.of([("LDN", ["low-dose naltrexone"])])
    documents = {1: document(title="other words", body="ldn"), 2: document(title="low-dose naltrexone")}
    assert best("LDN", documents, synonyms) == [2, 1]


def test_equal_studies_stay_in_the_order_given():
    documents = {5: document("same"), 2: document("same"), 9: document("same")}
    assert best("same", documents) == [5, 2, 9]


def test_a_study_without_a_document_comes_last():
    assert in_order([1, 2], {2: document("pain")}, parse("pain")) == [2, 1]


@given(
    st.lists(st.sampled_from(["a", "b", "aa"]), max_size=12),
    st.lists(st.sampled_from(["a", "b", "aa"]), min_size=1, max_size=3),
)
def test_a_phrase_is_counted_where_its_whole_words_stand(words, phrase):
    """Without overlaps, from left to right, as a plain reading counts."""
    place = times = 0
    while place < len(words):
        here = words[place : place + len(phrase)] == phrase
        times += here
        place += len(phrase) if here else 1
    assert _times(" ".join(words), _sought(tuple(phrase))) == times
