"""The words for spelling suggestions follow what is public, and only what changed is read."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.models import GlossaryTerm, Study
from studies.public_state import move_counter
from studies.search import index, public_words
from studies.search.spellings import Spellings
from tests.studies.factories import make_study, published_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_search")]


def spellings() -> Spellings:
    return public_words.spellings(index.catalogue())


def queries() -> list[str]:
    catalogue = index.catalogue()
    with CaptureQueriesContext(connection) as captured:
        public_words.spellings(catalogue)
    return [query["sql"] for query in captured]


def test_words_of_published_studies_alone_are_known():
    published_study(title="Zymotrope in gerbils", authors=["Hornig, Mady"])
    make_study(title="Secretword in gerbils")
    assert [spellings().count(word) for word in ("zymotrope", "hornig", "gerbils", "secretword")] == [1, 1, 1, 0]


def test_a_new_study_brings_its_words_and_only_it_is_read():
    first = published_study(title="Zymotrope in gerbils")
    held = spellings()
    second = published_study(title="Quixotamine in gerbils")
    catalogue = index.catalogue()
    with CaptureQueriesContext(connection) as captured:
        assert public_words.spellings(catalogue).nearest("quixotaimne") == "quixotamine"
    assert held.count("quixotamine") == 0
    assert spellings().count("gerbils") == 2
    assert len(captured) == 4
    assert all('"public_counter" >' in query["sql"] for query in captured if "studies_study" in query["sql"])
    assert {first.pk, second.pk} <= set(spellings())


def test_nothing_is_read_while_nothing_changes():
    published_study()
    spellings()
    assert queries() == []


def test_a_withdrawn_study_takes_its_words_along():
    published_study(title="Pain in gerbils")
    study = published_study(title="Quixotamine in gerbils")
    assert spellings().nearest("quixotaimne") == "quixotamine"
    counter = move_counter()
    Study.objects.filter(pk=study.pk).update(state="withdrawn", public_counter=counter)
    assert spellings().nearest("quixotaimne") is None
    assert spellings().count("gerbils") == 1


def test_names_beside_the_studies_follow_too():
    published_study()
    spellings()
    term = GlossaryTerm.objects.create(term="Orthostasis", aliases=["standing"])
    move_counter()
    assert spellings().nearest("orthostasiz") == "orthostasis"
    term.delete()
    move_counter()
    assert spellings().count("orthostasis") == 0


def test_another_history_is_read_anew(monkeypatch):
    published_study(title="Quixotamine in gerbils")
    assert spellings().count("quixotamine") == 1
    index.forget()
    assert any('"title"' in query and '"public_counter" >' not in query for query in queries())


def test_what_is_kept_stays_bounded(monkeypatch):
    monkeypatch.setattr(public_words, "MOST_READ", 2)
    for number in range(7):
        published_study(title=f"Study number {number} of gerbils")
        assert spellings().count("gerbils") <= 2 * public_words.MOST_READ + 1
