"""What staff type and what is stored."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from studies.admin import fields


def test_lines_field_keeps_one_item_per_line_and_drops_empty_lines():
    assert fields.LinesField(required=False).clean("One.\r\n\r\n  Two. \n") == ["One.", "Two."]


def test_lines_field_shows_a_list_as_lines():
    assert fields.LinesField().prepare_value(["One.", "Two."]) == "One.\nTwo."


def test_lines_field_sees_no_change_where_only_line_ends_differ():
    assert not fields.LinesField().has_changed(["One.", "Two."], "One.\r\nTwo.\r\n")


def test_lines_field_that_is_compulsory_refuses_blank_lines():
    with pytest.raises(ValidationError):
        fields.LinesField().clean(" \n ")


def test_checks_field_stores_a_sorted_list():
    field = fields.ChecksField(choices=[("b", "B"), ("a", "A"), ("c", "C")])
    assert field.clean(["b", "a"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("make", "typed", "stored"),
    [
        (fields.doi_field, "https://doi.org/10.1136/BMJopen-2024-094658.", "10.1136/bmjopen-2024-094658"),
        (fields.pmid_field, "PMID: 40180399", "40180399"),
        (fields.pmcid_field, "pmc11966950", "PMC11966950"),
        (fields.orcid_field, "https://orcid.org/0000-0002-8829-2217", "0000-0002-8829-2217"),
    ],
)
def test_identifier_field_accepts_any_spelling(make, typed, stored):
    assert make().clean(typed) == stored


def test_identifier_field_that_is_empty_gives_what_the_column_takes():
    assert [fields.doi_field().clean(" "), fields.orcid_field().clean("")] == [None, ""]


def test_identifier_field_says_what_is_wrong():
    with pytest.raises(ValidationError) as refused:
        fields.pmid_field().clean("about forty")
    assert refused.value.messages == ["This is no PubMed number. It has one to eight digits."]


@pytest.mark.parametrize(
    ("typed", "day", "precision"),
    [("2021", (2021, 1, 1), "year"), ("2021-3", (2021, 3, 1), "month"), (" 2021-03-14 ", (2021, 3, 14), "day")],
)
def test_partial_date_is_as_exact_as_typed(typed, day, precision):
    assert fields.PartialDateField().clean(typed) == (datetime.date(*day), precision)


@pytest.mark.parametrize("typed", ["03/2021", "2021-13", "2021-02-30", "21", "٢٠٢١", "0000"])
def test_partial_date_refuses_what_is_no_date(typed):
    with pytest.raises(ValidationError):
        fields.PartialDateField().clean(typed)


@pytest.mark.parametrize("typed", ["2021", "2021-03", "2021-03-14", ""])
def test_partial_date_reads_back_as_it_was_typed(typed):
    field = fields.PartialDateField()
    assert (field.prepare_value(field.clean(typed)) or "") == typed


def test_sections_survive_the_round_trip():
    sections = [
        {"label": "Abstract", "text": ""},
        {"label": "Objectives", "text": "To count. With care: twice."},
        {"label": "", "text": "No label here."},
    ]
    assert fields.read_sections(fields.sections_text(sections)) == sections
