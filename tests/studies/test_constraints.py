"""The rules about data that the database itself keeps: each is broken once, past all forms and acts, on both databases."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from studies.models import (
    Arrival,
    Author,
    AuthorResponse,
    CaseDefinition,
    Flag,
    SlugRedirect,
    SourceQuery,
    Study,
    StudyDefinition,
    StudyLink,
    SyncRun,
    TextProvenance,
    Topic,
)
from studies.vocabulary import LinkType
from tests.studies.factories import CODED, TEXTS, make_study, published_study

pytestmark = pytest.mark.django_db

# What a published study with texts and coding must not become.
FORBIDDEN = {
    # An unknown state breaks two rules, and PostgreSQL names the other one.
    "study_state_known|study_public_has_revision": [{"state": "gone"}, {"state": ""}],
    "study_design_known": [{"design": "survey"}],
    "study_pem_known": [{"pem": "yes"}],
    "study_peer_review_known": [{"peer_review": "maybe"}],
    "study_level_known": [{"evidence_level": "E4"}],
    "study_retraction_known": [{"retraction_status": "dubious"}],
    "study_doi_normal": [{"doi": "10.1000/ABC"}, {"doi": "https://doi.org/10.1000/abc"}, {"doi": ""}],
    "study_preprint_doi_normal": [{"preprint_doi": "10.1101/ABC"}, {"preprint_doi": "doi:10.1101/abc"}],
    "study_pmid_normal": [{"pmid": "12a"}, {"pmid": "012"}, {"pmid": ""}, {"pmid": "1\n"}],
    "study_pmcid_normal": [{"pmcid": "123"}, {"pmcid": "pmc123"}, {"pmcid": "PMC0"}, {"pmcid": "PMC1\n"}],
    "study_date_has_precision": [
        {"published_precision": ""},
        {"published_precision": "week"},
        {"published_on": None},
        {"published_on": None, "published_precision": "era"},
    ],
    "study_public_has_revision": [{"version": 0}, {"state": "draft"}],
    "study_e0_is_consensus": [{"evidence_level": "E0"}],
    "study_no_badge_without_participants": [{"design": "animal"}, {"design": "guideline"}, {"design": "protocol"}],
    "study_pem_claim_has_quote": [{"pem_claim": "compulsory"}, {"pem_claim": "loosened"}],
    "study_published_texts_whole": [
        *({name: ""} for name in ("question", "key_point", "main_limitation", "significance", "limitations")),
        {"basis": ""},
    ],
    "study_merged_is_withdrawn": [{"merged_into": "other"}],
    "study_not_merged_into_itself": [{"merged_into": "self", "state": "withdrawn"}],
}


def refused(name: str, model: type[models.Model]):
    """The database refuses it, and for this reason: it names a check; of a unique rule SQLite names the columns."""
    rule = next((rule for rule in model._meta.constraints if rule.name == name), None)
    unnamed = connection.vendor == "sqlite" and isinstance(rule, models.UniqueConstraint)
    return pytest.raises(IntegrityError, match="UNIQUE" if unnamed else name)


@pytest.mark.parametrize(
    ("name", "columns"), [(name, columns) for name, cases in FORBIDDEN.items() for columns in cases]
)
def test_database_refuses_a_study(name, columns):
    study, other = published_study(**TEXTS, **CODED), make_study()
    ids = {"self": study.pk, "other": other.pk}
    columns = {column: ids.get(value, value) if column == "merged_into" else value for column, value in columns.items()}
    with refused(name, Study), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(**columns)


def test_every_check_of_a_study_is_tried():
    checks = {rule.name for rule in Study._meta.constraints if isinstance(rule, models.CheckConstraint)}
    assert checks == {name for names in FORBIDDEN for name in names.split("|")}


@pytest.mark.parametrize("columns", [{"patients": -1}, {"controls": -1}])
def test_database_refuses_a_negative_number_of_people(columns):
    study = make_study()
    with pytest.raises(IntegrityError), transaction.atomic():
        Study.objects.filter(pk=study.pk).update(**columns)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("doi", "10.1000/abc"),
        ("pmid", "12"),
        ("pmcid", "PMC12"),
        ("preprint_doi", "10.1101/abc"),
        ("slug", "adams-2020-a"),
    ],
)
def test_database_refuses_an_identifier_twice(column, value):
    make_study(**{column: value})
    with pytest.raises(IntegrityError), transaction.atomic():
        make_study(**{column: value})


def test_many_studies_have_no_identifier():
    assert make_study().pk != make_study().pk


@pytest.mark.parametrize("doi", ["10.1000/ABC", "10.1000/aBc"])
def test_doi_in_other_letters_is_no_other_doi(doi):
    make_study(doi="10.1000/abc")
    with refused("study_doi_normal", Study), transaction.atomic():
        make_study(doi=doi)


AUTHOR = {"position": 1, "family": "Adams"}


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("author_position_once", AUTHOR),
        ("author_position_from_one", AUTHOR | {"position": 0}),
        ("author_is_person_or_group", {"position": 2}),
        ("author_is_person_or_group", {"position": 2, "given": "Ann"}),
        ("author_is_person_or_group", {"position": 2, "family": "Adams", "collective": "The Group"}),
        ("author_is_person_or_group", {"position": 2, "given": "Ann", "collective": "The Group"}),
    ],
)
def test_database_refuses_an_author(name, columns):
    study = make_study(authors=["Berg, Ann"])
    with refused(name, Author), transaction.atomic():
        Author.objects.create(study=study, **columns)


def test_authors_keep_the_order_of_the_paper():
    study = make_study(authors=["Zorn, Z", "Adams, A", {"collective": "The Group"}])
    assert [str(author) for author in study.authors.all()] == ["Zorn, Z", "Adams, A", "The Group"]


@pytest.fixture
def pair() -> list[int]:
    return sorted(make_study().pk for _ in range(2))


@pytest.mark.parametrize("kind", sorted({*LinkType.values} - {"shares_participants_with"}))
def test_database_refuses_a_link_twice_back_or_to_itself(pair, kind):
    lower, higher = pair
    StudyLink.objects.create(source_id=lower, target_id=higher, type=kind)
    with refused("study_link", StudyLink), transaction.atomic():
        StudyLink.objects.create(source_id=lower, target_id=higher, type=kind)
    with refused("study_link_one_direction", StudyLink), transaction.atomic():
        StudyLink.objects.create(source_id=higher, target_id=lower, type=kind)
    with refused("study_link_to_another", StudyLink), transaction.atomic():
        StudyLink.objects.create(source_id=lower, target_id=lower, type=kind)


def test_link_that_reads_the_same_from_both_ends_is_stored_from_the_lower_id(pair):
    lower, higher = pair
    with refused("study_link_symmetric_stored_once", StudyLink), transaction.atomic():
        StudyLink.objects.create(source_id=higher, target_id=lower, type="shares_participants_with")


def test_two_studies_may_be_linked_in_several_ways(pair):
    lower, higher = pair
    for source, target, kind in [
        (lower, higher, "reanalyses"),
        (higher, lower, "comments_on"),
        (lower, higher, "part_of"),
    ]:
        StudyLink.objects.create(source_id=source, target_id=target, type=kind)
    assert StudyLink.objects.count() == 3


def test_form_says_why_a_link_back_is_refused(pair):
    lower, higher = pair
    StudyLink.objects.create(source_id=lower, target_id=higher, type="contradicts")
    with pytest.raises(ValidationError, match="This link stands already, from one of the two studies"):
        StudyLink(source_id=higher, target_id=lower, type="contradicts").full_clean()


def definition_row(study: Study, **columns: str) -> StudyDefinition:
    definition = CaseDefinition.objects.get(slug="ccc-2003")
    return StudyDefinition(study=study, definition=definition, **({"role": "inclusion", "basis": "abstract"} | columns))


def provenance(study: Study, **columns: str) -> TextProvenance:
    return TextProvenance(study=study, **({"field": "summary", "basis": "abstract", "drafter": "person"} | columns))


def arrival(study: Study, **columns: str) -> Arrival:
    usual = {"source": "pubmed", "source_id": "4711", "title": "A paper", "study": study, "arrived_at": timezone.now()}
    return Arrival(**usual | columns)


def query(study: Study, **columns: object) -> SourceQuery:
    usual = {"source": "pubmed", "version": 9, "text": "fatigue", "since": date(2025, 1, 1), "is_active": False}
    return SourceQuery(**usual | columns)


def run(study: Study, **columns: str) -> SyncRun:
    now = timezone.now()
    asked = SourceQuery.objects.get(source="pubmed", version=1)
    usual = {"query": asked, "since": now.date(), "until": now.date(), "started_at": now, "touched_at": now}
    return SyncRun(**usual | columns)


# Rows beside a study: what is refused once `first` is there.
ROWS = [
    ("arrival_once", arrival, arrival),
    ("arrival_state_known", None, lambda study: arrival(study, state="read")),
    ("arrival_out_of_scope_has_reason", None, lambda study: arrival(study, state="out_of_scope")),
    ("source_query_version_once", query, query),
    ("source_query_one_active", None, lambda study: query(study, is_active=True)),
    ("source_query_source_known", None, lambda study: query(study, source="library")),
    ("sync_run_state_known", None, lambda study: run(study, state="lost")),
    ("sync_run_one_at_a_time", run, run),
    ("study_definition_role_known", None, lambda study: definition_row(study, role="control")),
    ("study_definition_once", definition_row, definition_row),
    ("flag_kind_known", None, lambda study: Flag(study=study, kind="odd", reason="Why.")),
    (
        "flag_kind_once",
        lambda study: Flag(study=study, kind="safety", reason="Why."),
        lambda study: Flag(study=study, kind="safety", reason="Why else."),
    ),
    (
        "study_link_type_known",
        None,
        lambda study: StudyLink(source=study, target=make_study(), type="likes"),
    ),
    ("text_provenance_once", provenance, provenance),
    ("machine_text_names_its_model", None, lambda study: provenance(study, drafter="machine")),
    (
        "author_response_position_once",
        lambda study: AuthorResponse(study=study, text="Yes.", revision_number=1),
        lambda study: AuthorResponse(study=study, text="No.", revision_number=1),
    ),
    ("definition_pem_known", None, lambda study: CaseDefinition(slug="new", name="New", pem="perhaps")),
    (
        "studies_slugredirect_slug",
        lambda study: SlugRedirect(slug="old-2020-name", study=study),
        lambda study: SlugRedirect(slug="old-2020-name", study=make_study()),
    ),
    (
        "studies_topic_slug",
        lambda study: Topic(slug="new", label="New"),
        lambda study: Topic(slug="new", label="Newer"),
    ),
]


@pytest.mark.parametrize(("name", "first", "second"), ROWS, ids=[row[0] for row in ROWS])
def test_database_refuses_a_row(name, first, second):
    study = make_study()
    if first:
        first(study).save()
    row = second(study)
    is_column = name.startswith("studies_") and connection.vendor == "sqlite"
    with pytest.raises(IntegrityError, match="UNIQUE") if is_column else refused(name, type(row)), transaction.atomic():
        row.save(force_insert=True)


def test_every_rule_of_the_rows_is_tried():
    """Of the record itself and of what arrives; proposals, revisions and the search have tests of their own."""
    record = [
        Arrival,
        SourceQuery,
        SyncRun,
        Author,
        AuthorResponse,
        CaseDefinition,
        Flag,
        StudyDefinition,
        StudyLink,
        TextProvenance,
    ]
    rules = {rule.name for model in record for rule in model._meta.constraints}
    tried = {name for name, _, _ in ROWS if not name.startswith("studies_")}
    tried |= {"author_position_once", "author_position_from_one", "author_is_person_or_group"}
    tried |= {
        "study_link_once",
        "study_link_one_direction",
        "study_link_to_another",
        "study_link_symmetric_stored_once",
    }
    assert rules == tried
