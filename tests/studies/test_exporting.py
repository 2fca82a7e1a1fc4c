"""Files of many studies: what stands in them, in which order, and what they cost."""

import csv
import io
import json
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studies.exporting import FORMATS, PIECE, alone, origin_now, stream
from studies.formats.frame import Origin
from studies.models import Study
from tests.studies.factories import CODED, TEXTS, make_study, published_study

pytestmark = pytest.mark.django_db

ORIGIN = Origin(url="https://atlas.example/", counter=812, on=date(2026, 11, 26), newest_hash="ab")


def written(ids, suffix, origin=ORIGIN):
    return b"".join(stream(ids, FORMATS[suffix], origin)).decode()


@pytest.fixture
def studies():
    abstract = "Nobody may take this abstract along."
    return [
        published_study(
            **TEXTS, **CODED, title="First", pmid="11", doi="10.1000/a", authors=["Ám, É"], abstract=abstract
        ),
        published_study(title="Second", journal="J & K"),
        published_study(title="Third", pmid="33"),
    ]


def test_every_format_keeps_the_order_that_was_asked_for(studies):
    first, second, third = (study.pk for study in studies)
    assert [study["bibliography"]["title"] for study in json.loads(written([third, first, second], "json"))["studies"]] == [
        "Third", "First", "Second",
    ]  # fmt: skip
    for suffix in FORMATS:
        text = written([third, first], suffix)
        assert 0 < text.index("Third") < text.index("First"), suffix


def test_what_the_public_does_not_see_is_left_out(studies):
    draft = make_study(title="A draft")
    for suffix in FORMATS:
        assert "A draft" not in written([draft.pk, studies[0].pk, 999_999], suffix), suffix
    assert [each["title"] for each in json.loads(written([draft.pk], "csl.json"))] == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_format_holds_an_abstract(studies, suffix):
    with CaptureQueriesContext(connection) as asked:
        text = written([study.pk for study in studies], suffix)
    assert "Nobody may take" not in text
    assert [query["sql"] for query in asked if "studies_abstract" in query["sql"]] == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_names_state_version_badge_and_limit(studies, suffix):
    text = written([studies[0].pk], suffix)
    if suffix in {"csv", "json"}:
        assert ("812" in text, "2026-11-26" in text, "not_required" in text) == (True, True, True)
    else:
        assert "state 812 of 2026-11-26" in text
        assert "PEM not required" in text
    assert TEXTS["main_limitation"] in text


@pytest.mark.parametrize("suffix", [each for each in FORMATS if each not in {"csv", "json"}])
def test_every_format_says_that_a_text_is_a_sample(studies, suffix):
    reviewed, sample = studies[0], published_study(**TEXTS, **CODED, title="Fourth", pmid="44", is_sample=True)
    texts = [written([each.pk], suffix) for each in (reviewed, sample)]
    assert [text.count("Sample text, not reviewed") > 0 for text in texts] == [False, True]


def test_sample_without_a_text_has_nothing_to_warn_of():
    bare = published_study(title="Bare", is_sample=True)
    assert "Sample text" not in written([bare.pk], "ris") + written([bare.pk], "md") + written([bare.pk], "mods")


def test_overview_names_the_notice_and_one_mark():
    study = published_study(
        title="RETRACTED: A title", retraction_status="retracted", retraction_notice_doi="10.1000/notice"
    )
    corrected = published_study(title="Another", retraction_status="corrected")
    lines = written([study.pk, corrected.pk], "md").splitlines()
    assert [line for line in lines if line.startswith("## ")] == ["## RETRACTED: A title", "## Another"]
    assert [line for line in lines if "notice" in line or "Correction" in line] == [
        "[Retraction notice](<https://doi.org/10.1000/notice>)", "Correction: no DOI known.",
    ]  # fmt: skip


def test_nbib_holds_only_papers_with_a_pubmed_number(studies):
    text = written([study.pk for study in studies], "nbib")
    assert [line for line in text.splitlines() if line.startswith("PMID")] == ["PMID- 11", "PMID- 33"]


def test_csv_has_one_header_and_one_row_a_study(studies):
    rows = list(csv.reader(io.StringIO(written([study.pk for study in studies], "csv"), newline="")))
    assert [row[4] for row in rows] == ["title", "First", "Second", "Third"]
    assert {len(row) for row in rows} == {len(rows[0])}


def test_file_of_nothing_is_a_whole_file():
    assert json.loads(written([], "json"))["studies"] == []
    assert json.loads(written([], "csl.json")) == []
    assert written([], "ris") == ""


def test_pieces_join_without_a_seam(studies, monkeypatch):
    ids = [study.pk for study in studies]
    whole = {suffix: written(ids, suffix) for suffix in FORMATS}
    monkeypatch.setattr("studies.exporting.PIECE", 1)
    assert {suffix: written(ids, suffix) for suffix in FORMATS} == whole


@pytest.mark.parametrize("suffix, most", [("ris", 3), ("json", 10), ("csv", 10)])
def test_piece_costs_a_fixed_number_of_queries(studies, suffix, most):
    with CaptureQueriesContext(connection) as asked:
        written([study.pk for study in studies], suffix)
    assert len(asked) <= most
    assert len(studies) < PIECE


def test_file_of_one_study_is_the_file_of_a_list_of_one(studies):
    study = Study.objects.get(pk=studies[0].pk)
    for suffix, form in FORMATS.items():
        assert alone(study, form, ORIGIN).decode() == written([study.pk], suffix), suffix


def test_origin_is_the_present_state(studies):
    state = origin_now(asked="https://atlas.example/evidence/")
    last = Study.objects.get(pk=studies[-1].pk)
    assert (state.counter, state.newest_hash) == (last.public_counter, last.newest_hash)
