"""Sets of common words: they give what the database gives, before and after every kind of change."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from studies.models import Topic
from studies.search import common_words, documents, engine, index
from studies.search.adapters import adapter
from studies.search.bitmaps import from_ids
from studies.search.common_words import ANYWHERE, TITLE, found, only_word
from studies.search.filters import Filters
from studies.search.query import parse
from tests.studies.factories import CODED, TEXTS, published_study

SETS = {"pain": 0b1011, "sleep": 0b0110, "heart": 0b1000}


def by_sets(text):
    query = parse(text)
    return found(query.required, query.excluded, SETS.get)


@pytest.mark.parametrize(
    ("text", "bitmap"),
    [
        ("pain", 0b1011),
        ("pain sleep", 0b0010),
        ("pain -heart", 0b0011),
        ("pain -heart -sleep", 0b0001),
        ("pain unknown", None),
        ("pain -unknown", None),
        ('"pain sleep"', None),
    ],
)
def test_sets_are_put_together_as_the_query_says(text, bitmap):
    assert by_sets(text) == bitmap


@pytest.mark.parametrize(
    ("text", "word"), [("pain", "pain"), ("pain sleep", ""), ("pain -sleep", ""), ('"a b"', ""), ("-pain", "")]
)
def test_the_set_of_one_word_alone_is_kept(text, word):
    assert only_word(parse(text)) == word


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_sets_are_put_together_as_sets(pain, sleep, heart):
    sets = {"pain": from_ids(pain), "sleep": from_ids(sleep), "heart": from_ids(heart)}
    query = parse("pain sleep -heart")
    assert found(query.required, query.excluded, sets.get) == from_ids((pain & sleep) - heart)


def kept(text):
    """The kept sets of a word, anywhere and in titles, at the present state; None where none is kept."""
    catalogue = index.catalogue()
    return [common_words.holding(catalogue, parse(text), columns) for columns in (ANYWHERE, TITLE)]


def in_database(text):
    query = parse(text)
    return [from_ids(adapter().match(connection, query)), from_ids(adapter().match_titles(connection, query))]


def learned(text):
    """Ask for a word as a reader does; its titles too, which readers ask for where many studies have it."""
    engine.find(Filters(q=text, synonyms=False))
    common_words.keep(index.catalogue(), parse(text), TITLE, in_database(text)[1])


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh_search")
def test_the_sets_follow_every_change(django_assert_num_queries):
    published_study(title="Pain in legs")
    second = published_study(**TEXTS, **CODED, title="Sleep", topics=[Topic.objects.first().slug])
    learned("pain")
    assert kept("pain") == in_database("pain") != [0, 0]
    third = published_study(title="Pain in arms")
    assert kept("pain") == in_database("pain")
    assert kept("pain")[TITLE] >> third.pk & 1
    Topic.objects.filter(studies=second).update(label="Pain")
    documents.refresh_named([second.pk])
    assert kept("pain") == in_database("pain")
    assert kept("pain")[0] >> second.pk & 1
    published_study(title="Heart")
    catalogue = index.catalogue()
    kept("pain")
    with django_assert_num_queries(0):
        assert engine.look(Filters(q="pain", synonyms=False), catalogue).result.total == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh_search")
def test_a_word_in_few_studies_is_not_kept(monkeypatch):
    monkeypatch.setattr(common_words, "COMMON", 0.6)
    published_study(title="Pain and sleep")
    published_study(title="Pain")
    learned("sleep")
    learned("pain")
    assert [kept("sleep")[0], kept("pain")[0]] == [None, in_database("pain")[0]]


@pytest.mark.django_db
@pytest.mark.usefixtures("fresh_search")
def test_too_many_moves_are_not_followed(monkeypatch):
    monkeypatch.setattr(index, "MOST_MOVES", 2)
    published_study(title="Pain")
    learned("pain")
    for _ in range(2):
        published_study(title="Pain")
        index.catalogue()
    assert kept("pain") == in_database("pain")
    for _ in range(3):
        published_study(title="Pain")
        index.catalogue()
    assert kept("pain") == [None, None]
    learned("pain")
    monkeypatch.setattr(index, "MOST_MOVED", 0)
    published_study(title="Pain")
    assert kept("pain") == [None, None]
