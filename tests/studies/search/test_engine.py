"""The search as a whole on the sample atlas, the same on both databases."""

import threading

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studies.models import SearchDocument, Study
from studies.search import engine, index
from studies.search.bitmaps import to_ids
from studies.search.documents import COLUMNS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("sample_atlas", "fresh_search")]


def find(q="", **parameters):
    given = {name: value if isinstance(value, list) else [str(value)] for name, value in parameters.items()}
    return engine.find(engine.read({"q": [q]} | given)[0])


def titles(page):
    found = Study.objects.in_bulk(list(page.ids))
    return [found[each].title for each in page.ids]


def test_everything_is_found_newest_first():
    page = find()
    assert page.result.total == page.unfiltered == 913
    assert page.pages.last == 46
    newest = Study.objects.published().newest_first()[:20]
    assert list(page.ids) == [study.pk for study in newest]


@pytest.mark.parametrize(
    "one, other",
    [
        ("LDN", "low-dose naltrexone"),
        ("LDN", "low dose naltrexone"),
        ("PEM", "post-exertional malaise"),
        ("PEM", "postexertional malaise"),
        ("CFS", "chronic fatigue syndrome"),
        ("POTS", "postural orthostatic tachycardia syndrome"),
        ("brain fog", "brainfog"),
        ("ME/CFS", "CFS/ME"),
    ],
)
def test_words_of_the_field_find_each_other(one, other):
    """Of a term and its alias the phrases are found either way; typed apart, words may find a little more."""
    first, second = find(one).result.bitmap, find(other).result.bitmap
    assert first
    assert first & second in (first, second)


def test_synonyms_only_add():
    for q in ["LDN", "PEM", "low dose naltrexone", "quality of life", "ME/CFS", "autoantibodies"]:
        exact, widened = find(q, synonyms="off").result.bitmap, find(q).result.bitmap
        assert exact & ~widened == 0, q


def test_title_matches_come_before_all_others():
    page = find("naltrexone")
    in_title = ["naltrexone" in title.lower() for title in titles(page)]
    assert in_title == sorted(in_title, reverse=True)
    assert in_title[0]


@pytest.mark.parametrize("q", ["fatigue", "naltrexone", "-fatigue", "ME/CFS exercise", '"chronic fatigue syndrome"'])
@pytest.mark.parametrize("sort", ["relevance", "newest", "changed", "title"])
def test_pages_divide_the_list_without_overlap(q, sort):
    page = find(q, sort=sort)
    seen = [each for number in range(1, page.pages.last + 1) for each in find(q, sort=sort, page=number).ids]
    assert len(seen) == len(set(seen)) == page.result.total
    assert index.current().everything.bit_count() == 913


def test_words_and_what_lacks_them_are_the_whole():
    with_, without = find("fatigue").result.bitmap, find("-fatigue").result.bitmap
    assert with_ & without == 0
    assert with_ | without == index.current().everything


def test_without_words_best_match_is_newest_first():
    assert find("", sort="relevance").sort == "newest"
    assert find("-fatigue", sort="relevance").sort == "newest"
    assert find("fatigue").sort == "relevance"


def test_a_page_beyond_the_list_is_the_last_and_said():
    page = find(page=9999)
    assert page.pages.number == 46
    assert page.notices == ["There is no page 9999. The last page is shown."]


def test_a_misspelled_word_is_corrected_from_the_words_of_the_atlas():
    ways = engine.ways_on(find("fatgue naltrexoen"))
    assert ways.corrected == "fatigue naltrexone"


def test_a_word_misspelled_in_a_paper_too_is_corrected():
    """Somebody wrote "fatige" in print; most readers who type it mean fatigue."""
    assert find("fatige").unfiltered in range(1, engine.FEW + 1)
    assert engine.ways_on(find("fatige")) == engine.WaysOn(corrected="fatigue")
    assert engine.ways_on(find("severe fatige")).corrected == "severe fatigue"
    assert engine.ways_on(find('"fatige"')) == engine.WaysOn()


def test_words_that_are_only_together_nowhere_are_offered_alone():
    page = find("naltrexone Epstein zebrafish")
    assert engine.ways_on(page).alone == ("naltrexone", "Epstein")


def test_no_way_on_is_looked_for_where_many_studies_are_found():
    assert engine.ways_on(find("fatigue")) == engine.WaysOn()


def test_phrases_of_every_length_are_answered():
    for q in ["a1" * 200, '"' + "fatigue " * 60 + '"', " ".join(f'"a{number} b"' for number in range(40)), "x" * 500]:
        assert find(q).result.total == 0


def test_threads_that_ask_at_once_get_one_catalogue():
    index.forget()
    held = []

    def ask():
        held.append(index.catalogue())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(held) == 6
    assert len({id(each) for each in held}) == 1


# --- Against a plain reading of the documents -----------------------------------------------------------------------------

WORDS = (
    "fatigue pain LDN PEM ME/CFS CFS naltrexone exercise sleep children mice brain fog post-exertional malaise quality of life "
    "chronic syndrome il-6 auto-antibodies COVID-19 criteria Jason the of zyx 2 day"
).split()
CHUNK = st.builds(
    "{}{}".format,
    st.sampled_from(["", "", "", "-"]),
    st.sampled_from(WORDS)
    | st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda some: f'"{" ".join(some)}"'),
)


def has(columns, phrase):
    return any(f" {' '.join(phrase)} " in column for column in columns)


def fits(columns, part):
    return any(all(has(columns, phrase) for phrase in alternative) for alternative in part.alternatives)


@pytest.fixture(scope="module")
def documents(sample_atlas, django_db_blocker):
    """Padded columns of every search document by study."""
    with django_db_blocker.unblock():
        rows = SearchDocument.objects.values_list("study_id", *COLUMNS)
        return {id_: [f" {column} " for column in columns] for id_, *columns in rows}


@settings(
    deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(CHUNK, min_size=1, max_size=4).map(" ".join), st.sampled_from(["on", "off"]))
def test_the_database_finds_what_a_plain_reading_finds(documents, q, synonyms):
    page = find(q, synonyms=synonyms)
    query = page.query
    expected = [
        id_
        for id_, columns in documents.items()
        if all(fits(columns, part) for part in query.required)
        and not any(fits(columns, part) for part in query.excluded)
    ]
    assert to_ids(page.result.bitmap) == sorted(expected)
