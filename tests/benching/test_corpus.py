from collections import Counter

import pytest

from scripts.benching.corpus import NO_PARTICIPANTS, joined_title, make, read_sources
from studies.sample_files import FOLDER
from studies.vocabulary import Design, EvidenceLevel, PeerReview, Pem, Retraction, Role


@pytest.fixture(scope="module")
def sources():
    return read_sources(FOLDER, None)


@pytest.fixture(scope="module")
def studies(sources):
    return list(make(sources, 7000))


def test_make_gives_the_same_studies_for_the_same_seed(sources):
    assert list(make(sources, 50)) == list(make(sources, 50))
    assert list(make(sources, 50)) != list(make(sources, 50, seed=1))


def test_make_starts_alike_at_every_size(sources, studies):
    assert list(make(sources, 50)) == studies[:50]


def test_make_numbers_studies_from_one(studies):
    assert [made.number for made in studies] == list(range(1, 7001))


def test_make_uses_every_real_title_before_it_joins_two(sources, studies):
    assert Counter(made.fields["title"] for made in studies[:5960]) == Counter(
        item["title"] for item in sources.citations
    )


def test_make_keeps_to_the_rules_of_the_record(studies):
    for made in studies:
        fields = made.fields
        if fields.get("design") in NO_PARTICIPANTS:
            assert fields["pem"] == "not_applicable"
        if fields.get("evidence_level") == "E0":
            assert fields["design"] in {"guideline", "systematic_review"}
        if "summary" in fields:
            assert all(fields[name] for name in ("question", "key_point", "main_limitation", "significance", "basis"))


def test_make_uses_known_words_only(sources, studies):
    fields = [made.fields for made in studies]
    assert {each.get("design", "not_classified") for each in fields} <= set(Design.values)
    assert {each.get("pem", "not_coded") for each in fields} <= set(Pem.values)
    assert {each.get("evidence_level", "unrated") for each in fields} <= set(EvidenceLevel.values)
    assert {each.get("peer_review", "preprint") for each in fields} <= set(PeerReview.values)
    assert {each["retraction_status"] for each in fields} <= set(Retraction.values)
    assert {role for made in studies for _, role in made.definitions} <= set(Role.values)
    assert {topic for made in studies for topic in made.topics} <= set(sources.topics)


def test_make_classifies_with_skew(studies):
    with_texts = sum("summary" in made.fields for made in studies) / len(studies)
    coded = sum("design" in made.fields for made in studies) / len(studies)
    assert 0.03 < with_texts < 0.07
    assert 0.35 < coded < 0.50
    topics = Counter(topic for made in studies for topic in made.topics).most_common()
    assert topics[0][1] > 8 * topics[-1][1]


@pytest.mark.parametrize(
    ("one", "other", "joined"), [("a b c d", "e f g h", "a b g h"), ("a", "b", "a b"), ("a b c", "d", "a b d")]
)
def test_joined_title_takes_half_of_each(one, other, joined):
    assert joined_title(one, other) == joined
