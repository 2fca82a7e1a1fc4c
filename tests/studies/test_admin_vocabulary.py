"""Definitions, topics and terms: saving one is a public write."""

import pytest
from django.urls import reverse

from studies.models import CaseDefinition, GlossaryTerm, PublicState, Topic
from tests.signing_in import sign_in
from tests.studies.factories import CODED, make_user, published_study
from tests.studies.filling import form_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client):
    sign_in(client, make_user("editor"))
    return client


def counter():
    return PublicState.objects.get().counter


def change(row):
    return reverse(f"admin:studies_{row._meta.model_name}_change", args=[row.pk])


def test_saving_a_term_moves_the_public_counter_and_keeps_aliases_one_per_line(desk):
    before = counter()
    typed = {
        "term": "Orthostatic intolerance test",
        "slug": "oi-test",
        "aliases": "OI test\n\nstand test",
        "in_search": "on",
    }
    assert send(desk, reverse("admin:studies_glossaryterm_add"), holding="term", **typed).status_code == 302
    term = GlossaryTerm.objects.get(slug="oi-test")
    assert (term.aliases, counter()) == (["OI test", "stand test"], before + 1)
    assert form_of(desk.get(change(term)), holding="term")["aliases"] == ["OI test\nstand test"]


def test_refused_save_does_not_move_the_counter(desk):
    before = counter()
    answer = send(desk, reverse("admin:studies_topic_add"), holding="label", label="", slug="x")
    assert (answer.status_code, counter()) == (200, before)


def test_slug_of_what_is_public_is_fixed(desk):
    topic = Topic.objects.first()
    slug = topic.slug
    send(desk, change(topic), holding="label", label="Another label", slug="another")
    topic.refresh_from_db()
    assert (topic.slug, topic.label) == (slug, "Another label")


def test_definition_keeps_its_pem_value_on_saving(desk):
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    send(
        desk,
        change(definition),
        holding="name",
        pem="required",
        aliases="CDC 1994\nHolmes revised",
        doi="DOI: 10.1000/X",
    )
    definition.refresh_from_db()
    assert (definition.pem, definition.aliases, definition.doi) == (
        "optional",
        ["CDC 1994", "Holmes revised"],
        "10.1000/x",
    )


def test_new_definition_takes_its_pem_value(desk):
    typed = {"name": "New criteria", "slug": "new-2030", "pem": "required", "pmid": "PMID 123"}
    send(desk, reverse("admin:studies_casedefinition_add"), holding="name", **typed)
    assert CaseDefinition.objects.values_list("pem", "pmid").get(slug="new-2030") == ("required", "123")


@pytest.mark.parametrize("model", ["topic", "glossaryterm", "casedefinition"])
def test_nothing_that_stands_in_addresses_is_deleted(client, django_user_model, model):
    sign_in(client, django_user_model.objects.create_superuser("root"))
    row = {"topic": Topic, "glossaryterm": GlossaryTerm, "casedefinition": CaseDefinition}[model].objects.first()
    address = reverse(f"admin:studies_{model}_delete", args=[row.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        (lambda: CaseDefinition.objects.get(slug="fukuda-1994"), {"aliases": "Zebrafinch criteria"}),
        (lambda: CaseDefinition.objects.get(slug="fukuda-1994"), {"name": "Zebrafinch criteria"}),
        (lambda: Topic.objects.get(slug="sleep"), {"label": "Zebrafinch"}),
    ],
)
def test_study_is_found_by_the_new_name_of_what_it_names(desk, client, word, typed):
    study = published_study(**CODED, topics=["sleep"])
    row = word()
    holding = "label" if isinstance(row, Topic) else "name"
    assert send(desk, change(row), holding=holding, **typed).status_code == 302
    assert study.title in client.get("/evidence/?q=zebrafinch").content.decode()
