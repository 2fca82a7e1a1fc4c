from datetime import date

import pytest
from django.db.models import Q

from studies.models import CaseDefinition, PublicState, Study, Topic
from studies.search import facets, index
from studies.search.bitmaps import to_ids
from studies.search.index import _rows
from tests.studies.factories import CODED, TEXTS, make_study, published_study

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_search")]


def everything():
    return to_ids(index.current().everything)


def test_only_published_studies_are_in_it():
    study = published_study()
    make_study()
    assert everything() == [study.pk]


def test_values_of_a_study():
    topic = Topic.objects.first()
    study = published_study(**TEXTS, **CODED, topics=[topic.slug], published_on=date(2021, 3, 4))
    values = {facet: [value for value in found if found[value]] for facet, found in index.current().values.items()}
    assert values == {
        "pem": [study.pem],
        "design": ["case_control"],
        "definition": ["fukuda-1994"],
        "topic": [topic.slug],
        "level": ["not_classified"],
        "peer_review": ["not_classified"],
        "retraction": ["none"],
        "text": ["with"],
    }
    assert list(index.current().years) == [2021]
    assert index.current().counters[study.pk] == PublicState.objects.get().counter


def test_a_definition_that_is_only_named_does_not_count():
    published_study(**TEXTS, design="case_control", definitions=[{"definition": "fukuda-1994", "role": "mentioned"}])
    assert index.current().values["definition"] == {}


def test_the_present_index_costs_one_query(django_assert_num_queries):
    published_study()
    index.current()
    with django_assert_num_queries(1):
        index.current()


def test_a_change_is_seen_at_once_and_read_alone():
    first, second = published_study(title="Alpha"), published_study(title="Beta")
    before = index.current()
    third = published_study(title="Gamma")
    after = index.current()
    assert to_ids(before.everything) == [first.pk, second.pk]
    assert to_ids(after.everything) == [first.pk, second.pk, third.pk]
    assert list(after.newest.ids) == [third.pk, second.pk, first.pk]


def test_a_refreshed_index_equals_one_built_anew():
    published_study(**TEXTS, **CODED)
    index.current()
    published_study(topics=[Topic.objects.first().slug], published_on=None, published_precision="")
    refreshed = index.current()
    assert refreshed.whole == facets.build(_rows(Q())).whole


def test_a_study_taken_back_leaves_it():
    study = published_study()
    index.current()
    move(study, state="withdrawn")
    assert everything() == []


def move(study, **columns):
    """A public write as publishing makes it: the counter moves and the study carries it."""
    counter = PublicState.objects.get().counter + 1
    PublicState.objects.update(counter=counter)
    Study.objects.filter(pk=study.pk).update(public_counter=counter, **columns)


def test_another_history_is_never_mixed_with_the_one_held():
    """A restored backup may have the counter of the present, or a higher one, and another history."""
    study = published_study()
    index.current()
    PublicState.objects.update(newest_hash="0" * 64)
    Study.objects.filter(pk=study.pk).update(state="withdrawn")
    assert everything() == []
    PublicState.objects.update(counter=10_000, newest_hash="1" * 64)
    Study.objects.filter(pk=study.pk).update(state="published")
    assert everything() == [study.pk]


def test_names_follow_the_counter():
    index.catalogue()
    topic = Topic.objects.create(slug="new-topic", label="A new topic")
    CaseDefinition.objects.filter(slug="fukuda-1994").update(name="Renamed")
    PublicState.objects.update(counter=PublicState.objects.get().counter + 1)
    held = index.catalogue()
    assert held.topics["new-topic"] == topic.label
    assert held.definitions["fukuda-1994"] == "Renamed"


def test_titles_are_sorted_without_regard_to_case_and_accents():
    titles = ["beta", "Éclair", "“Alpha”", "Zeta", "delta"]
    studies = {title: published_study(title=title).pk for title in titles}
    assert list(index.catalogue().by_title.ids) == [
        studies[title] for title in ["“Alpha”", "beta", "delta", "Éclair", "Zeta"]
    ]


def test_titles_of_changed_studies_are_read_anew():
    first, second = published_study(title="Beta"), published_study(title="Delta")
    assert list(index.catalogue().by_title.ids) == [first.pk, second.pk]
    third = published_study(title="Alpha")
    assert list(index.catalogue().by_title.ids) == [third.pk, first.pk, second.pk]
    move(first, state="withdrawn")
    move(second, title="AA")
    assert list(index.catalogue().by_title.ids) == [second.pk, third.pk]
