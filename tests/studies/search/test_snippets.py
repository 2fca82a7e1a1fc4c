import html
import re
import sys

from hypothesis import given
from hypothesis import strategies as st

from studies.search import snippets, words
from studies.search.query import parse
from studies.search.snippets import LONGEST, Read, has_any, snippet


def phrases(text):
    return parse(text).phrases


def mark(text, sought):
    return Read(text).marked(sought)


def test_words_are_marked_in_every_form():
    assert mark("Fatigue, and fatigued people", phrases("fatigue")) == (
        "<mark>Fatigue</mark>, and <mark>fatigued</mark> people"
    )


def test_a_phrase_is_marked_only_where_its_words_stand_together():
    text = "Brain fog and fog in the brain"
    assert mark(text, phrases('"brain fog"')) == "<mark>Brain fog</mark> and fog in the brain"


def test_of_two_phrases_at_one_place_the_longer_is_marked():
    assert mark("low dose naltrexone", phrases('low "low dose naltrexone"')) == "<mark>low dose naltrexone</mark>"


def test_a_word_of_several_tokens_is_marked_whole():
    assert mark("Raised IL-6 or IL6.", phrases("il6")) == "Raised <mark>IL-6</mark> or <mark>IL6</mark>."


def test_everything_is_escaped():
    assert mark("<b>pain</b> & <script>", phrases("pain b script")) == (
        "&lt;<mark>b</mark>&gt;<mark>pain</mark>&lt;/<mark>b</mark>&gt; &amp; &lt;<mark>script</mark>&gt;"
    )


def test_nothing_to_mark_leaves_the_text():
    assert mark("pain", frozenset()) == "pain"


def test_a_snippet_is_the_sentence_with_most_of_the_words():
    text = "Pain was common. Sleep and pain were measured. Sleep was poor."
    assert snippet(text, phrases("sleep pain")) == "<mark>Sleep</mark> and <mark>pain</mark> were measured."


def test_of_sentences_with_as_many_of_the_words_the_first_is_the_snippet():
    text = "Nothing. Sleep was poor. Pain was bad. Sleep and pain, as ever. Pain and sleep again."
    assert snippet(text, phrases("sleep")) == "<mark>Sleep</mark> was poor."
    assert snippet(text, phrases("sleep pain")) == "<mark>Sleep</mark> and <mark>pain</mark>, as ever."
    assert snippet(text, phrases("sleep fog")) == "<mark>Sleep</mark> was poor."


def test_sentences_are_read_only_as_far_as_they_can_be_better(monkeypatch):
    read = []
    monkeypatch.setattr(
        snippets, "_hits", lambda text, sought, hits=snippets._hits: read.append(text) or hits(text, sought)
    )
    assert snippet("No word. Of those. Sought here.", phrases("pain")) == ""
    assert list(filter(None, read)) == []
    assert snippet("First. Then pain. And pain.", phrases("pain")) == "Then <mark>pain</mark>."
    assert list(filter(None, read)) == ["First.", "Then pain."]


def test_a_long_sentence_is_cut_between_words_round_the_hit():
    text = "word " * 200 + "naltrexone " + "tail " * 200
    piece = snippet(text, phrases("naltrexone"))
    assert piece.startswith("… word ") and piece.endswith(" tail …")
    assert piece.count("<mark>naltrexone</mark>") == 1
    assert len(re.sub("</?mark>", "", piece)) <= LONGEST + 4


def test_no_hit_gives_no_snippet():
    assert snippet("Nothing here.", phrases("pain")) == ""
    assert not has_any("Nothing here.", phrases("pain"))


@given(st.text(), st.text(max_size=50))
def test_marking_changes_nothing_but_the_marks(text, query):
    marked = mark(text, phrases(query))
    plain = re.sub("</?mark>", "", marked)
    assert html.unescape(plain) == html.unescape(html.escape(text)) or plain == html.escape(text)


@given(st.text(alphabet="ab <>&.\n", max_size=600), st.text(alphabet="ab ", max_size=20))
def test_a_snippet_never_holds_a_tag_of_the_text(text, query):
    assert "<" not in re.sub("</?mark>", "", snippet(text, phrases(query)))


def test_a_read_text_counts_each_of_its_objects_once():
    text = Read("Fatigue after effort")
    parts = (text, text.text, text._names, text._places)
    assert text._plain is text.text
    assert text.size == sum(map(sys.getsizeof, parts))
    escaped = Read("Fatigue & effort")
    assert escaped.size == sum(
        map(sys.getsizeof, (escaped, escaped.text, escaped._plain, escaped._names, escaped._places))
    )


def test_texts_share_their_words_once_those_are_forgotten():
    one = Read("Fatigue after effort")
    snippets._tokens.cache_clear(), words.stems_of_word.cache_clear(), words.stem.cache_clear()
    other = Read("Effort and fatigue")
    assert one._names[0] is other._names[2]


@given(st.text(alphabet="aeä B-6/.\n\t’", max_size=80))
def test_stems_are_the_same_with_and_without_their_places(text):
    assert list(snippets._stems(text)) == snippets._words(text)[0]


def test_only_so_many_stems_are_kept(monkeypatch):
    monkeypatch.setattr(snippets, "MOST_CHUNKS", 3)
    for text in ("pain after effort", "fatigue and effort", "fog"):
        assert list(snippets._stems(text)) == snippets._words(text)[0]
        assert len(snippets._stems_of) <= 3


def test_a_word_between_blanks_is_looked_up_once(monkeypatch):
    looked_up = []
    stems_of_word = snippets.stems_of_word
    monkeypatch.setattr(snippets, "stems_of_word", lambda word: looked_up.append(word) or stems_of_word(word))
    snippets._stems_of.clear()
    for _ in range(3):
        assert snippet("Tired after effort. Tired again.", phrases("pain")) == ""
    assert looked_up == ["Tired", "after", "effort", "again"]
