"""A query that is kept as SQL gives what its queryset gives, for any values and in any thread."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.compiled import Compiled, hand_over
from studies.models import Abstract, Author, CaseDefinition, PublicState, Study, StudyDefinition
from tests.studies.factories import CODED, TEXTS, published_study

QUOTED = [{"definition": "ccc-2003", "quote": "All patients met the CCC.", "locator": "methods", "basis": "full_text"}]


@pytest.fixture
def studies(db) -> list[Study]:
    first = published_study(
        **TEXTS, **CODED, title="The first", authors=["Berg, Ann", "Cole, Bo"], findings=["One.", "Two."]
    )
    second = published_study(title="The second", design="case_control", definitions=QUOTED)
    Abstract.objects.create(study=first, sections=[{"label": "", "text": "Words."}], license="CC0", sha256="0" * 64)
    return [first, second]


def columns(model) -> dict:
    """All that was read into a model."""
    return {name: value for name, value in vars(model).items() if name != "_state"}


def test_models_are_those_of_the_queryset(studies):
    ask = Compiled(lambda slug: Study.objects.for_page().filter(slug=slug))
    for study in studies:
        (found,) = ask(study.slug)
        assert columns(found) == columns(Study.objects.for_page().get(slug=study.slug))
        abstract = Abstract.objects.filter(study=study).first()
        assert getattr(found, "abstract", None) == abstract
        assert abstract is None or columns(found.abstract) == columns(abstract)
    assert ask("nowhere") == []


def test_related_models_come_along_without_a_query(studies):
    ask = Compiled(lambda study: StudyDefinition.objects.filter(study=study).select_related("definition"))
    (row,) = ask(studies[1].pk)
    with CaptureQueriesContext(connection) as queries:
        assert row.definition == CaseDefinition(pk=row.definition_id)
        assert row.definition.slug == "ccc-2003"
    assert len(queries) == 0


def test_some_columns_leave_the_others_to_be_read_later(studies):
    ask = Compiled(lambda *ids: Study.objects.only("slug", "title").filter(pk__in=ids).order_by("pk"))
    found = ask(*(study.pk for study in studies))
    assert [study.title for study in found] == ["The first", "The second"]
    assert found[0].get_deferred_fields() == Study.objects.only("slug", "title").first().get_deferred_fields()
    assert found[0].findings == ["One.", "Two."]


def test_rows_are_those_of_the_queryset(studies):
    ask = Compiled(lambda *ids: Study.objects.filter(pk__in=ids).order_by("-pk").values_list("pk", "findings", "title"))
    for ids in ([studies[0].pk], [study.pk for study in studies], [studies[1].pk, studies[1].pk]):
        assert ask(*ids) == list(
            Study.objects.filter(pk__in=ids).order_by("-pk").values_list("pk", "findings", "title")
        )


@pytest.mark.django_db
def test_a_query_without_values_sees_the_present():
    ask = Compiled(lambda: PublicState.objects.values_list("counter"))
    before = ask()
    PublicState.objects.update(counter=before[0][0] + 5)
    assert ask() == [(before[0][0] + 5,)]


def test_only_the_first_question_is_compiled(studies):
    built = []

    def build(study):
        built.append(study)
        return Author.objects.filter(study=study)

    ask = Compiled(build)
    assert [[author.family for author in ask(study.pk)] for study in studies] == [["Berg", "Cole"], []]
    assert len(built) == 1


@pytest.mark.usefixtures("committing")
def test_threads_have_their_own(studies):
    ask = Compiled(lambda slug: Study.objects.filter(slug=slug))

    def titles(slug: str) -> list[str]:
        try:
            return [study.title for study in ask(slug)]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(titles, [study.slug for study in studies] * 4)) == [["The first"], ["The second"]] * 4


def test_rows_that_were_handed_over_stand_for_their_query(studies):
    study = Study.objects.get(pk=studies[0].pk)
    authors = list(Author.objects.filter(study=study))
    with CaptureQueriesContext(connection) as queries:
        hand_over(study, {"authors": authors, "definitions": []})
        assert [author.family for author in study.authors.all()] == ["Berg", "Cole"]
        assert (list(study.definitions.all()), bool(study.definitions.all())) == ([], False)
    assert len(queries) == 0


def test_rows_that_were_handed_over_are_not_asked_again(studies):
    study = Study.objects.get(pk=studies[0].pk)
    hand_over(study, {"authors": list(study.authors.all())})
    with pytest.raises(TypeError, match="fetched already"):
        study.authors.filter(family="Berg")


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 9, 25])
def test_any_number_of_ids_finds_each_once(db, number):
    pages = [CaseDefinition(slug=f"made-{place}", name=f"Made {place}", pem="required") for place in range(25)]
    ids = [made.pk for made in CaseDefinition.objects.bulk_create(pages)]
    ask = Compiled(lambda *ids: CaseDefinition.objects.filter(pk__in=ids).order_by("pk"))
    with CaptureQueriesContext(connection) as queries:
        assert [each.pk for each in ask.among(ids[:number])] == ids[:number]
    assert len(queries) == (1 if number else 0)
