from collections import Counter
from urllib.parse import parse_qs

import pytest

from scripts.benching.mix import COMMON, MEDIUM, SHARES, make_mix, words_of
from studies.sample_files import listed_papers

TOPICS = ["sleep", "immunology", "muscle"]


@pytest.fixture(scope="module")
def titles():
    return [paper.record.title for paper in listed_papers(everything=True)]


@pytest.fixture(scope="module")
def asks(titles):
    return make_mix(titles, TOPICS)


def test_make_mix_is_the_same_every_time(titles, asks):
    assert make_mix(titles, TOPICS) == asks


def test_make_mix_holds_every_kind_in_its_share(asks):
    kinds = Counter(ask.kind for ask in asks)
    short = {"browse": 10}  # ten different pages at most
    assert len(asks) > 190
    assert all(kinds[kind] >= min(share, short.get(kind, share)) - 4 for kind, share in SHARES.items())


def test_make_mix_never_asks_the_same_twice(asks):
    assert len({ask.query for ask in asks}) == len(asks)


def test_make_mix_draws_words_by_how_common_they_are(titles, asks):
    holding = Counter(word for title in titles for word in set(words_of(title)))
    for kind, (low, high) in {"medium word": MEDIUM, "common word": COMMON}.items():
        shares = [holding[ask.q] / len(titles) for ask in asks if ask.kind == kind]
        assert all(low <= share <= high for share in shares)


def test_make_mix_takes_phrases_from_titles(titles, asks):
    text = "\n".join(titles).lower()
    phrases = [ask.q.strip('"') for ask in asks if ask.kind == "phrase"]
    assert phrases
    assert all(phrase.split()[0].lower() in text for phrase in phrases)


def test_query_switches_synonyms_off_because_no_other_contender_has_them(asks):
    for ask in asks:
        assert parse_qs(ask.query).get("synonyms") == (["off"] if ask.q else None)


def test_make_mix_of_few_titles_still_fills_every_kind(titles):
    assert {ask.kind for ask in make_mix(titles[:60], TOPICS, number=60)} == set(SHARES)
