from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.search.facets import FACETS
from studies.search.filters import Filters, read

KNOWN = dict.fromkeys(FACETS, ("a", "b")) | {"pem": ("required", "unclear")}


def test_everything_in_an_address_is_read_and_written_again():
    given_ = {
        "q": ["brain fog"],
        "pem": ["required", "unclear"],
        "topic": ["b"],
        "year_from": ["1999"],
        "year_to": ["2020"],
        "synonyms": ["off"],
        "sort": ["title"],
        "page": ["3"],
    }
    filters, notices = read(given_, KNOWN)
    assert notices == []
    assert filters == Filters(
        q="brain fog",
        synonyms=False,
        values={"pem": ("required", "unclear"), "topic": ("b",)},
        year_from=1999,
        year_to=2020,
        sort="title",
        page=3,
    )
    assert filters.address == (
        "?q=brain+fog&pem=required&pem=unclear&topic=b&year_from=1999&year_to=2020&synonyms=off&sort=title&page=3"
    )


def test_nothing_asked_is_everything():
    assert read({}, KNOWN) == (Filters(), [])
    assert Filters().address == "?"
    assert Filters().is_empty


@pytest.mark.parametrize(
    "parameters, notice",
    [
        ({"pem": ["maybe"]}, "The filter PEM criterion does not have “maybe”; that was ignored."),
        ({"pem": ["x", "y", "x"]}, "The filter PEM criterion does not have “x” and 1 more; that was ignored."),
        ({"pem": ["z" * 90]}, f"The filter PEM criterion does not have “{'z' * 40}…”; that was ignored."),
        ({"pem": ["\x00"]}, "The filter PEM criterion does not have “…”; that was ignored."),
        ({"year_from": ["soon"]}, "“soon” is not a year with four digits; it was ignored."),
        (
            {"year_to": ["99999999999999999999"]},
            "“99999999999999999999” is not a year with four digits; it was ignored.",
        ),
        ({"year_to": ["-200"]}, "“-200” is not a year with four digits; it was ignored."),
        ({"year_to": ["२०२०"]}, "“२०२०” is not a year with four digits; it was ignored."),
        ({"sort": ["best"]}, "The list cannot be sorted by “best”; that was ignored."),
        ({"page": ["0"]}, "There is no page “0”. The first page is shown."),
        ({"page": ["-1"]}, "There is no page “-1”. The first page is shown."),
        ({"page": ["two"]}, "There is no page “two”. The first page is shown."),
        ({"q": ["a\x01"]}, "Characters that cannot be read were left out."),
    ],
)
def test_what_is_not_understood_is_ignored_and_said(parameters, notice):
    filters, notices = read(parameters, KNOWN)
    assert notices == [notice]
    assert filters.without_choices() == Filters(q="a" if "q" in parameters else "")


def test_known_values_beside_an_unknown_one_still_count():
    filters, notices = read({"pem": ["maybe", "unclear"]}, KNOWN)
    assert filters.values == {"pem": ("unclear",)}
    assert len(notices) == 1


def test_years_the_wrong_way_round_are_swapped():
    filters, notices = read({"year_from": ["2020"], "year_to": ["1999"]}, KNOWN)
    assert (filters.year_from, filters.year_to) == (1999, 2020)
    assert notices == ["The first year was after the last. They were swapped."]


def test_a_page_beyond_any_list_stays_a_small_number():
    assert read({"page": ["9" * 40]}, KNOWN)[0].page == 999_999_999


def test_a_step_starts_again_at_the_first_page():
    filters = Filters(q="x", values={"pem": ("required", "unclear")}, year_from=2000, page=4)
    assert filters.without("pem", "required").address == "?q=x&pem=unclear&year_from=2000"
    assert filters.without_years().address == "?q=x&pem=required&pem=unclear"
    assert filters.without_choices().address == "?q=x"
    assert filters.exact.address == "?q=x&pem=required&pem=unclear&year_from=2000&synonyms=off"
    assert filters.asking("y").address == "?q=y&pem=required&pem=unclear&year_from=2000"
    assert filters.page_address(2) == "?q=x&pem=required&pem=unclear&year_from=2000&page=2"


@given(
    st.dictionaries(
        st.sampled_from([*FACETS, "q", "year_from", "year_to", "sort", "page", "synonyms"]), st.lists(st.text())
    )
)
def test_any_address_is_read_and_reading_it_again_changes_nothing(parameters):
    from django.http import QueryDict

    filters, _ = read(parameters, KNOWN)
    again, notices = read(dict(QueryDict(filters.address[1:]).lists()), KNOWN)
    assert again == filters
    assert notices == []


@given(
    st.text(max_size=8),
    st.booleans(),
    st.sampled_from(["", "title"]),
    st.none() | st.integers(1900, 2030),
    st.lists(st.tuples(st.integers(1900, 2030), st.integers(1900, 2030)), max_size=3),
)
def test_addresses_of_years_are_those_of_lists_with_these_years(q, synonyms, sort, year, spans):
    filters = Filters(q=q, synonyms=synonyms, values={"pem": ("a", "b")}, year_from=year, sort=sort, page=4)
    expected = [replace(filters, year_from=first, year_to=last, page=1).address for first, last in spans]
    assert filters.at_years(spans) == expected
