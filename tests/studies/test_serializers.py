"""The shape of a study's data: complete, explicit, and the same number of questions for one study or for many."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.models import Flag, Study, StudyLink
from studies.serializers import complete, study_to_dict
from studies.vocabulary import State
from tests.studies.factories import CODED, TEXTS, make_study, published_study

pytestmark = pytest.mark.django_db


def data_of(study):
    return study_to_dict(complete(Study.objects.filter(pk=study.pk)).get())


@pytest.fixture
def study():
    definitions = [
        {"definition": "fukuda-1994", "quote": "We used Fukuda.", "locator": "methods", "basis": "full_text"}
    ]
    return published_study(
        **TEXTS,
        **CODED | {"definitions": definitions},
        title="Lactate in ME/CFS",
        authors=["Müller, Ann", {"collective": "The & Group"}],
        topics=["immunology"],
        journal="Journal of Sleep",
        doi="10.1000/abc",
        pmid="123",
        patients=10,
        abstract="Nobody may take this abstract along.",
        editor_notes="Not for readers.",
    )


def test_study_is_told_key_by_key(study):
    study.refresh_from_db()
    data = data_of(study)
    assert list(data) == [
        "slug", "address", "state", "version", "published_at", "changed_at", "sample", "retraction", "flags",
        "bibliography", "identifiers", "classification", "pem", "definitions", "key_point", "main_limitation", "texts",
        "author_responses", "links", "licence",
    ]  # fmt: skip
    assert data["address"].endswith(f"/evidence/{study.slug}/")
    assert (data["state"], data["version"], data["sample"]) == ("published", 1, False)
    assert data["changed_at"] == f"{study.changed_at:%Y-%m-%dT%H:%M:%SZ}"
    assert data["retraction"] == {"status": "none", "label": "Not retracted", "notice_doi": None, "on": None}
    assert data["bibliography"]["authors"] == [
        {"family": "Müller", "given": "Ann", "orcid": None},
        {"collective": "The & Group"},
    ]
    assert data["identifiers"] == {"doi": "10.1000/abc", "pmid": "123", "pmcid": None, "preprint_doi": None}
    assert data["classification"]["design"] == {"value": "case_control", "label": "Case-control study"}
    assert data["pem"]["value"] == "not_required"
    assert data["pem"]["label"] == "PEM not required"
    (row,) = data["definitions"]
    assert (row["slug"], row["role"], row["quote"], row["found_in"], row["basis"]) == (
        "fukuda-1994", "inclusion", "We used Fukuda.", "methods", "full_text",
    )  # fmt: skip
    assert data["main_limitation"] == TEXTS["main_limitation"]
    text = data["texts"]["summary"]
    assert (text["text"], text["basis"], text["drafted_by"]) == (TEXTS["summary"], "abstract", "person")
    assert (text["approved_by"], text["approved_at"]) == ("editor", data["published_at"])
    assert data["licence"] == {
        "texts": "https://creativecommons.org/licenses/by/4.0/",
        "facts": "https://creativecommons.org/publicdomain/zero/1.0/",
    }


def test_neither_abstract_nor_notes_of_the_staff_go_along(study):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        told = repr(data_of(study))
    assert "Nobody may take" not in told
    assert "Not for readers" not in told
    sql = " ".join(query["sql"] for query in asked)
    assert "studies_abstract" not in sql
    assert "editor_notes" not in sql


def test_study_without_summary_has_no_texts():
    assert data_of(published_study(title="Only bibliography"))["texts"] is None


@pytest.mark.parametrize("precision, expected", [("year", "2024"), ("month", "2024-05"), ("day", "2024-05-06")])
def test_date_is_as_exact_as_it_is_known(precision, expected):
    study = make_study(published_on=date(2024, 5, 6), published_precision=precision)
    assert data_of(study)["bibliography"]["date"] == expected


def test_date_that_nobody_knows_is_null():
    data = data_of(make_study(published_on=None, published_precision=""))["bibliography"]
    assert (data["year"], data["date"]) == (None, None)


def test_links_read_from_both_ends_and_lead_only_to_public_studies(study):
    other, hidden = published_study(title="Another"), make_study(title="A draft")
    StudyLink.objects.create(source=study, target=other, type="replicates")
    StudyLink.objects.create(source=study, target=hidden, type="corrects")
    (out,), (back,) = data_of(study)["links"], data_of(other)["links"]
    assert (out["type"], out["direction"], out["label"], out["slug"]) == (
        "replicates",
        "from",
        "replicates",
        other.slug,
    )
    assert (back["direction"], back["label"], back["title"]) == ("to", "replicated by", "Lactate in ME/CFS")
    assert (back["pem"], back["retraction"]) == ("not_required", "none")


def test_many_studies_cost_no_more_questions_than_one(study):
    Flag.objects.create(study=study, kind="safety", reason="Exercise can harm.")
    StudyLink.objects.create(source=study, target=published_study(**TEXTS, **CODED), type="replicates")
    counts = []
    for which in (Study.objects.filter(pk=study.pk), Study.objects.filter(state=State.PUBLISHED)):
        with CaptureQueriesContext(connection) as asked:
            told = [study_to_dict(each) for each in complete(which)]
        counts.append(len(asked))
        assert told
    assert counts[1] <= counts[0] + 1  # the one more asks for the other end of a link
