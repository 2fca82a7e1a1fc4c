from hypothesis import given
from hypothesis import strategies as st

from studies.search.query import LONGEST, MOST_PARTS, Part, parse
from studies.search.synonyms import Synonyms

SYNONYMS = Synonyms.of(
    [
        ("LDN", ["low-dose naltrexone", "low dose naltrexone"]),
        ("PEM", ["post-exertional malaise", "postexertional malaise"]),
        ("CFS", ["chronic fatigue syndrome"]),
        ("ME/CFS", ["CFS/ME", "chronic fatigue syndrome", "CFS"]),
        ("Quality of life", ["QoL"]),
    ]
)


def typed(text, **kwargs):
    return [part.typed for part in parse(text, **kwargs).required]


def test_words_are_all_required():
    assert parse("pacing Fatigue").required == (
        Part("pacing", ((("pace",),),)),
        Part("Fatigue", ((("fatigu",),),)),
    )


def test_a_quoted_phrase_is_one_part_without_synonyms():
    query = parse('"low dose naltrexone" LDN', SYNONYMS)
    assert query.required[0] == Part("“low dose naltrexone”", ((("low", "dose", "naltrexon"),),))
    assert query.required[1].also == ("low-dose naltrexone",)


def test_typographic_quotes_and_dashes_work_too():
    assert parse("“brain fog” −mice").key == parse('"brain fog" -mice').key


def test_a_minus_leaves_out_a_word_or_a_phrase():
    query = parse('fatigue -mice -"cell culture"')
    assert [part.typed for part in query.excluded] == ["mice", "“cell culture”"]
    assert [part.typed for part in query.required] == ["fatigue"]


def test_a_hyphen_inside_a_word_is_no_minus():
    assert parse("post-exertional").required == (Part("post-exertional", ((("post", "exert"),), (("postexert",),))),)


def test_one_word_of_the_field_brings_its_phrase_and_back():
    abbreviation = parse("LDN", SYNONYMS).required[0]
    words = parse("low dose naltrexone", SYNONYMS).required[0]
    assert abbreviation.alternatives == ((("ldn",),), (("low", "dose", "naltrexon"),))
    assert words.alternatives == ((("low",), ("dose",), ("naltrexon",)), (("ldn",),))
    assert words.also == ("LDN",)


def test_the_longest_term_wins():
    assert typed("chronic fatigue syndrome fatigue", synonyms=SYNONYMS) == ["chronic fatigue syndrome", "fatigue"]


def test_an_alias_of_several_terms_means_the_narrowest():
    assert parse("CFS", SYNONYMS).required[0].also == ("chronic fatigue syndrome",)
    assert parse("ME/CFS", SYNONYMS).required[0].also == ("CFS/ME", "chronic fatigue syndrome", "CFS")


def test_synonyms_are_not_used_for_what_is_left_out():
    assert parse("-LDN", SYNONYMS).excluded == (Part("LDN", ((("ldn",),),)),)


def test_common_words_are_left_out_and_named():
    query = parse("the effect of pacing", SYNONYMS)
    assert [part.typed for part in query.required] == ["effect", "pacing"]
    assert query.left_out == ("the", "of")


def test_common_words_stay_in_phrases_in_terms_and_alone():
    assert typed('"the effect of"') == ["“the effect of”"]
    assert typed("quality of life", synonyms=SYNONYMS) == ["quality of life"]
    assert parse("quality of life", SYNONYMS).left_out == ()
    assert typed("to be") == ["to", "be"]


def test_the_same_word_twice_is_asked_once():
    assert typed("fatigue Fatigue fatigues") == ["fatigue"]


def test_an_unclosed_quote_is_closed_and_said():
    query = parse('pain "brain fog')
    assert [part.typed for part in query.required] == ["pain", "“brain fog”"]
    assert query.notices == ("A quotation mark was not closed. It was read as closed at the end.",)


def test_punctuation_alone_asks_nothing_and_says_so():
    for text in ['"', "(", "*", "-", "***", '""', "- -", "!?"]:
        query = parse(text)
        assert not query
        assert query.notices == ("There was no word to search for in the search box, so it was ignored.",), text


def test_an_empty_box_has_no_notice():
    assert parse("  ").notices == ()


def test_characters_that_cannot_be_read_are_dropped_and_said():
    query = parse("fa\x00tig\x1bue\ufffd")
    assert [part.typed for part in query.required] == ["fatigue"]
    assert query.notices == ("Characters that cannot be read were left out.",)


def test_invisible_characters_are_dropped_in_silence():
    assert parse("fa\u200btigue").key == parse("fatigue").key
    assert parse("fa\u200btigue").notices == ()


def test_a_text_too_long_is_cut_and_said():
    query = parse("fatigue " * 1300)
    assert query.notices == (
        f"The search text was too long. Only its first {LONGEST} characters were used.",
        f"Only the first {MOST_PARTS} words were used.",
    )


@given(st.text(max_size=600))
def test_every_text_is_a_query(text):
    query = parse(text, SYNONYMS)
    assert len(query.required) + len(query.excluded) <= MOST_PARTS
    for part in query.required + query.excluded:
        assert part.alternatives and all(phrase for each in part.alternatives for phrase in each)


@given(
    st.lists(
        st.sampled_from(
            "low dose naltrexone LDN chronic fatigue syndrome of quality life post-exertional malaise".split()
        )
    )
)
def test_synonyms_only_add_alternatives(words):
    """Whatever the words alone would require, some alternative of each part requires no more."""
    text = " ".join(words)
    alone = {phrase for part in parse(text).required for each in part.alternatives for phrase in each}
    for part in parse(text, SYNONYMS).required:
        if part.also:
            assert set(part.alternatives[0]) <= alone
