from studies.search.expressions import FTS5, TSQUERY, apart, has_phrase, needed
from studies.search.query import parse
from studies.search.synonyms import Synonyms

SYNONYMS = Synonyms.of([("ME/CFS", ["CFS/ME", "chronic fatigue syndrome", "CFS"]), ("LDN", ["low-dose naltrexone"])])


def test_both_languages_build_the_same_tree():
    query = parse('LDN pain -mice -"cell line"', SYNONYMS)
    assert FTS5.whole(query) == ('((("ldn") OR ("low dose naltrexon")) AND (("pain"))) NOT (("mice") OR ("cell line"))')
    assert TSQUERY.whole(query) == (
        "((((ldn)) | ((low <-> dose <-> naltrexon))) & (((pain)))) & !(((mice)) | ((cell <-> line)))"
    )


def test_an_alternative_within_another_is_enough():
    part = parse("ME/CFS", SYNONYMS).required[0]
    assert needed(part.alternatives) == [(("chronic", "fatigu", "syndrom"),), (("cfs",),)]


def test_of_equal_alternatives_one_is_kept():
    assert needed([(("a",),), (("a",),), (("a", "b"),)]) == [(("a",),)]
    assert needed([(("a",), ("b",)), (("a", "b"),)]) == [(("a",), ("b",))]


def test_words_and_phrases_are_asked_apart():
    pieces = apart(parse("LDN pain", SYNONYMS))
    assert [TSQUERY.required(piece) for piece in pieces] == [
        "(((ldn))) & (((pain)))",
        "(((low <-> dose <-> naltrexon))) & (((pain)))",
    ]


def test_many_mixed_parts_stay_together():
    query = parse("LDN ME/CFS auto-antibodies", SYNONYMS)
    assert apart(query) == [query]


def test_phrases_are_told_from_words():
    assert has_phrase(parse("il6").required)
    assert not has_phrase(parse("pain sleep").required)
