"""The sample atlas's own texts: plain enough, sourced, without advice; not loaded beside what others wrote."""

import html
import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from scripts import start
from studies import markdown, sample_texts
from studies.models import GlossaryTerm, Guide, Study
from studies.sample_files import FOLDER
from studies.wording.readability import read
from studies.wording.rules import OF_SENTENCES
from studies.wording.sentences import split, words_in
from studies.wording.subject import Passage, Subject
from tests.studies.factories import published_study
from tests.studies.test_guides import make_guide

TEXTS = [text for text, _ in sample_texts.texts()]
GUIDES, PATHS, QUESTIONS = ([text for text in TEXTS if text.kind == kind] for kind in ("guide", "start", "question"))
DEEP = (900, 1300)
LONGEST_MEAN, LONGEST = 20, 26  # words of a sentence
# What guides may not say either: the other rules of the wording check are about the texts of one study.
FORBIDDEN = ("advice", "overclaiming", "praise", "certainty-above-level")


def plain(text):
    """The words that a reader of the Markdown sees; each paragraph and each item on a line of its own."""
    return html.unescape(re.sub(r"<[^>]+>", "", markdown.render(text)))


def whole(text):
    return plain("\n\n".join(getattr(text, name) for name in sample_texts.DEPTHS if getattr(text, name)))


def named(texts):
    return pytest.mark.parametrize("text", texts, ids=lambda text: text.slug)


def test_there_are_five_guides_six_paths_and_enough_questions():
    assert [len(GUIDES), len(PATHS)] == [5, 6]
    assert len(QUESTIONS) >= 12
    assert {len(path.steps) for path in PATHS} <= {4, 5, 6, 7}


@named(GUIDES)
def test_each_depth_has_its_length(text):
    assert 60 <= markdown.words(text.glance) <= 85
    assert 400 <= markdown.words(text.short) <= 500
    assert DEEP[0] <= markdown.words(text.deep) <= DEEP[1]
    assert len(re.findall(r"(?m)^# ", text.deep)) >= 5


@named(TEXTS)
def test_first_depths_are_easy_to_read(text):
    assert read(plain(text.glance)).smog <= 8
    assert not text.short or read(plain(text.short)).smog <= 9


@named(TEXTS)
def test_whole_text_is_easy_to_read(text):
    reading = read(whole(text))
    assert reading.smog <= 9
    assert reading.words / reading.sentences <= LONGEST_MEAN
    long = [each.raw for each in split(Passage("", None, whole(text))) if words_in(each.raw) > LONGEST]
    assert long == []


def test_glossary_and_steps_are_easy_to_read():
    files = [
        json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in ("glossary.json", "glossary_more.json")
    ]
    meanings = [row["meaning"] for row in files[0] + files[1]["rows"]]
    steps = [f"{step['title']}.\n{step['note']}" for path in PATHS for step in path.steps]
    assert [read("\n".join(lines)).smog <= 9 for lines in (meanings, steps)] == [True, True]


@named(TEXTS)
def test_text_gives_no_advice_and_promises_nothing(text):
    words = "\n".join([text.title, whole(text), *(step["note"] for step in text.steps)])
    subject = Subject({"summary": words}, design="guideline")
    sentences = list(split(Passage("summary", None, words)))
    hits = [each.raw for each in sentences for slug in FORBIDDEN if any(OF_SENTENCES[slug].find(each, subject))]
    assert hits == []


def test_the_check_for_advice_finds_advice():
    (sentence,) = split(Passage("summary", None, "People with PEM should rest before a test."))
    assert any(OF_SENTENCES["advice"].find(sentence, Subject({}, design="guideline")))


@named(TEXTS)
def test_text_is_sourced_and_says_when_it_was_checked(text):
    assert text.sources
    assert text.reviewed_on
    assert [source for source in text.sources if source["text"].strip() != source["text"]] == []
    assert not re.search(r"[—✓✗±↑↓→]", whole(text))


def test_new_terms_have_a_meaning_a_source_and_mostly_other_words():
    rows = json.loads((FOLDER / "glossary_more.json").read_text(encoding="utf-8"))["rows"]
    assert [row["term"] for row in rows if not (row["meaning"] and row["source"] and row["aliases"])] == []


@pytest.mark.django_db
def test_seeded_glossary_holds_the_words_of_the_guides():
    assert GlossaryTerm.objects.exclude(aliases=[]).count() >= 60
    assert GlossaryTerm.objects.filter(meaning="").count() == 0
    wanted = {slug for _, terms in sample_texts.texts() for slug in terms}
    assert wanted - set(GlossaryTerm.objects.values_list("slug", flat=True)) == set()


@pytest.mark.django_db
def test_sources_of_the_seeds_stand_with_their_terms():
    sources = json.loads((FOLDER / "glossary_sources.json").read_text(encoding="utf-8"))
    assert dict(GlossaryTerm.objects.filter(slug__in=sources).values_list("slug", "source")) == sources


@pytest.mark.django_db
def test_load_refuses_where_others_wrote_guides():
    make_guide()
    with pytest.raises(CommandError, match="holds 1 guides, paths or questions that are not samples, so nothing was"):
        call_command("load_sample", stdout=StringIO())
    assert (Study.objects.count(), Guide.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_start_beside_real_studies_adds_no_sample(capsys):
    published_study()
    start.load_sample()
    assert (Study.objects.count(), Guide.objects.count()) == (1, 0)
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_texts_whose_studies_are_missing_are_left_out_and_named():
    made, left_out = sample_texts.publish_sample_texts()
    cited = [text for text in TEXTS if any("study" in source for source in text.sources)]
    assert (made, len(left_out)) == (len(TEXTS) - len(cited), len(cited))
    assert left_out[0].startswith("What is ME/CFS? No public study has the address ")
