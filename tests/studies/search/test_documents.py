import pytest
from django.core.management import call_command
from django.db import connection, models

from studies.models import Abstract, Author, CaseDefinition, SearchDocument, Study, StudyDefinition, Topic
from studies.search import documents
from studies.search.adapters import adapter
from studies.search.query import parse
from studies.vocabulary import State

pytestmark = pytest.mark.django_db


def public(slug, **fields):
    """A published study with its search document."""
    study = Study.objects.create(slug=slug, state=State.PUBLISHED, version=1, **{"title": slug, **fields})
    documents.refresh([study.id])
    return study


def found(text):
    return sorted(adapter().match(connection, parse(text)))


def test_every_public_part_of_a_study_is_found():
    study = public(
        "all",
        title="Tilt table",
        journal="Annals of Rest",
        question="question wording",
        key_point="kernel wording",
        main_limitation="caveat wording",
        summary="plainly wording",
        significance="matter wording",
        limitations="unproven wording",
        basis="abstract",
        population_label="cohort wording",
        findings=["finding wording"],
        conclusions=["concluded wording"],
        open_questions=["unsolved wording"],
        strengths=["robust wording"],
    )
    Author.objects.create(study=study, position=1, family="Hanson", given="Maureen R.")
    Author.objects.create(study=study, position=2, collective="OMF Network")
    Abstract.objects.create(study=study, sections=[{"label": "Aim", "text": "precis"}], sha256="0" * 64)
    definition = CaseDefinition.objects.get(slug="fukuda-1994")
    StudyDefinition.objects.create(study=study, definition=definition, role="inclusion", basis="abstract")
    study.topics.add(Topic.objects.create(slug="rest", label="Resting quietly"))
    assert documents.refresh([study.id]) == 1
    for word in [
        "tilt", "question", "kernel", "caveat", "plainly", "matter", "unproven", "cohort", "finding", "concluded",
        "unsolved", "robust", "annals", "hanson", '"Hanson MR"', '"Maureen R Hanson"', "omf", "precis", "fukuda", "quietly",
    ]:  # fmt: skip
        assert found(word) == [study.id], word


def test_staff_notes_never_enter_the_index():
    study = public("notes", editor_notes="confidential", withdrawal_reason="hushed")
    assert found("confidential") == found("hushed") == []
    assert found("notes") == [study.id]


@pytest.mark.parametrize("state, version", [(State.DRAFT, 0), (State.IN_REVIEW, 0), (State.WITHDRAWN, 1)], ids=str)
def test_a_study_that_is_not_published_leaves_the_index(state, version):
    study = public("secret")
    Study.objects.filter(pk=study.pk).update(state=state, version=version)
    assert documents.refresh([study.id]) == 0
    assert found("secret") == []
    assert not SearchDocument.objects.exists()


def test_a_changed_study_is_found_by_its_new_words_alone():
    study = public("older")
    Study.objects.filter(pk=study.pk).update(title="newer")
    assert documents.refresh([study.id]) == 1
    assert found("older") == []
    assert found("newer") == [study.id]


def test_words_phrases_exclusions_and_title_alone():
    first = public("a", title="Effects of pacing on fatigue in mice")
    second = public("b", title="Fatigue and pacing", key_point="mouse")
    assert found("pacing fatigue") == [first.id, second.id]
    assert found('"pacing on fatigue"') == [first.id]
    assert found("fatigue -mice") == [second.id]
    assert found('fatigue -"on fatigue"') == [second.id]
    assert found("mouse") == [second.id]
    assert adapter().match_titles(connection, parse("mouse")) == []
    assert adapter().match_titles(connection, parse("pacing -mice")) == [first.id, second.id]
    assert adapter().match_any(connection, parse("mouse mice").required) == [first.id, second.id]


def test_a_phrase_never_runs_from_one_text_into_the_next():
    public("c", title="alpha", question="beta", key_point="gamma", population_label="delta", journal="epsilon")
    for phrase in ['"alpha beta"', '"beta gamma"', '"gamma delta"', '"delta epsilon"']:
        assert found(phrase) == [], phrase


@pytest.mark.parametrize("token", ["1e5x", "il-6", "12abc", "2day", "0x1f", "1.5e10", "b-12", "10e5e5"])
def test_letters_and_digits_in_any_mixture_are_found(token):
    study = public("t", title=f"before {token} after")
    assert found(token) == [study.id]
    assert found(f'"before {token} after"') == [study.id]


def test_known_says_which_parts_any_study_has():
    public("k", title="alpha beta")
    assert adapter().known(connection, parse('alpha gamma "alpha beta" "beta alpha"').required) == [
        True, False, True, False,
    ]  # fmt: skip
    assert adapter().known(connection, ()) == []


def test_rebuild_writes_published_studies_and_drops_what_is_stale():
    kept = public("kept")
    gone = public("gone")
    Study.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN)
    assert documents.rebuild() == 1
    assert found("kept") == [kept.id]
    assert found("gone") == []


def test_more_studies_than_one_batch_are_written():
    Study.objects.bulk_create(
        Study(slug=f"s{number}", title=f"paper {number}", state=State.PUBLISHED, version=1)
        for number in range(documents.BATCH + 1)
    )
    assert documents.refresh(Study.objects.values_list("id", flat=True)) == documents.BATCH + 1
    assert len(found("paper")) == documents.BATCH + 1


@pytest.mark.sqlite
@pytest.mark.usefixtures("committing")
def test_search_survives_an_alteration_of_the_table():
    study = public("before")
    field = SearchDocument._meta.get_field("body")
    altered = models.TextField(blank=True, default="x")
    altered.set_attributes_from_name("body")
    altered.model = SearchDocument
    with connection.schema_editor() as editor:
        editor.alter_field(SearchDocument, field, altered)
    with connection.schema_editor() as editor:
        editor.alter_field(SearchDocument, altered, field)
    call_command("migrate", verbosity=0)
    after = public("after")
    Study.objects.filter(pk=study.pk).update(title="renamed")
    documents.refresh([study.id])
    assert found("before") == []
    assert found("renamed") == [study.id]
    assert found("after") == [after.id]


@pytest.mark.postgres
@pytest.mark.usefixtures("committing")
def test_an_older_database_is_brought_to_the_tables_of_words():
    """Until then the words stood in generated columns of the documents."""
    study = public("before")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE studies_searchdocument ADD COLUMN words tsvector, ADD COLUMN title_words tsvector")
        cursor.execute("DROP TABLE studies_searchwords, studies_searchtitles")
        cursor.execute("DROP FUNCTION study_search, study_title_search")
    adapter().install(connection)
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, "studies_searchdocument")
    assert {column.name for column in described} == {"study_id", *documents.COLUMNS}
    assert found("before") == [study.id]


@pytest.mark.postgres
@pytest.mark.usefixtures("committing")
def test_emptying_the_documents_empties_the_words():
    public("before")
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE studies_searchdocument")
    assert found("before") == []
